"""The sheets of a workbook, each as a grid that is read when it is wanted."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import overload
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from lakehouse.convert.formats import SAVE_AGAIN
from lakehouse.convert.model import Area, Grid, Note, Row
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.formats import formats
from lakehouse.convert.xlsx.package import Book, Package, SheetPart
from lakehouse.convert.xlsx.rows import Worksheet
from lakehouse.convert.xlsx.strings import shared_strings
from lakehouse.convert.xlsx.xml import Unreadable
from lakehouse.errors import UploadRefused

# What reading a damaged archive, or XML that is none, raises: RuntimeError for an encrypted part.
_DAMAGE = (
    Unreadable,
    OSError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ExpatError,
    UnicodeError,
)


def read(path: Path, name: str) -> Iterator[Grid]:
    """The sheets of the workbook at `path`, in its order; `name` is what its sender calls it.

    Raises UploadRefused for a workbook that is damaged, also while rows are read; then, SheetRefused for a sheet that
    no table can be. Hidden sheets have rows, what is no worksheet has none.
    """
    with _refusing(name), Package(path) as package:
        book = package.book()
        contents = _contents(package, book)
    for position, sheet in enumerate(book.sheets, start=1):
        yield _grid(path, name, position, sheet, contents)


def _contents(package: Package, book: Book) -> Contents:
    strings: list[str] = []
    if book.strings:
        with package.open(book.strings) as stream:
            strings = shared_strings(stream)
    styles = formats(package.tree(book.styles)) if book.styles else []
    return Contents(strings, styles, book.since_1904, book.recalculates)


def _grid(path: Path, name: str, position: int, sheet: SheetPart, contents: Contents) -> Grid:
    if sheet.kind != "worksheet":
        return Grid(sheet.name, position, lambda: iter(()), "not a worksheet")
    worksheet = Worksheet(path, sheet.part, contents)
    where = f"{name}, sheet {sheet.name!r}"
    notes: list[Note] = []
    return Grid(
        sheet.name,
        position,
        lambda: _rows(worksheet, where, notes),
        "the sheet is hidden" if sheet.hidden else "",
        merged=_Areas(worksheet.merged, where),
        totals=_Areas(worksheet.totals, where),
        notes=notes,
    )


def _rows(worksheet: Worksheet, where: str, notes: list[Note]) -> Iterator[Row]:
    with _refusing(where):
        for batch in worksheet.batches(notes):
            yield from batch


class _Areas(Sequence[Area]):
    """Areas that are looked for when they are first wanted: of a sheet that nobody reads, nothing is read."""

    def __init__(self, find: Callable[[], list[Area]], where: str) -> None:
        self._find, self._where = find, where

    @cached_property
    def _found(self) -> list[Area]:
        with _refusing(self._where):
            return self._find()

    @overload
    def __getitem__(self, index: int) -> Area: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Area]: ...

    def __getitem__(self, index: int | slice) -> Area | Sequence[Area]:
        return self._found[index]

    def __len__(self) -> int:
        return len(self._found)


@contextmanager
def _refusing(where: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise UploadRefused(f"{where}: the workbook is damaged ({error})", SAVE_AGAIN) from error
