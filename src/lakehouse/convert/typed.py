"""A cell becomes the text that the raw CSV holds for its column: read by the settings, or marked as a fault.

Only text is read by a setting. In a workbook, a number or a date that is one for certain stays as it is. What a setting
cannot read is left to the rules, which refuse it; what they would take for something else than the setting says is a
fault `ambiguous`: `12.50` where a comma parts the decimals, a local time that a clock showed twice or never.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from lakehouse.contracts.model import Column
from lakehouse.contracts.reading import Reading
from lakehouse.contracts.setting_values import NUMBERS, TIMES, zone
from lakehouse.contracts.values import PATTERNS
from lakehouse.convert.model import Cell
from lakehouse.marks import AMBIGUOUS, CHARACTERS, MARK, marked

# A thousand or one: in an integer column it is never certain, in another one only where commas part decimals.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?!\d{3}$)\d+|\d{1,3}(?:\.\d{3}){2,})", re.ASCII)
# What is written out by a reader of workbooks that had a number or a date before it.
_NUMBER_CELL = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_DATE_CELL = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+)?", re.ASCII)

# What does not count around a value: spaces of all kinds, and characters that cannot be seen.
_AROUND = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_KEPT = 1 << 14  # texts whose values are kept, since texts in a column repeat

Read = Callable[[str], str | None]


class Ambiguous(Exception):
    """A text that could be two values."""


@dataclass
class Convention:
    """What a sheet's numbers have shown so far of how they are written."""

    comma: bool = False  # some number can only be read with a decimal comma
    passed: bool = False  # some number could have been either and was taken for what it says


class ColumnReader:
    """Called with a cell of its column that is not empty, it gives the CSV's text."""

    def __init__(self, column: Column, reading: Reading, convention: Convention, *, plain_text: bool) -> None:
        self.kind = column.type.kind
        self.read = 0  # how many cells a setting has read
        self.example = ("", "")
        self._nulls = frozenset(reading.null_values)
        self._read = _reader(self.kind, reading, workbook=not plain_text)
        self._pattern = re.compile(PATTERNS.get(self.kind, ""))
        self._plain_text = plain_text
        self._watches = self.kind in NUMBERS and self._read is None
        self._convention = convention

    @property
    def is_set(self) -> bool:
        """Whether a setting acts on this column."""
        return bool(self._nulls or self._read)

    def __call__(self, cell: str) -> str:
        """The text for the CSV."""
        if MARK in cell:
            return marked(without_marks(cell), rule=CHARACTERS)
        text = cell.strip(_AROUND)
        if text in self._nulls:
            return self._noted(cell, "")
        special = cell if isinstance(cell, Cell) else None
        if special and special.fault:
            return marked(str(cell), rule=special.fault)
        if special and not special.typed and (own := self._own(special)):
            return own
        if self._read and not self._certain(text, special):
            return self._by_setting(cell, text)
        if self._watches and (self._plain_text or (special and special.typed)) and self._unsure(text):
            return marked(str(cell), rule=AMBIGUOUS)
        return str(cell)

    def _own(self, cell: Cell) -> str:
        """What the cell has for columns of this type alone."""
        return cell.exact if self.kind == "double" else cell.shown if self.kind == "string" else ""

    def _certain(self, text: str, special: Cell | None) -> bool:
        if self._plain_text or (special and special.typed) or self.kind not in NUMBERS:
            return False
        return _NUMBER_CELL.fullmatch(text) is not None

    def _by_setting(self, cell: str, text: str) -> str:
        assert self._read is not None
        try:
            read = self._read(text)
        except Ambiguous:
            return marked(str(cell), rule=AMBIGUOUS)
        if read is None and self.kind in NUMBERS and self._pattern.fullmatch(text):
            return marked(str(cell), rule=AMBIGUOUS)
        return str(cell) if read is None or read == text else self._noted(cell, read)

    def _noted(self, cell: str, read: str) -> str:
        if not self.read:
            self.example = (str(cell), read)
        self.read += 1
        return marked(str(cell), read=read)

    def _unsure(self, text: str) -> bool:
        if _COMMA.fullmatch(text):
            self._convention.comma = True
        if not _GROUPED.fullmatch(text):
            return False
        if self.kind == "integer" or self._convention.comma:
            return True
        self._convention.passed = True
        return False


def without_marks(text: str) -> str:
    """The text with each character that only lakectl may write replaced by U+FFFD."""
    return text.replace(MARK, "\ufffd")


def _reader(kind: str, reading: Reading, *, workbook: bool) -> Read | None:
    if kind in NUMBERS and (reading.decimal_separator or reading.group_separator):
        return _numbers(reading, exponent=kind == "double")
    if kind in TIMES and (reading.date_formats or (kind == "timestamp" and reading.time_zone)):
        return _times(reading, kind, workbook=workbook)
    if kind == "boolean" and (reading.true_values or reading.false_values):
        words = {word.casefold(): "true" for word in reading.true_values}
        words |= {word.casefold(): "false" for word in reading.false_values}
        return lambda text: words.get(text.casefold())
    return None


_CODES = "EUR|USD|GBP|CHF|JPY|CNY|INR|BRL|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|ZAR|MXN|KRW|SGD|HKD"
_SPACES = " \xa0\u202f\u2009"
_APOSTROPHES = "'\u2019"


def _numbers(reading: Reading, *, exponent: bool) -> Read:
    """A reader of numbers as people write them: grouped, with signs in front or behind, in parentheses, with a currency
    or a percent sign (a hundredth)."""
    form = _number_form(reading, exponent=exponent)

    @lru_cache(maxsize=_KEPT)
    def read(text: str) -> str | None:
        if text.isascii() and text.isdigit():
            return text
        found = form.fullmatch(_plain_digits(text))
        if not found:
            return None
        signs = [found[name] for name in ("before", "within", "behind", "last") if found[name]]
        if len(signs) + bool(found["open"]) > 1 or bool(found["open"]) != bool(found["close"]):
            return None
        whole, decimals = re.sub(r"\D", "", found["whole"]), (found["decimals"] or "").strip("-")
        if not whole + decimals:
            return None
        if found["percent"]:
            whole = whole.zfill(3)
            whole, decimals = whole[:-2], whole[-2:] + decimals
        sign = "-" if found["open"] or "-" in signs else "+" if "+" in signs else ""
        power = found["power"] if exponent else ""
        return sign + (whole or "0") + (f".{decimals}" if decimals else "") + (power or "")

    return read


def _number_form(reading: Reading, *, exponent: bool) -> re.Pattern[str]:
    decimal = reading.decimal_separator or ("," if reading.group_separator == "." else ".")
    other = "." if decimal == "," else ","
    groups = {"": other + _SPACES + _APOSTROPHES, " ": _SPACES, "'": _APOSTROPHES}
    group = groups.get(reading.group_separator, reading.group_separator)
    money = rf"(?:[{_currency_signs()}]|{_CODES})?"
    return re.compile(
        rf"""(?P<open>\()?'?\s*(?P<before>[+-])?\s*{money}\s*(?P<within>[+-])?\s*
             (?P<whole>[0-9]{{1,3}}(?P<group>[{re.escape(group)}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]*)
             (?:{re.escape(decimal)}(?P<decimals>-{{1,2}}|[0-9]*))?
             {"(?P<power>[eE][+-]?[0-9]+)?" if exponent else ""}
             \s*(?P<percent>%)?\s*(?P<behind>[+-])?\s*{money}\s*(?P<last>[+-])?\s*(?P<close>\))?""",
        re.VERBOSE,
    )


@lru_cache
def _currency_signs() -> str:
    return re.escape("".join(chr(code) for code in range(0x2100) if unicodedata.category(chr(code)) == "Sc"))


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return "".join(digits).replace("\N{MINUS SIGN}", "-")


_LOCAL = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[ Tt](?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,6})0*)?)?)?",
    re.ASCII,
)


def _times(reading: Reading, kind: str, *, workbook: bool) -> Read:
    """A reader of dates and times by strptime's formats; those without a zone are in the zone that is set."""
    place = zone(reading.time_zone) if reading.time_zone and kind == "timestamp" else None

    def moment(text: str) -> dt.datetime | None:
        formats = () if workbook and _DATE_CELL.fullmatch(text) else reading.date_formats
        found = {parsed for form in formats if (parsed := _parsed(text, form))}
        if len(found) > 1:
            raise Ambiguous
        return found.pop() if found else _local(text) if place else None

    @lru_cache(maxsize=_KEPT)
    def read(text: str) -> str | None:
        when = moment(text)
        if when is None:
            return None
        if when.tzinfo is None and place:
            when = _placed(when, place)
        if kind == "date" and when.tzinfo is None and when.time() == dt.time():
            return when.date().isoformat()
        offset = when.utcoffset()
        if offset and offset.total_seconds() % 60:  # a zone's local mean time, before zones were whole minutes
            when = when.astimezone(dt.UTC)
        return when.isoformat()

    return read


def _parsed(text: str, form: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form)
    except (ValueError, OverflowError):
        return None


def _local(text: str) -> dt.datetime | None:
    found = _LOCAL.fullmatch(text)
    if not found:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    try:
        day = dt.date.fromisoformat(found["day"])
        return dt.datetime.combine(day, dt.time(hour, minute, second, int((found["part"] or "").ljust(6, "0"))))
    except ValueError:
        return None


def _placed(local: dt.datetime, place: dt.tzinfo) -> dt.datetime:
    """The instant at which clocks there showed this. Raises Ambiguous where they did so twice, or never."""
    early, late = local.replace(tzinfo=place, fold=0), local.replace(tzinfo=place, fold=1)
    if early.utcoffset() != late.utcoffset():
        raise Ambiguous
    return early
