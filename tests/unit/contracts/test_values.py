"""What text is a value of a type, and which patterns all engines read alike."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.contracts.model import Type
from lakehouse.contracts.values import PATTERNS, SPACES, instant, is_valid, order, portability

INT = Type("integer", bits=32)
BIGINT = Type("integer", bits=64)
MONEY = Type("decimal", precision=5, scale=2)
DOUBLE = Type("double")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIMESTAMP = Type("timestamp")


@pytest.mark.parametrize(
    ("of", "valid", "invalid"),
    [
        (INT, "12|-12|+12| 12 |12.0|12.00|007|2147483647|-2147483648", "12.5|12.|.5|1e3|1,000|2147483648|0x1|--1||a|١"),
        (BIGINT, "9007199254740993|9223372036854775807|-9223372036854775808", "9223372036854775808|1_000"),
        (MONEY, "1|1.2|-1.23|1.230|000123.45|999.99|0", "1.239|1000|1e2|.5|1.|NaN|Infinity"),
        (DOUBLE, "1|1.5|-1.5e3|1E-7|1e+7", "NaN|Infinity|.5|1e|e3|1e400"),
        (BOOLEAN, "true|FALSE|True|1|0", "yes|2|t|"),
        (
            DATE,
            "2024-02-29|1900-01-01|2999-12-31|2025-04-01 00:00:00|2025-04-01T00:00",
            "2025-02-29|1899-12-31|2025-4-1",
        ),
        (DATE, " 2025-04-01 ", "20250401|01.04.2025|2025-13-01|2025-04-01 10:00|3000-01-01|2025-04-31"),
        (
            TIMESTAMP,
            "2025-04-01|2025-04-01T10:00|2025-04-01 10:00:59|2025-04-01T10:00:59.123456000",
            "2025-04-01T10|2025",
        ),
        (
            TIMESTAMP,
            "2025-04-01T10:00Z|2025-04-01T10:00:00+02:00|2025-04-01 10:00:00-14:00",
            "2025-04-01Z|2025-04-31T10:00",
        ),
        (
            TIMESTAMP,
            "2025-04-01 10:00:00 -0400|2025-04-01 10:00:00+00|2025-04-01 10:00:00 UTC|2025-04-01T10:00:00+0000|"
            "2025-04-01 10:00:00.000 +0000|2025-04-01 10:00:00 +00:00|2025-04-01T10:00:00z|2025-04-01 9:00:00",
            "2025-04-01 10:00:00 EST|2025-04-01-10.00.00|4/1/2025 10:00|2025-04-01 10:00 AM|2025-04-01+00|2025-04-01T9",
        ),
        (
            DATE,
            "2025-04-01T00:00:00.000Z|2025-04-01 0:00 +0000|2025-04-01 00:00 UTC",
            "2025-04-01T00:00+02:00|2025-04-01 00:00:00.1|2025-04-01Z|2025-04-01 24:00",
        ),
        (TIMESTAMP, "2025-04-01T23:59:59.999999Z", "2025-04-01T24:00|2025-04-01T10:60|2025-04-01T10:00:00.1234567"),
    ],
)
def test_valid_and_invalid_text(of: Type, valid: str, invalid: str) -> None:
    assert [text for text in valid.split("|") if not is_valid(text, of)] == []
    assert [text for text in invalid.split("|") if is_valid(text, of)] == []


@given(st.text(SPACES), st.text(SPACES))
def test_spaces_around_a_value_do_not_count(before: str, after: str) -> None:
    for of, text in ((INT, "12"), (MONEY, "-1.20"), (DOUBLE, "1e3"), (BOOLEAN, "TRUE"), (DATE, "2025-04-01")):
        assert is_valid(f"{before}{text}{after}", of)
    assert order(f"{before}7{after}", INT) == 7
    assert not is_valid(f"1{before or ' '}2", INT)


@pytest.mark.parametrize("space", ["\xa0", "\u202f", "\t", "\ufeff", "\u200b", "\u2009", "\u3000", "\n", "\u2028"])
def test_what_is_a_space(space: str) -> None:
    assert space in SPACES


@pytest.mark.parametrize(
    "text",
    [
        *("2025-04-01 06:30:00 -0400", "2025-04-01 10:30:00+00", "2025-04-01 10:30 UTC", "2025-04-01T12:30+02"),
        *("2025-04-01 16:00:00.000 +0530", "2025-04-01t10:30:00,0z", "2025-04-02T00:30:00+14:00", "2025-04-01 10:30"),
    ],
)
def test_one_instant_in_many_words(text: str) -> None:
    assert instant(text) == datetime(2025, 4, 1, 10, 30, tzinfo=UTC)
    assert order(text, TIMESTAMP) == order("2025-04-01T10:30:00Z", TIMESTAMP)


def test_an_instant_has_its_microseconds_and_a_date_is_its_midnight() -> None:
    assert instant("2025-04-01 9:05:07.0450000") == datetime(2025, 4, 1, 9, 5, 7, 45_000, tzinfo=UTC)
    assert instant("2025-04-01") == datetime(2025, 4, 1, tzinfo=UTC)


@given(st.integers(-(2**70), 2**70))
def test_an_integer_fits_its_width_or_is_invalid(number: int) -> None:
    assert is_valid(str(number), BIGINT) == (-(2**63) <= number < 2**63)
    assert is_valid(f"{number}.0", INT) == (-(2**31) <= number < 2**31)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)))
def test_instants_are_ordered_whatever_their_zone_says(moment: datetime) -> None:
    text = f"{moment:%Y-%m-%d %H:%M}"
    assert order(f"{text}+01:00", TIMESTAMP) < order(f"{text}Z", TIMESTAMP) == order(text, TIMESTAMP)


@pytest.mark.parametrize("pattern", PATTERNS.values())
def test_the_types_own_patterns_are_read_alike(pattern: str) -> None:
    assert portability(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"[A-Z]{2}-\d{4}", r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$", r"(?:a|b)+?c*", r"\w+\D", r"[^\d,]+", "ünï"),
        *(r"a{3}", r"a{3,}", r"(a)(b)", r"\$\(\)\[\]\{\}", ""),
    ],
)
def test_a_portable_pattern_is_one_that_re2_takes(pattern: str) -> None:
    assert portability(pattern) == ""
    assert duckdb.connect().execute("select regexp_full_match('a', ?)", [pattern]).fetchone() is not None


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"(a)\1", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?P<n>a)", "(?<n>a)", "(?P=n)", "(?i)a", "(?>a)", "(?#a)"),
        *(
            "a*+",
            "a++",
            "a?+",
            "a{1,2}+",
            "a**",
            "a{,3}",
            "a{1001}",
            "a{",
            "a}",
            "[a",
            "a]",
            "[[a]]",
            "[a&&b]",
            "(a",
            "a)",
        ),
        *(r"\bword", r"\Aa", r"a\Z", r"\u0041", r"\p{L}", r"\x41", r"\s", r"[\S]", "a^", "$a", "*a", "[z-a]", "a\\"),
    ],
)
def test_what_engines_read_differently_is_refused(pattern: str) -> None:
    assert portability(pattern) != ""


@given(st.text(alphabet="ab^$.|?*+()[]{}\\-&0123,dwsZbk:=!<>P", max_size=12))
def test_whatever_is_accepted_compiles_in_re2_and_in_python(pattern: str) -> None:
    if not portability(pattern):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
        duckdb.connect().execute("select regexp_full_match('a', ?)", [pattern])
