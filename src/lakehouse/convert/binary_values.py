"""Values as Excel's binary formats keep them, both the old one (.xls) and the new one (.xlsb), as text."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from lakehouse.convert.extent import COLUMNS
from lakehouse.convert.model import Cell, SheetRefused, SpecialRow
from lakehouse.convert.number_formats import PLAIN, NumberFormat
from lakehouse.convert.values import LEAP_DAY_1900, double, formatted
from lakehouse.marks import EXCEL_ERROR

_SMALL = 1e15  # whole numbers below it have no exponent
_I32, _F64, _RK = struct.Struct("<i").unpack_from, struct.Struct("<d").unpack_from, struct.Struct("<Ii").pack

# [MS-XLSB] 2.5.97.2 BErr, [MS-XLS] 2.5.10 BErr
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def error(code: int) -> Cell:
    """An error value. A code that is not known is one, too."""
    return Cell(_ERRORS.get(code, "#UNKNOWN!"), fault=EXCEL_ERROR)


def shared_string(strings: Sequence[str], place: int) -> str:
    """The string at a place in the table of shared strings."""
    if place < len(strings):
        return strings[place]
    return Cell(f"(the shared string {place} is missing)", fault=EXCEL_ERROR)


def rk_number(data: bytes, start: int) -> float:
    """A number in four bytes: 30 bits of a double or of an integer, perhaps a hundred times the value.

    [MS-XLSB] 2.5.123 RkNumber, [MS-XLS] 2.5.217 RkNumber.
    """
    (bits,) = _I32(data, start)
    value = float(bits >> 2) if bits & 2 else _F64(_RK(0, bits & ~3))[0]
    return float(value / 100 if bits & 1 else value)


class Numbers:
    """Numbers as text, by the number format that the style of their cell has."""

    def __init__(self, styles: Sequence[NumberFormat], since_1904: bool) -> None:
        self.leap_days: list[str] = []  # dates of 29 February 1900 that were read
        self._since_1904 = since_1904
        # Most styles have a format that adds nothing to any number; one that is not there adds nothing either.
        self._formats = {place: form for place, form in enumerate(styles) if form.always != PLAIN}

    def text(self, value: float, style: int) -> str:
        if style in self._formats:
            return self._formatted(value, self._formats[style])
        if value.is_integer() and -_SMALL < value < _SMALL:
            return str(int(value))
        return double(value) if math.isfinite(value) else error(0x24)

    def _formatted(self, value: float, form: NumberFormat) -> str:
        if not math.isfinite(value):
            return error(0x24)
        text = formatted(double(value), value, form, self._since_1904)
        if text.startswith(LEAP_DAY_1900):
            self.leap_days.append(text)
        return text


class Cells(list[str]):
    """The cells of a row, put in their places one by one."""

    def put(self, column: int, text: str) -> None:
        """Raises SheetRefused for a column that no sheet has."""
        missing = column - len(self)
        if missing < 0:
            self[column] = text
            return
        if column >= COLUMNS:
            raise SheetRefused("a cell lies to the right of XFD, the last column that a sheet can have")
        if missing:
            self.extend([""] * missing)
        self.append(text)

    def row(self) -> list[str]:
        return SpecialRow(self) if any(cell.__class__ is Cell for cell in self) else self
