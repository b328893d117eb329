"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods), read with calamine, one sheet in memory at a time.

Formulas give the value they had when the workbook was saved. Numbers of rows are Excel's. calamine's Python binding
gives an error value as an empty cell, so errors are looked up in the file, except in an .xls, which is no archive.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from lakehouse.convert import excel_errors, ods_errors, xlsb_errors, xlsx
from lakehouse.convert.excel_errors import Errors
from lakehouse.convert.formats import SAVE_AGAIN
from lakehouse.convert.model import Grid, Row
from lakehouse.convert.values import texts
from lakehouse.errors import UploadRefused

_LARGE = 16 * 2**20  # bytes of the file

# How to find the error values of a sheet, by format.
_ERRORS = {
    "xlsx": excel_errors.sheet_errors,
    "xlsb": xlsb_errors.sheet_errors,
    "ods": ods_errors.sheet_errors,
}


def read(path: Path, name: str, form: str) -> Iterator[Grid]:
    """The sheets of a workbook in its order. Raises UploadRefused, also while rows are read, for one it cannot read."""
    if form == "xlsx":
        yield from xlsx.read(path, name)
        return
    with _refusing(name), load_workbook(path) as book, ThreadPoolExecutor(1) as pool:
        sheets = [(index, sheet, _unusable(sheet)) for index, sheet in enumerate(book.sheets_metadata)]
        parsed = _parsed(book, [index for index, _, unusable in sheets if not unusable], path, pool)
        for index, sheet, unusable in sheets:
            if unusable:
                yield Grid(sheet.name, index + 1, lambda: iter(()), unusable)
            else:
                yield Grid(sheet.name, index + 1, partial(_rows, next(parsed), _errors(path, form, sheet.name), name))


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


def _rows(parsed: Future[CalamineSheet], errors: Errors, name: str) -> Iterator[Row]:
    with _refusing(name):
        sheet = parsed.result()
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = texts(values)
        for column, error in errors.get(number, {}).items():
            cells[column] = error
        yield number, cells


def _errors(path: Path, form: str, sheet: str) -> Errors:
    if form not in _ERRORS:
        return {}
    with zipfile.ZipFile(path) as archive:
        return _ERRORS[form](archive, sheet)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise UploadRefused(f"{name}: protected by a password", "remove the password and send it again") from None
    except (
        CalamineError,
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        ExpatError,
        struct.error,
        KeyError,
        IndexError,
    ) as error:
        raise _damaged(name, error) from error
    except BaseException as error:
        # Some damage makes the Rust code panic. Its exception cannot be imported, and is no subclass of Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(name, error) from None


def _damaged(name: str, error: BaseException) -> UploadRefused:
    return UploadRefused(f"{name}: the workbook is damaged ({error})", SAVE_AGAIN)
