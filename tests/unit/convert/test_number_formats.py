"""A format says whether a number is a date, a time, a duration, or a code with leading zeros."""

from __future__ import annotations

import pytest

from lakehouse.convert.number_formats import PLAIN, Section, built_in, number_format
from lakehouse.convert.values import formatted

DATES = [
    "yyyy-mm-dd",
    "[$-409]mmm d, yyyy;@",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
    "[$-404]e/m/d;@",
    '[$-411]ggge"年"m"月"d"日";@',
    "TT.MM.JJJJ",
    'yyyy\\-mm\\-dd"T"hh:mm:ss.000',
    '"Date: "yyyy-mm-dd',
    "b1yyyy-mm-dd",
    "e",
    "ggge",
    "[$-30000]yy",
    "aaaa",
    "aaa",
    "mmm-yy",
    "mmmm",
    "m/d/yy h:mm",
    "[Red]dd/mm;[Blue]dd/mm",
    "DD.MM.YYYY HH:MM",
]
TIMES = [
    "h:mm AM/PM",
    "[$-D000409]h:mm AM/PM",
    '上午/下午hh"時"mm"分"',
    "mm:ss",
    "mmss.0",
    "h",
    "[$-F400]h:mm:ss",
    "ss.00",
]
DURATIONS = ["[h]:mm", "[hh]:mm:ss", "[mm]:ss", "[s]", "[h]:mm;@", "[$-409][H]:mm"]
NUMBERS = [
    "General",
    "GENERAL",
    "",
    "@",
    "0",
    "0.00",
    "#,##0.00",
    "0.00E+00",
    "##0.0e-0",
    '"Q"0',
    '0" days"',
    "0\\d",
    "[Red]#,##0.00 \"days\";-#,##0.00",
    "[$€-407] #,##0.00",
    "[$DKK] 0",
    "_-* #,##0.00 _€_-;-* #,##0.00 _€_-;_-* \"-\"?? _€_-;_-@_-",
    "# ?/?",
    "# kr",
    "0%",
    "0_d",
    "0*d",
    "0.000",
    "00.0",
    "#00",
    ";;;",
    "[Yellow]0",
    '"unclosed',
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        *(("date", code) for code in DATES),
        *(("time", code) for code in TIMES),
        *(("duration", code) for code in DURATIONS),
        *(("number", code) for code in NUMBERS),
    ],
)
def test_the_kind_of_a_code(kind, code):
    assert number_format(code).always == Section(kind)


@pytest.mark.parametrize(("code", "zeros"), [("00000", 5), ("00", 2), ("00000;@", 5), ("[$-409]0000", 4), ("000_)", 3)])
def test_a_code_of_zeros_alone_fills_whole_numbers_up(code, zeros):
    assert number_format(code).always == Section("number", zeros)


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("000-00-0000", 12345678, "012-34-5678"),
        (r"00000\-0000", 12345678, "01234-5678"),
        ('"SKU-"00000', 123, "SKU-00123"),
        ("0000 0000", 1234567890, "123456 7890"),
        ("000-000", -12, "-000-012"),
        ("00000", 123456, ""),
    ],
)
def test_text_between_and_around_the_zeros_is_shown(code, value, shown):
    assert getattr(formatted(str(value), value, number_format(code), since_1904=False), "shown", "") == shown


@pytest.mark.parametrize("code", ["00.00", "00%", "0-", '0" pcs"', "00E+00", "00/00", "0,000", "00,"])
def test_other_codes_show_a_number(code):
    assert number_format(code).always == Section("number")


@pytest.mark.parametrize(
    ("code", "value", "kind"),
    [
        ("[>1]yyyy-mm-dd;General", 45748.5, "date"),
        ("[>1]yyyy-mm-dd;General", 0.5, "number"),
        ("[<1]h:mm;yyyy-mm-dd", 0.5, "time"),
        ("[<1]h:mm;yyyy-mm-dd", 45748, "date"),
        ("[=0]0;[>=45000]yyyy;h:mm", 0, "number"),
        ("[=0]0;[>=45000]yyyy;h:mm", 45000, "date"),
        ("[=0]0;[>=45000]yyyy;h:mm", 3, "time"),
        ("[>1]yyyy-mm-dd", 0, "number"),
        ("yyyy-mm-dd;-0", 1, "date"),
        ("yyyy-mm-dd;-0", -1, "number"),
        ('yyyy-mm-dd;-0;"-"', 0, "number"),
        ('yyyy-mm-dd;-0;"-";@', 5, "date"),
    ],
)
def test_a_section_is_chosen_by_the_number(code, value, kind):
    assert number_format(code).of(value).kind == kind


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("date", [14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58, 71, 81]),
        ("time", [18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56, 75, 76, 78, 80]),
        ("duration", [46, 79]),
        ("number", [0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 23, 26, 37, 44, 48, 49, 59, 70, 82, 163, 9999]),
    ],
)
def test_formats_that_need_no_code(kind, numbers):
    assert {built_in(number).always for number in numbers} == {Section(kind)}


def test_a_plain_format_asks_for_nothing():
    assert number_format("General").of(1.5) == PLAIN
