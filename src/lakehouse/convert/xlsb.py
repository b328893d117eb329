"""Sheets of .xlsb workbooks, from their binary records ([MS-XLSB]).

A workbook has its sheets in one part (2.1.7.61), its strings in another (2.1.7.45) and its formats in a third (2.1.7.50);
a sheet is a part of its own (2.1.7.62), and so is a table (2.1.7.51). Strings and formats are in memory, and one row.

A cell's record has a column, a style and a value; its short form, which SheetJS writes, leaves the column out: it is the
next one. A formula's record always has a value, so one that was never calculated cannot be told from one that was.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from lakehouse.convert.members import Members, members
from lakehouse.convert.model import Area, Grid, Row
from lakehouse.convert.number_formats import NumberFormat, built_in, number_format
from lakehouse.convert.row_of_cells import RowOfCells
from lakehouse.convert.xlsb_records import records, rk_number, wide_string

_BUNDLE_SHEET, _BOOK_PROPERTIES = 156, 153
_STRING_ITEM = 19
_FORMAT, _STYLE, _BEGIN_STYLES, _END_STYLES = 44, 47, 617, 618
_ROW, _BLANK, _LAST_FORMULA, _SHORT_BLANK, _LAST_SHORT = 0, 1, 11, 12, 18
_END_OF_DATA, _MERGED, _TABLE = 146, 176, 343
_BEGIN_MERGED = b"\xb1\x01\x04"  # kind 177 and its length, as the bytes of a part have them


@dataclass(frozen=True)
class _Sheet:
    name: str
    relation: str
    hidden: bool


class _Book:
    """What the sheets of a workbook have in common."""

    def __init__(self, parts: Members) -> None:
        self.part = next((r.target for r in parts.relations("") if r.kind == "officeDocument"), "xl/workbook.bin")
        related = {relation.kind: relation.target for relation in parts.relations(self.part)}
        self.date1904, self.sheets = self._sheets(parts)
        self.strings = _strings(parts, related.get("sharedStrings", ""))
        self.styles = _styles(parts, related.get("styles", ""))

    def _sheets(self, parts: Members) -> tuple[bool, list[_Sheet]]:
        date1904, sheets = False, []
        with parts.open(self.part) as binary:
            for kind, data in records(binary):
                if kind == _BOOK_PROPERTIES:
                    date1904 = bool(data[0] & 1)
                elif kind == _BUNDLE_SHEET:
                    relation, end = wide_string(data, 8)
                    hidden = struct.unpack_from("<I", data)[0] != 0
                    sheets.append(_Sheet(wide_string(data, end)[0], relation, hidden))
        return date1904, sheets


def read(path: Path) -> Iterator[Grid]:
    """The sheets in the workbook's order. Raises KeyError, EOFError, struct.error and what `zipfile` and `ElementTree`
    raise, also while rows are read, for a workbook that is damaged."""
    with members(path) as parts:
        book = _Book(parts)
        related = {relation.id: relation for relation in parts.relations(book.part)}
        for position, sheet in enumerate(book.sheets, start=1):
            relation = related.get(sheet.relation)
            if relation is None or relation.kind != "worksheet":
                yield Grid(sheet.name, position, lambda: iter(()), "not a worksheet")
                continue
            part = relation.target
            unusable = "the sheet is hidden" if sheet.hidden else ""
            merged, totals = (), () if unusable else (_merged(parts, part), _totals(parts, part))
            yield Grid(sheet.name, position, partial(_rows, path, part, book), unusable, merged, totals)


def _strings(parts: Members, part: str) -> list[str]:
    """Shared strings (BrtSSTItem, 2.4.734): a byte of flags, the text, and its fonts and phonetics, which are left out."""
    if part not in parts:
        return []
    with parts.open(part) as binary:
        return [wide_string(data, 1)[0] for kind, data in records(binary) if kind == _STRING_ITEM]


def _styles(parts: Members, part: str) -> list[NumberFormat]:
    """The number format of each style of cells (BrtXF, 2.4.823, among those of cells)."""
    codes: dict[int, NumberFormat] = {}
    styles: list[NumberFormat] = []
    if part not in parts:
        return styles
    of_cells = False
    with parts.open(part) as binary:
        for kind, data in records(binary):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = number_format(wide_string(data, 2)[0])
            elif kind in (_BEGIN_STYLES, _END_STYLES):
                of_cells = kind == _BEGIN_STYLES
            elif kind == _STYLE and of_cells:
                number = struct.unpack_from("<H", data, 2)[0]
                styles.append(codes.get(number) or built_in(number))
    return styles


def _merged(parts: Members, part: str) -> Sequence[Area]:
    """Merged cells (BrtMergeCell, 2.4.708). They stand behind all cells, so a sheet that has none is not walked twice."""
    with parts.open(part) as binary:
        if not _has(binary, _BEGIN_MERGED):
            return ()
    with parts.open(part) as binary:
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


def _totals(parts: Members, part: str) -> Sequence[Area]:
    """Totals rows of tables (BrtBeginList, 2.4.100): the last rows of a table's area."""
    found = []
    for relation in parts.relations(part):
        if relation.kind == "table" and relation.target in parts:
            with parts.open(relation.target) as binary:
                data = next((data for kind, data in records(binary) if kind == _TABLE), b"")
            rows = struct.unpack_from("<I", data, 28)[0] if data else 0
            if rows:
                area = _area(data)
                found.append(Area(area.bottom - rows + 1, area.left, area.bottom, area.right))
    return found


def _rows(path: Path, part: str, book: _Book) -> Iterator[Row]:
    with members(path) as parts, parts.open(part) as binary:
        yield from _Cells(book).rows(binary)
