"""Sheets of .xls workbooks of Excel 97 and later, and of Excel 5 and 95, from their records ([MS-XLS]).

The first substream says what all sheets have in common: strings, formats, the date system. Each sheet is a substream of
its own. One pass over its records tells merged cells, totals rows and whether rows are in order; another reads the
cells, one row at a time if they are. The file is in memory, but no grid is.

A formula has a value, also where nothing has ever calculated it: then the program that wrote it put an empty string
there (and the workbook does not name the engine that calculated it), or 0 and the wish that it be calculated. Both are
taken for not calculated.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from lakehouse.convert.binary_values import Cells, Numbers, error, rk_number, shared_string
from lakehouse.convert.extent import watched
from lakehouse.convert.model import Area, Cell, Grid, Note, Row
from lakehouse.convert.number_formats import NumberFormat, built_in, number_format
from lakehouse.convert.values import BOOLEANS, string
from lakehouse.convert.xls_records import BIFF5, BIFF8, BOF, Record, records, stream
from lakehouse.convert.xls_strings import Strings, shared
from lakehouse.errors import UploadRefused
from lakehouse.marks import NOT_CALCULATED

_DATE_MODE, _CODE_PAGE, _BOUND_SHEET, _SST, _XF, _FORMAT, _RECALC = 0x22, 0x42, 0x85, 0xFC, 0xE0, 0x41E, 0x1C1
_FORMULA, _STRING, _MUL_RK, _MERGED, _TABLES = 0x06, 0x207, 0xBD, 0xE5, (0x872, 0x878)
_ON_LOAD = 2  # flag of a formula that is to be calculated when the workbook is opened

_U16, _U32, _U16_U16 = (struct.Struct(form).unpack_from for form in ("<H", "<I", "<HH"))
_STYLE_DOUBLE = struct.Struct("<Hd").unpack_from

Found = tuple[int, int, str]  # row, column, both from 0, and text


@dataclass(frozen=True)
class _Sheet:
    name: str
    place: int
    hidden: bool
    is_worksheet: bool


class _Book:
    """What the sheets of a workbook have in common."""

    def __init__(self, workbook: bytes) -> None:
        self.since_1904 = self.calculated = False
        self.sheets: list[_Sheet] = []
        self.shared: list[str] = []
        self._formats: dict[int, NumberFormat] = {}
        self._xfs: list[int] = []
        for record in records(workbook, 0):
            if record.kind == BOF:
                self.strings = Strings(unicode=_version(record) == BIFF8)
            elif record.kind in _GLOBALS:
                _GLOBALS[record.kind](self, record)
        styles = [self._formats.get(number) or built_in(number) for number in self._xfs]
        self.numbers = Numbers(styles, self.since_1904)

    def date_mode(self, record: Record) -> None:
        self.since_1904 = record.data[0] == 1

    def code_page(self, record: Record) -> None:
        self.strings.use(_U16(record.data)[0])

    def sheet(self, record: Record) -> None:
        """BoundSheet8 (2.4.28)."""
        place, state, kind = struct.unpack_from("<IBB", record.data)
        name = self.strings.short(record, 6).replace("\0", "")
        self.sheets.append(_Sheet(name, place, hidden=state & 3 != 0, is_worksheet=kind == 0))

    def shared_strings(self, record: Record) -> None:
        self.shared = list(shared(record))

    def xf(self, record: Record) -> None:
        self._xfs.append(_U16(record.data, 2)[0])

    def format(self, record: Record) -> None:
        code = self.strings.format_code(record, 2)
        self._formats[_U16(record.data)[0]] = number_format(code)

    def recalculated(self, record: Record) -> None:
        """RecalcId (2.4.215): the engine that has calculated the workbook; 0 is none."""
        self.calculated = any(record.data[4:8])


_GLOBALS: dict[int, Callable[[_Book, Record], None]] = {
    _DATE_MODE: _Book.date_mode,
    _CODE_PAGE: _Book.code_page,
    _BOUND_SHEET: _Book.sheet,
    _SST: _Book.shared_strings,
    _XF: _Book.xf,
    _FORMAT: _Book.format,
    _RECALC: _Book.recalculated,
}


def _version(record: Record) -> int:
    version = int(_U16(record.data)[0])
    if version not in (BIFF5, BIFF8):
        raise UploadRefused("the workbook is older than Excel 5", "save it again as .xlsx and send that")
    return version


def read(path: Path) -> Iterator[Grid]:
    """The sheets in the workbook's order. Raises EOFError, OSError, IndexError, ValueError and struct.error, also while
    rows are read, for a workbook that is damaged."""
    workbook = stream(path)
    book = _Book(workbook)
    for position, sheet in enumerate(book.sheets, start=1):
        if not sheet.is_worksheet:
            yield Grid(sheet.name, position, lambda: iter(()), "not a worksheet")
            continue
        found = _Survey(workbook, sheet.place)
        notes: list[Note] = []
        rows = partial(_watched, workbook, sheet.place, book, found.in_order, notes)
        unusable = "the sheet is hidden" if sheet.hidden else ""
        yield Grid(sheet.name, position, rows, unusable, found.merged, found.totals, notes=notes)


@dataclass
class _Survey:
    """What stands behind the cells of a sheet, and whether its rows are in order."""

    workbook: bytes
    place: int
    in_order: bool = True
    merged: list[Area] = field(default_factory=list)
    totals: list[Area] = field(default_factory=list)

    def __post_init__(self) -> None:
        last = 0
        for record in records(self.workbook, self.place):
            if record.kind in _CELLS:
                row = record.data[0] | record.data[1] << 8
                self.in_order = self.in_order and row >= last
                last = row
            elif record.kind == _MERGED:
                count = _U16(record.data)[0]
                self.merged += [_area(record.data, 2 + 8 * number) for number in range(count)]
            elif record.kind in _TABLES:
                self.totals += _totals(record.data)


def _area(data: bytes, place: int) -> Area:
    """Ref8 (2.5.209)."""
    top, bottom, left, right = struct.unpack_from("<HHHH", data, place)
    return Area(top + 1, left, bottom + 1, right)


def _totals(data: bytes) -> Iterator[Area]:
    """The totals rows of a table (Feature11, 2.4.114, with a TableFeatureType): the last ones of its area."""
    references = _U16(data, 19)[0]
    rows = _U32(data, 27 + 8 * references + 12)[0]
    if rows:
        area = _area(data, 4)
        yield Area(area.bottom - rows + 1, area.left, area.bottom, area.right)


def _watched(workbook: bytes, place: int, book: _Book, in_order: bool, notes: list[Note]) -> Iterator[Row]:
    return watched(_rows(workbook, place, book, in_order), notes, book.numbers.leap_days)


def _rows(workbook: bytes, place: int, book: _Book, in_order: bool) -> Iterator[Row]:
    found: Iterator[Found] = _cells(workbook, place, book)
    if not in_order:
        found = iter(sorted(found, key=itemgetter(0)))
    for row, group in groupby(found, key=itemgetter(0)):
        cells = Cells()
        for _, column, text in group:
            cells.put(column, text)
        if cells:
            yield row + 1, cells.row()


def _cells(workbook: bytes, place: int, book: _Book) -> Iterator[Found]:
    values = _Values(book)
    row = column = -1
    for record in records(workbook, place):
        if record.kind == _STRING:
            yield row, column, string(book.strings.long(record, 0))
        elif record.kind in _CELLS:
            row, column = _U16_U16(record.data)
            if record.kind == _MUL_RK:
                yield from values.several(record)
            elif text := _CELLS[record.kind](values, record):
                yield row, column, text


class _Values:
    """Values of cells as text. A cell's record begins with row, column and style (Cell, 2.5.19), two bytes each."""

    def __init__(self, book: _Book) -> None:
        self._book = book
        self._number = book.numbers.text

    def number(self, record: Record) -> str:
        style, value = _STYLE_DOUBLE(record.data, 4)
        return self._number(value, style)

    def rk(self, record: Record) -> str:
        return self._number(rk_number(record.data, 6), _U16(record.data, 4)[0])

    def several(self, record: Record) -> Iterator[Found]:
        """MulRk (2.4.175): cells side by side, each a style and a number."""
        row, first = _U16_U16(record.data)
        for number in range((len(record.data) - 6) // 6):
            place = 4 + 6 * number
            style = _U16(record.data, place)[0]
            yield row, first + number, self._number(rk_number(record.data, place + 2), style)

    def shared_string(self, record: Record) -> str:
        return shared_string(self._book.shared, _U32(record.data, 6)[0])

    def label(self, record: Record) -> str:
        return string(self._book.strings.long(record, 6))

    def boolean_or_error(self, record: Record) -> str:
        value, is_error = record.data[6], record.data[7]
        return error(value) if is_error else BOOLEANS[value != 0]

    def formula(self, record: Record) -> str:
        """Formula (2.4.127) with its value (FormulaValue, 2.5.133); "" where a STRING record with the text follows."""
        style, value = _STYLE_DOUBLE(record.data, 4)
        kind, what = record.data[6], record.data[8]
        on_load = record.data[14] & _ON_LOAD
        if record.data[12:14] != b"\xff\xff":
            return _PENDING if on_load and value == 0 else self._number(value, style)
        if kind == 1:
            return BOOLEANS[what != 0]
        if kind == 2:
            return error(what)
        return _PENDING if kind == 3 and (on_load or not self._book.calculated) else ""


# What the formula is, its record says in a language of its own.
_PENDING = Cell("=...", fault=NOT_CALCULATED)

_CELLS: dict[int, Callable[[_Values, Record], str]] = {
    0x203: _Values.number,
    0x27E: _Values.rk,
    _MUL_RK: _Values.number,  # taken apart before
    0xFD: _Values.shared_string,
    0x204: _Values.label,
    0xD6: _Values.label,
    0x205: _Values.boolean_or_error,
    _FORMULA: _Values.formula,
}
