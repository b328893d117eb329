"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods, .fods): the reader of each format, and what their errors become.

Formulas give the value they had when the workbook was saved. Numbers of rows are Excel's.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from lakehouse.convert import excel_errors, ods, xls, xlsb
from lakehouse.convert.excel_errors import Errors
from lakehouse.convert.model import Grid, Row
from lakehouse.convert.signatures import SAVE_AGAIN
from lakehouse.convert.values import texts
from lakehouse.errors import UploadRefused

# What readers and the libraries that they use raise for a file that is damaged.
_DAMAGE = (
    OSError,
    EOFError,
    LookupError,
    ValueError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    ExpatError,
    CalamineError,
)


def read(path: Path, form: str) -> Iterator[Grid]:
    """The sheets of a workbook in its order. Raises UploadRefused, also while rows are read, for one it cannot read."""
    with _refusing():
        for grid in _READERS[form](path):
            yield replace(grid, rows=partial(_rows, grid))


def _rows(grid: Grid) -> Iterator[Row]:
    with _refusing(f"sheet {grid.name}: "):
        yield from grid.rows()


@contextmanager
def _refusing(where: str = "") -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        what = str(error) or type(error).__name__
        raise UploadRefused(f"{where}the workbook is damaged ({what})", SAVE_AGAIN) from error


_LARGE = 16 * 2**20  # bytes of the file


def _xlsx(path: Path) -> Iterator[Grid]:
    with load_workbook(path) as book, ThreadPoolExecutor(1) as pool:
        sheets = [(index, sheet, _unusable(sheet)) for index, sheet in enumerate(book.sheets_metadata)]
        parsed = _parsed(book, [index for index, _, unusable in sheets if not unusable], path, pool)
        for index, sheet, unusable in sheets:
            if unusable:
                yield Grid(sheet.name, index + 1, lambda: iter(()), unusable)
            else:
                yield Grid(sheet.name, index + 1, partial(_xlsx_rows, next(parsed), _errors(path, sheet.name)))


def _parsed(
    book: CalamineWorkbook, indexes: list[int], path: Path, pool: ThreadPoolExecutor
) -> Iterator[Future[CalamineSheet]]:
    """The sheets in order. In a workbook that is not large, one is parsed while the one before it is written: calamine
    does not need Python for that. In a large one, two sheets at once would take the memory that one is allowed."""
    ahead = 1 if path.stat().st_size < _LARGE else 0
    coming: deque[Future[CalamineSheet]] = deque()
    for index in indexes:
        coming.append(pool.submit(book.get_sheet_by_index, index))
        if len(coming) > ahead:
            yield coming.popleft()
    yield from coming


def _unusable(sheet: SheetMetadata) -> str:
    if sheet.visible != SheetVisibleEnum.Visible:
        return "the sheet is hidden"
    if sheet.typ != SheetTypeEnum.WorkSheet:
        return "not a worksheet"
    return ""


def _xlsx_rows(parsed: Future[CalamineSheet], errors: Errors) -> Iterator[Row]:
    sheet = parsed.result()
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = texts(values)
        for column, error in errors.get(number, {}).items():
            cells[column] = error
        yield number, cells


def _errors(path: Path, sheet: str) -> Errors:
    with zipfile.ZipFile(path) as archive:
        return excel_errors.sheet_errors(archive, sheet)


_READERS: dict[str, Callable[[Path], Iterator[Grid]]] = {
    "xlsx": _xlsx,
    "xlsb": xlsb.read,
    "xls": xls.read,
    "ods": ods.read,
}
