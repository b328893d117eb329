"""Sheets of .xlsb workbooks, from their binary records ([MS-XLSB]).

A workbook has its sheets in one part (2.1.7.61), its strings in another (2.1.7.45) and its formats in a third
(2.1.7.50); a sheet is a part of its own (2.1.7.62), and so is a table (2.1.7.51). Strings and formats are in memory,
and one row.

A cell's record has a column, a style and a value; its short form, which SheetJS writes, leaves the column out: it is
the next one. A formula's record always has a value, so one that was never calculated cannot be told from one that was.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from lakehouse.convert.binary_values import Cells, Numbers, error, rk_number, shared_string
from lakehouse.convert.extent import watched
from lakehouse.convert.model import Area, Grid, Note, Row
from lakehouse.convert.number_formats import NumberFormat, built_in, number_format
from lakehouse.convert.values import BOOLEANS, string
from lakehouse.convert.xlsb_records import U32, records, wide_string
from lakehouse.convert.xlsx.package import Package

_BUNDLE_SHEET, _BOOK_PROPERTIES = 156, 153
_STRING_ITEM = 19
_FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 44, 47, 617, 618
_ROW, _BLANK, _SHORT_BLANK, _LAST_SHORT = 0, 1, 12, 18
_NO_VALUE = (_BLANK, _SHORT_BLANK)
_END_OF_DATA, _MERGED, _TABLE = 146, 176, 343
_BEGIN_MERGED = b"\xb1\x01\x04"  # kind 177 and its length, as the bytes of a part have them


_F64 = struct.Struct("<d").unpack_from


@dataclass(frozen=True)
class _Sheet:
    name: str
    relation: str
    hidden: bool


class _Book:
    """What the sheets of a workbook have in common."""

    def __init__(self, package: Package) -> None:
        main = (relation.target for relation in package.relations("").values() if relation.kind == "officeDocument")
        self.part = next(main, "xl/workbook.bin")
        related = {relation.kind: relation.target for relation in package.relations(self.part).values()}
        self.since_1904, self.sheets = self._sheets(package)
        self.strings = _strings(package, related.get("sharedStrings", ""))
        self.styles = _styles(package, related.get("styles", ""))

    def _sheets(self, package: Package) -> tuple[bool, list[_Sheet]]:
        since_1904, sheets = False, []
        with package.open(self.part) as binary:
            for kind, data in records(binary):
                if kind == _BOOK_PROPERTIES:
                    since_1904 = bool(data[0] & 1)
                elif kind == _BUNDLE_SHEET:
                    relation, end = wide_string(data, 8)
                    hidden = U32(data)[0] != 0
                    sheets.append(_Sheet(wide_string(data, end)[0], relation, hidden))
        return since_1904, sheets


def read(path: Path) -> Iterator[Grid]:
    """The sheets in the workbook's order. Raises Unreadable, EOFError, struct.error and what `zipfile` and
    `ElementTree` raise, also while rows are read, for a workbook that is damaged; SheetRefused as `extent` does."""
    with Package(path) as package:
        book = _Book(package)
        related = package.relations(book.part)
        for position, sheet in enumerate(book.sheets, start=1):
            relation = related.get(sheet.relation)
            if relation is None or relation.kind != "worksheet":
                yield Grid(sheet.name, position, lambda: iter(()), "not a worksheet")
                continue
            part = relation.target
            notes: list[Note] = []
            rows = partial(_watched, path, part, book, notes)
            if sheet.hidden:
                yield Grid(sheet.name, position, rows, "the sheet is hidden")
            else:
                areas = _merged(package, part), _totals(package, part)
                yield Grid(sheet.name, position, rows, "", *areas, notes=notes)


def _strings(package: Package, part: str) -> list[str]:
    """Shared strings (BrtSSTItem): a byte of flags, the text, its fonts and phonetics; only the text is read."""
    if part not in package:
        return []
    with package.open(part) as binary:
        return [string(wide_string(data, 1)[0]) for kind, data in records(binary) if kind == _STRING_ITEM]


def _styles(package: Package, part: str) -> list[NumberFormat]:
    """The number format of each style of cells (BrtXF; there are others that are not of cells)."""
    codes: dict[int, NumberFormat] = {}
    styles: list[NumberFormat] = []
    if part not in package:
        return styles
    of_cells = False
    with package.open(part) as binary:
        for kind, data in records(binary):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = number_format(wide_string(data, 2)[0])
            elif kind in (_BEGIN_STYLES, _END_STYLES):
                of_cells = kind == _BEGIN_STYLES
            elif kind == _STYLE and of_cells:
                number = struct.unpack_from("<H", data, 2)[0]
                styles.append(codes.get(number) or built_in(number))
    return styles


def _merged(package: Package, part: str) -> Sequence[Area]:
    """Merged cells (BrtMergeCell). They stand behind all cells; a sheet that has none is not walked twice."""
    with package.open(part) as binary:
        if not _has(binary, _BEGIN_MERGED):
            return ()
    with package.open(part) as binary:
        return [_area(data) for kind, data in records(binary) if kind == _MERGED]


def _has(binary: IO[bytes], mark: bytes) -> bool:
    tail = b""
    while chunk := binary.read(1 << 20):
        if mark in tail + chunk:
            return True
        tail = chunk[-len(mark) :]
    return False


def _area(data: bytes) -> Area:
    top, bottom, left, right = struct.unpack_from("<IIII", data)
    return Area(top + 1, left, bottom + 1, right)


def _totals(package: Package, part: str) -> Sequence[Area]:
    """Totals rows of tables (BrtBeginList, 2.4.100): the last rows of a table's area."""
    found = []
    for relation in package.relations(part).values():
        if relation.kind == "table" and relation.target in package:
            with package.open(relation.target) as binary:
                data = next((data for kind, data in records(binary) if kind == _TABLE), b"")
            rows = U32(data, 28)[0] if data else 0
            if rows:
                area = _area(data)
                found.append(Area(area.bottom - rows + 1, area.left, area.bottom, area.right))
    return found


def _watched(path: Path, part: str, book: _Book, notes: list[Note]) -> Iterator[Row]:
    numbers = Numbers(book.styles, book.since_1904)
    return watched(_rows(path, part, _Values(book.strings, numbers)), notes, numbers.leap_days)


def _rows(path: Path, part: str, values: _Values) -> Iterator[Row]:
    number, cells, column = 0, Cells(), -1
    with Package(path) as package, package.open(part) as binary:
        for kind, data in records(binary):
            if _BLANK <= kind <= _LAST_SHORT:
                if kind < _SHORT_BLANK:
                    (column,), value = U32(data), 8
                else:
                    column, value = column + 1, 4
                if kind not in _NO_VALUE and (text := _TEXT[kind](values, data, value)):
                    cells.put(column, text)
            elif kind == _ROW:
                if cells:
                    yield number, cells.row()
                number, cells, column = U32(data)[0] + 1, Cells(), -1
            elif kind == _END_OF_DATA:
                break
    if cells:
        yield number, cells.row()


class _Values:
    """Values of cells as text, from the place in their record where the column and the style (2.5.10) end."""

    def __init__(self, strings: Sequence[str], numbers: Numbers) -> None:
        self._strings = strings
        self._numbers = numbers

    def rk(self, data: bytes, start: int) -> str:
        return self._numbers.text(rk_number(data, start), _style(data, start))

    def real(self, data: bytes, start: int) -> str:
        return self._numbers.text(_F64(data, start)[0], _style(data, start))

    def error(self, data: bytes, start: int) -> str:
        return error(data[start])

    def boolean(self, data: bytes, start: int) -> str:
        return BOOLEANS[data[start] != 0]

    def own_string(self, data: bytes, start: int) -> str:
        return string(wide_string(data, start)[0])

    def shared_string(self, data: bytes, start: int) -> str:
        return shared_string(self._strings, U32(data, start)[0])


def _style(data: bytes, start: int) -> int:
    return int(U32(data, start - 4)[0]) & 0xFFFFFF


# By the kind of a cell's record (2.3.1): cells, formulas by the value that they have, cells in short form.
_BY_TYPE = (
    (_Values.rk, (2, 13)),
    (_Values.error, (3, 11, 14)),
    (_Values.boolean, (4, 10, 15)),
    (_Values.real, (5, 9, 16)),
    (_Values.own_string, (6, 8, 17)),
    (_Values.shared_string, (7, 18)),
)
_TEXT: dict[int, Callable[[_Values, bytes, int], str]] = {kind: read for read, kinds in _BY_TYPE for kind in kinds}
