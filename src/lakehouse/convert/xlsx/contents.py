"""What a cell holds, as text: how its value is read, by its type (the attribute `t`) and by the format of its style.

b         a boolean           n, or none   a number, which by its format may be a date
d         a date in ISO 8601  s            a place in the table of shared strings
e         an error            str          the text that a formula gave
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from lakehouse.convert import values
from lakehouse.convert.model import Cell
from lakehouse.convert.number_formats import PLAIN, NumberFormat, built_in
from lakehouse.convert.xlsx import strings as strings_of
from lakehouse.marks import EXCEL_ERROR, NOT_CALCULATED

Reader = Callable[[str], str]

_BOOLEANS = {"1": "true", "0": "false", "true": "true", "false": "false"}
_GENERAL = built_in(0)
_SPACE = " \t\r\n"  # in XML


@dataclass(frozen=True)
class Contents:
    """How the cells of one workbook are read."""

    strings: Sequence[str] = ()
    formats: Sequence[NumberFormat] = ()
    since_1904: bool = False
    recalculates: bool = False
    leap_days: list[str] = field(default_factory=list)  # dates of 29 February 1900 that were read, in any sheet
    _readers: dict[tuple[str, str], Reader] = field(default_factory=dict)

    def reader(self, kind: str, style: str) -> Reader:
        """How the text of a value is read; the text is as a parser of XML gives it, and not empty."""
        if (kind, style) not in self._readers:
            self._readers[kind, style] = self._reader(kind, style)
        return self._readers[kind, style]

    def is_plain(self, style: str) -> bool:
        """Whether a number of this style is no more than a number."""
        return self._format(style).always == PLAIN

    def of_formula(self, formula: str, kind: str, style: str, value: str | None) -> str:
        """What a formula gave when the workbook was saved; None or "" is no value, and text may be empty."""
        if kind == "str" and value is not None:
            return self.reader(kind, style)(value)
        given = "" if value is None else value.strip(_SPACE)
        if not given or (self.recalculates and kind in ("", "n") and values.number(given) == "0"):
            return Cell(f"={formula}", fault=NOT_CALCULATED)
        return self.reader(kind, style)(given)

    def _reader(self, kind: str, style: str) -> Reader:
        if kind == "s":
            return self._shared
        if kind in ("", "n"):
            return _number if self.is_plain(style) else partial(self._formatted, self._format(style))
        return _READERS.get(kind, trimmed)

    def _format(self, style: str) -> NumberFormat:
        place = int(style) if style.isdecimal() and len(style) < 10 else 0
        return self.formats[place] if place < len(self.formats) else _GENERAL

    def _shared(self, place: str) -> str:
        place = place.strip()
        if not place:
            return ""
        if place.isdecimal() and len(place) < 10 and int(place) < len(self.strings):
            return self.strings[int(place)]
        return Cell(f"(the shared string {place} is missing)", fault=EXCEL_ERROR)

    def _formatted(self, form: NumberFormat, written: str) -> str:
        text = values.number(written.strip())
        if not values.is_number(text):
            return text
        exact = text.exact if isinstance(text, Cell) and text.exact else text
        shown = values.formatted(text, float(exact), form, self.since_1904)
        if shown.startswith(values.LEAP_DAY_1900):
            self.leap_days.append(shown)
        return shown


def _number(written: str) -> str:
    return values.number(written.strip())


def _boolean(written: str) -> str:
    return _BOOLEANS.get(written.strip().lower(), written.strip())


def _error(literal: str) -> str:
    return Cell(literal.strip() or "#ERROR!", fault=EXCEL_ERROR)


def _date(written: str) -> str:
    return values.iso(written.strip())


@lru_cache(maxsize=1 << 14)
def trimmed(plain: str) -> str:
    """Text that the XML does not say to keep with the space at its ends."""
    return strings_of.text(plain, preserved=False)


@lru_cache(maxsize=1 << 14)
def preserved(plain: str) -> str:
    """Text that keeps the space at its ends."""
    return strings_of.text(plain)


_READERS: dict[str, Reader] = {"b": _boolean, "e": _error, "d": _date}
