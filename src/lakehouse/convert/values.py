"""A cell's value as text: what the ETL judges is what the cell held, not what a reader made of it.

A number is written without exponent, as Excel shows it: to 15 digits, so that 0.1 + 0.2 is 0.3. Whole numbers keep all
their digits, and a number whose double says more than its text has that as `Cell.exact`. Dates are ISO 8601: one
without a time of day is `2025-04-01`, one with it `2025-04-01T11:27:00`, to the millisecond. A time of day is
`11:27:00` and a duration `30:02:00`. Text is not touched.

Serials, the numbers that stand for dates, are days since 1899-12-31 or, in the 1904 system, since 1904-01-01. The
former knows a day 0 and a 29 February 1900 (serial 60); both are written as Excel shows them, and are no dates.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from lakehouse.convert.model import Cell
from lakehouse.convert.number_formats import DIGIT, NumberFormat, Section

LEAP_DAY_1900 = "1900-02-29"
BOOLEANS = {True: "true", False: "false"}

_INTEGER = re.compile(r"([+-]?)(?:0*([1-9]\d*)|0+)(?:\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
# Text of 15 significant digits that no `repr` would write otherwise: a point, no exponent, no zero to take away.
_SHORT = re.compile(r"-?(?=[\d.]{3,16}\Z)(?:[1-9]\d*|0)\.\d*[1-9]", re.ASCII)
_EXACT_UNTIL = 10**15
_DAY = 86_400_000  # milliseconds
_LAST = dt.date(9999, 12, 31)
_LONGEST = 10_000 * 366  # days of a duration


def number(written: str) -> str:
    """A number as it is written in a file. What is no number stays as it is, for the column's type to judge."""
    if _SHORT.fullmatch(written):
        return written
    whole = _INTEGER.fullmatch(written)
    if whole:
        return ("-" if whole[1] == "-" else "") + whole[2] if whole[2] else "0"
    if not _NUMBER.fullmatch(written):
        return written
    value = float(written)
    return double(value) if abs(value) != float("inf") else written


def is_number(text: str) -> bool:
    """Whether `number` or `double` made a number of it."""
    return bool(_NUMBER.fullmatch(text)) and float(text) not in (float("inf"), -float("inf"))


def double(value: float) -> str:
    """A number that is kept in binary; finite."""
    value = float(value) + 0.0  # adding zero turns -0.0, which nobody ever typed, into 0.0
    exact = _plain(repr(value))
    if value.is_integer() or abs(value) >= _EXACT_UNTIL:
        return exact
    text = _plain(format(value, ".15g"))
    return text if text == exact else Cell(text, exact=exact)


def formatted(text: str, value: float, form: NumberFormat, since_1904: bool) -> str:
    """A number in a format, given as text (by `number` or `double`), too. It stays a number where it is no date."""
    section = form.of(value)
    if section.kind == "number":
        return _filled(text, section) if section.zeros else text
    if section.kind == "duration":
        return duration(round(value * _DAY)) if abs(value) <= _LONGEST else text
    return _moment(value, section.kind == "time", since_1904) or text


def string(text: str) -> str:
    """Text of a cell: a `Cell` that says so if it could be a number that somebody typed, as 1.000 or 12,5 could."""
    return Cell(text, typed=True) if len(text) < 40 and _TYPED.fullmatch(text) and _MARK.search(text) else text


# Digits with separators, a sign, a currency or a percent sign; not digits alone, nor letters and digits.
_TYPED = re.compile(
    r"(?!-?\d+\Z) \W{0,3} ([A-Z]{1,3}\.?(\s[-+−]?)?)? \d [\d.,'’\s]* \W{0,3} ([A-Z]{1,3}\.?)?",
    re.IGNORECASE | re.VERBOSE,
)


_MARK = re.compile(r"[^\w\s]|\d\s\d")


def iso(written: str) -> str:
    """A date that is written in ISO 8601, in the form of all others. What is none of those stays as it is."""
    found = _ISO.fullmatch(written)
    if not found:
        return written
    day, time, fraction = found.groups("")
    if not time:
        return day
    try:
        moment = dt.datetime.fromisoformat(f"{day or '1900-01-01'}T{time}")
        moment += dt.timedelta(microseconds=round(float(f"0.{fraction}0") * 1_000_000))
    except (ValueError, OverflowError):
        return written
    if not day:
        return moment.time().isoformat()
    return moment.isoformat().removesuffix("T00:00:00")


_ISO = re.compile(r"(?:(\d{4}-\d\d-\d\d)(?:T(?=\d)|\Z))?(?:(\d\d:\d\d:\d\d)(?:\.(\d+))?)?", re.ASCII)


def duration(milliseconds: int) -> str:
    """Hours, which may be more than a day's, minutes and seconds."""
    sign = "-" if milliseconds < 0 else ""
    seconds, rest = divmod(abs(milliseconds), 1000)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{_fraction(rest)}"


def _moment(value: float, is_time: bool, since_1904: bool) -> str:
    """A date, with its time of day if it has one; a time of day. "" if no date has that serial."""
    if not 0 <= value < 2_958_466:
        return ""
    days, milliseconds = divmod(round(value * _DAY), _DAY)
    if is_time and value < 1:
        return _time(milliseconds)
    day = _day(days, since_1904)
    return f"{day}T{_time(milliseconds)}" if day and milliseconds else day


def _day(days: int, since_1904: bool) -> str:
    if since_1904:
        ordinal = _ORDINAL_1904 + days
    elif days in _NO_DATES:
        return _NO_DATES[days]
    else:
        ordinal = _ORDINAL_1900 + days - (days > 60)
    return dt.date.fromordinal(ordinal).isoformat() if ordinal <= _LAST.toordinal() else ""


_NO_DATES = {0: "1900-01-00", 60: LEAP_DAY_1900}
_ORDINAL_1900, _ORDINAL_1904 = dt.date(1899, 12, 31).toordinal(), dt.date(1904, 1, 1).toordinal()


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{_fraction(rest)}"


def _fraction(milliseconds: int) -> str:
    return f".{milliseconds:03d}000" if milliseconds else ""


def _filled(text: str, section: Section) -> str:
    digits = text.removeprefix("-")
    if not digits.isdigit():
        return text
    filled = digits.zfill(section.zeros)
    shown = text.replace(digits, _framed(filled, section) if section.frame else filled)
    return Cell(text, shown=shown) if shown != text else text


def _framed(digits: str, section: Section) -> str:
    """The digits in their frame; those that are too many stand at the place of the first."""
    first = len(digits) - section.zeros + 1
    each = iter((digits[:first], *digits[first:]))
    return "".join(next(each) if char == DIGIT else char for char in section.frame)


def _plain(shortest: str) -> str:
    if "e" in shortest:
        shortest = format(Decimal(shortest), "f")
    return shortest.removesuffix(".0")
