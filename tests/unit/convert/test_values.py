"""Numbers, dates and times as text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.convert.model import Cell
from lakehouse.convert.number_formats import built_in, number_format
from lakehouse.convert.values import double, duration, formatted, iso, number, string


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("12", "12"),
        ("-12", "-12"),
        ("+12", "12"),
        ("007", "7"),
        ("0", "0"),
        ("00", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("12.", "12"),
        ("12.0", "12"),
        ("12.50", "12.5"),
        (".5", "0.5"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740993.0", "9007199254740993"),
        ("-123456789012345678901234567890", "-123456789012345678901234567890"),
        ("9" * 5000, "9" * 5000),
        ("1E+20", "100000000000000000000"),
        ("1.5e-7", "0.00000015"),
        ("1E2", "100"),
        ("4.5035996273704961E+16", "45035996273704960"),
        ("229.53", "229.53"),
        ("1.10", "1.1"),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("1_000", "1_000"),
        ("١٢", "١٢"),
        ("", ""),
        ("abc", "abc"),
    ],
)
def test_a_number_is_written_out(written, text):
    assert number(written) == text
    assert not isinstance(number(written), Cell)


@pytest.mark.parametrize(
    ("written", "text", "exact"),
    [
        ("0.30000000000000004", "0.3", "0.30000000000000004"),
        ("59.970000000000006", "59.97", "59.970000000000006"),
        ("1234.5600000000002", "1234.56", "1234.5600000000002"),
        ("-3.3000000000000003", "-3.3", "-3.3000000000000003"),
        ("2.9999999999999996", "3", "2.9999999999999996"),
        ("1.1000000000000003E-7", "0.00000011", "0.00000011000000000000003"),
    ],
)
def test_noise_beyond_fifteen_digits_is_kept_apart(written, text, exact):
    cell = number(written)
    assert (cell, cell.exact) == (text, exact)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_double_is_never_lost(value):
    text = double(value)
    exact = text.exact if isinstance(text, Cell) else text
    assert float(exact) == value
    assert "e" not in text.lower()
    assert number(repr(value)) == text
    assert len(Decimal(text).normalize().as_tuple().digits) <= 15 or value.is_integer() or abs(value) >= 10**15


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (45748, "yyyy-mm-dd", "2025-04-01"),
        (45748.5, "yyyy-mm-dd", "2025-04-01T12:00:00"),
        (45748.5, "h:mm", "2025-04-01T12:00:00"),
        (45748.477119595, "yyyy-mm-dd hh:mm", "2025-04-01T11:27:03.133000"),
        (45748.9999999999, "yyyy-mm-dd hh:mm:ss", "2025-04-02"),
        (1, "d.m.yy", "1900-01-01"),
        (59, "d.m.yy", "1900-02-28"),
        (60, "d.m.yy", "1900-02-29"),
        (60.5, "d.m.yy", "1900-02-29T12:00:00"),
        (61, "d.m.yy", "1900-03-01"),
        (0, "d.m.yy", "1900-01-00"),
        (0.5, "d.m.yy h:mm", "1900-01-00T12:00:00"),
        (0.5, "h:mm", "12:00:00"),
        (0, "h:mm", "00:00:00"),
        (0.9999999999999, "h:mm", "00:00:00"),
        (-1, "d.m.yy", "-1"),
        (2958465, "d.m.yy", "9999-12-31"),
        (2958465.9999999999, "d.m.yy", "2958466"),
        (2958466, "d.m.yy", "2958466"),
        (1e300, "d.m.yy", "1" + "0" * 300),
        (1.25, "[h]:mm", "30:00:00"),
        (-1.25, "[h]:mm", "-30:00:00"),
        (1e300, "[h]:mm", "1" + "0" * 300),
        (0.5, "0%", "0.5"),
    ],
)
def test_a_serial_in_a_format(value, code, text):
    assert formatted(double(value), value, number_format(code), since_1904=False) == text


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        (0, 14, "1904-01-01"),
        (60, 14, "1904-03-01"),
        (44286.5, 22, "2025-04-01T12:00:00"),
        (0.5, 20, "12:00:00"),
        (0.5, 22, "1904-01-01T12:00:00"),
        (2957003, 14, "9999-12-31"),
        (2957004, 14, "2957004"),
        (-1, 14, "-1"),
        (1.5, 46, "36:00:00"),
    ],
)
def test_a_serial_of_the_1904_system(value, number, text):
    assert formatted(double(value), value, built_in(number), since_1904=True) == text


@pytest.mark.parametrize(
    ("value", "shown"), [(123.0, "00123"), (-123.0, "-00123"), (0.0, "00000"), (123456.0, ""), (1.5, ""), (12345.0, "")]
)
def test_leading_zeros_are_shown(value, shown):
    cell = formatted(double(value), value, number_format("00000"), since_1904=False)
    assert cell == double(value)
    assert getattr(cell, "shown", "") == shown


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2025-04-01", "2025-04-01"),
        ("2025-04-01T00:00:00", "2025-04-01"),
        ("2025-04-01T00:00:00.000", "2025-04-01"),
        ("2025-04-01T11:27:00", "2025-04-01T11:27:00"),
        ("2025-04-01T11:27:00.5", "2025-04-01T11:27:00.500000"),
        ("2025-04-01T00:00:00.001", "2025-04-01T00:00:00.001000"),
        ("11:27:00", "11:27:00"),
        ("00:00:00", "00:00:00"),
        ("2025-04-01T11:27:00Z", "2025-04-01T11:27:00Z"),
        ("2025-04-0111:27:00", "2025-04-0111:27:00"),
        ("T11:27:00", "T11:27:00"),
        ("1.4.2025", "1.4.2025"),
        ("", ""),
    ],
)
def test_iso_dates(written, text):
    assert iso(written) == text


def test_durations():
    assert [duration(ms) for ms in (0, 61_001, -108_120_000)] == ["0:00:00", "0:01:01.001000", "-30:02:00"]


TYPED = ["1.000", "12,5", "1.234.567", "1 234,5", "1\u00a0234", "1'000", "€ 1.000,00", "12,50 EUR", "EUR 5,00", "12 %"]
TYPED += ["100-", "(100)", "12.5", "+5", "-1,5", "1.000,00 kr."]
NOT_TYPED = [
    "12",
    "-12",
    "007",
    "",
    "abc",
    "1.000 pieces",
    "2025-04-01",
    "2025-04-01T11:27:00",
    "A-1",
    "P1",
    "fmt 14",
    "EUR 5",
    "1e5",
    "x" * 99,
]


@pytest.mark.parametrize("text", [*TYPED, *NOT_TYPED])
def test_text_that_could_be_a_number_says_so(text):
    assert string(text) == text
    assert getattr(string(text), "typed", False) == (text in TYPED)
