"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods, .fods): the reader of each format, and what their errors become.

Formulas give the value they had when the workbook was saved. Numbers of rows are Excel's.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from lakehouse.convert import ods, xls, xlsb, xlsx
from lakehouse.convert.model import Grid, Row
from lakehouse.convert.signatures import SAVE_AGAIN
from lakehouse.convert.xlsx.xml import Unreadable
from lakehouse.errors import UploadRefused

_READERS: dict[str, Callable[[Path], Iterator[Grid]]] = {"xlsb": xlsb.read, "xls": xls.read, "ods": ods.read}

# What readers and the libraries that they use raise for a file that is damaged.
_DAMAGE = (
    Unreadable,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    ExpatError,
)


def read(path: Path, name: str, form: str) -> Iterator[Grid]:
    """The sheets of a workbook in its order. Raises UploadRefused, also while rows are read, for one it cannot read;
    then, SheetRefused for a sheet that no table can be."""
    if form == "xlsx":
        yield from xlsx.read(path, name)
        return
    with _refusing():
        for grid in _READERS[form](path):
            yield replace(grid, rows=partial(_rows, grid))


def _rows(grid: Grid) -> Iterator[Row]:
    with _refusing(f"sheet {grid.name!r}: "):
        yield from grid.rows()


@contextmanager
def _refusing(where: str = "") -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        what = str(error) or type(error).__name__
        raise UploadRefused(f"{where}the workbook is damaged ({what})", SAVE_AGAIN) from error
