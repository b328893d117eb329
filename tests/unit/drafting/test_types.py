"""The type of a column by all of its values, and the settings that its values need."""

from __future__ import annotations

import pytest
from tests.unit.drafting.shops import found, values_of

from lakectl.drafting.types import proven_separator
from lakehouse.contracts.reading import Reading


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (["1", "2", "-3"], "int"),
        (["12.0", " 7 "], "int"),
        (["1", "2147484"], "bigint"),
        (["9223372036854775807"], "bigint"),
        (["9223372036854775808"], "string"),
        (["12345678901234567890123"], "string"),
        (["0", "7"], "int"),
        (["007", "12"], "string"),
        (["+49301234", "49301235"], "string"),
        (["1.5", "12"], "decimal(12,2)"),
        (["5.00", "7.00"], "decimal(12,2)"),
        (["0.1234", "12"], "decimal(14,4)"),
        (["123456789012.5"], "decimal(16,2)"),
        (["0.333333333333333", "1"], "double"),
        (["1e-7", "2.5"], "double"),
        (["true", "FALSE"], "boolean"),
        (["true", "0"], "boolean"),
        (["0", "1"], "int"),
        (["2025-04-01", "2025-04-02T00:00:00"], "date"),
        (["2025-04-01", "2025-04-02T10:00:00"], "timestamp"),
        (["2025-04-01 10:00:00+02:00"], "timestamp"),
        (["2025-02-30"], "string"),
        (["abc", "1"], "string"),
        (["", ""], "string"),
        (["NULL", "-"], "string"),
    ],
)
def test_types(texts, type_):
    assert str(found(*texts).type) == type_


def test_one_value_of_many_decides():
    numbers = [str(n) for n in range(30_000)]
    assert str(found(*numbers).type) == "int"
    odd = found(*numbers[:29_000], "x17", *numbers[29_000:])
    assert (str(odd.type), odd.misfits) == ("string", ("x17",))


def test_what_is_called_an_identifier_has_room():
    assert str(found("1", "2").type) == "int"
    assert str(found("1", "2", identifier=True).type) == "bigint"


def test_some_rows_may_be_wrong_where_somebody_allows_it():
    texts = [*map(str, range(99)), "x"]
    assert str(found(*texts).type) == "string"
    allowed = found(*texts, budget=1)
    assert (str(allowed.type), allowed.misfits) == ("int", ("x",))


@pytest.mark.parametrize("word", ["-", "n/a", "N/A", "NULL", "null", "NaN", "?"])
def test_words_for_nothing(word):
    finding = found("5", word, "7")
    assert (str(finding.type), finding.reading) == ("int", Reading(null_values=(word,)))


def test_a_word_for_nothing_comes_first():
    assert str(found("-", "2025-04-01").type) == "date"
    assert str(found("n/a", "01.04.2025").type) == "date"


def test_a_text_column_keeps_its_words():
    assert found("red", "-", "blue").reading == Reading()


@pytest.mark.parametrize(
    ("texts", "type_", "decimal", "group"),
    [
        (["1.234,56", "7,00"], "decimal(12,2)", ",", "."),
        (["3,5", "12"], "decimal(12,2)", ",", ""),
        (["1,234.56", "7.5"], "decimal(12,2)", ".", ","),
        (["1'234.50"], "decimal(12,2)", ".", "'"),
        (["1\u202f234,50", "7 000,00"], "decimal(12,2)", ",", " "),
        (["12,50 €", "-7,5"], "decimal(12,2)", ",", ""),
        (["1.234,50-", "(3,00)"], "decimal(12,2)", ",", "."),
        (["$1,234.50", "$7.25"], "decimal(12,2)", ".", ","),
        (["$5", "$7"], "int", ".", ""),
        (["1.234.567", "12"], "int", ",", "."),
        (["1.234,5", "-"], "decimal(12,2)", ",", "."),
    ],
)
def test_numbers_of_a_place(texts, type_, decimal, group):
    finding = found(*texts)
    assert str(finding.type) == type_
    assert (finding.reading.decimal_separator, finding.reading.group_separator) == (decimal, group)


def test_a_thousand_or_one_is_not_guessed():
    assert str(found("1.000", "12.500", plain_text=True).type) == "string"
    assert "decimalSeparator" in found("1.000", "12.500", plain_text=True).doubt
    assert str(found("1,500", "2,000").type) == "string"
    # A workbook's own numbers are what they are.
    assert str(found("1.125", "12.5", plain_text=False).type) == "decimal(13,3)"
    # 0.375 is no thousand.
    assert str(found("1.000", "0.375", plain_text=True).type) == "decimal(13,3)"


def test_other_columns_prove_what_a_thousand_is():
    assert proven_separator(values_of("12,5", "1.000"), 0) == ","
    assert proven_separator(values_of("12.5"), 0) == "."
    assert proven_separator(values_of("1.000"), 0) == ""
    assert proven_separator(values_of("12"), 0) == ""
    german = found("1.000", "12.500", plain_text=True, decimal=",")
    assert (str(german.type), german.reading.group_separator) == ("int", ".")
    english = found("1.000", "12.500", plain_text=True, decimal=".")
    assert (str(english.type), english.reading.decimal_separator) == ("decimal(13,3)", ".")


@pytest.mark.parametrize(
    ("texts", "type_", "form"),
    [
        (["01.04.2025", "1.4.2025"], "date", "%d.%m.%Y"),
        (["01.04.25"], "date", "%d.%m.%y"),
        (["04/13/2025", "04/01/2025"], "date", "%m/%d/%Y"),
        (["13/04/2025", "04/01/2025"], "date", "%d/%m/%Y"),
        (["2025/04/01"], "date", "%Y/%m/%d"),
        (["01-Apr-2025"], "date", "%d-%b-%Y"),
        (["April 1, 2025"], "date", "%B %d, %Y"),
        (["01.04.2025 09:30"], "timestamp", "%d.%m.%Y %H:%M"),
        (["04/13/2025 09:30:00 PM"], "timestamp", "%m/%d/%Y %I:%M:%S %p"),
        (["01.04.2025", "n/a"], "date", "%d.%m.%Y"),
    ],
)
def test_dates_of_a_place(texts, type_, form):
    finding = found(*texts)
    assert (str(finding.type), finding.reading.date_formats) == (type_, (form,))


def test_days_with_and_without_a_time():
    finding = found("01.04.2025", "01.04.2025 09:30", "2025-04-03")
    assert str(finding.type) == "timestamp"
    assert finding.reading.date_formats == ("%d.%m.%Y", "%d.%m.%Y %H:%M")


def test_day_or_month_is_not_guessed():
    finding = found("01/02/2025", "03/04/2025")
    assert str(finding.type) == "string"
    assert "%d/%m/%Y and as %m/%d/%Y" in finding.doubt


@pytest.mark.parametrize(
    ("texts", "true", "false"),
    [
        (["ja", "nein", "Ja"], ("ja", "Ja"), ("nein",)),
        (["Y", "N"], ("Y",), ("N",)),
        (["WAHR", "FALSCH"], ("WAHR",), ("FALSCH",)),
        (["是", "否"], ("是",), ("否",)),
    ],
)
def test_booleans_of_a_place(texts, true, false):
    finding = found(*texts)
    assert str(finding.type) == "boolean"
    assert (finding.reading.true_values, finding.reading.false_values) == (true, false)


def test_one_word_alone_is_no_boolean():
    assert str(found("no", "no").type) == "string"
    assert str(found("ja", "nein", "vielleicht").type) == "string"


def test_errors_of_a_spreadsheet_have_no_say():
    values = values_of("1", "#N/A", "2", "#N/A")
    assert (values.faults, values.distinct, values.empty) == ({"#N/A": 2}, 2, 0)
    assert str(found("1", "#N/A").type) == "int"
