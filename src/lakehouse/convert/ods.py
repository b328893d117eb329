"""Sheets of OpenDocument spreadsheets (OpenDocument 1.3, part 3), zipped (.ods) or as one flat XML file (.fods).

All sheets stand in one XML file. One pass finds where each begins and which are hidden; then only a sheet's own part of
the file is parsed for its rows (`ods_table`). Nothing but a row is in memory: a million empty rows are one element.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from xml.parsers import expat

from lakehouse.convert.extent import watched
from lakehouse.convert.model import Area, Grid, Row
from lakehouse.convert.ods_table import STYLES, TABLES, Table
from lakehouse.convert.xlsx.package import Package

_CHUNK = 1 << 16
_SPANNED = b"-spanned"  # of table:number-rows-spanned and table:number-columns-spanned
_SHEET_DEPTH = 4  # office:document-content, office:body, office:spreadsheet, table:table


def read(path: Path) -> Iterator[Grid]:
    """The sheets in the workbook's order. Raises Unreadable, ValueError, ExpatError and what `zipfile` raises, also
    while rows are read, for a workbook that is damaged; SheetRefused as `extent` does."""
    contents = _Contents()
    with _content(path) as xml:
        contents.find(xml)
    for position, sheet in enumerate(contents.sheets, start=1):
        hidden = sheet.style in contents.hidden
        merged = _merged(path, contents, sheet) if contents.has_merged and not hidden else ()
        rows = partial(_watched, path, contents, sheet)
        yield Grid(sheet.name, position, rows, "the sheet is hidden" if hidden else "", merged)


@contextmanager
def _content(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"PK"
        file.seek(0)
        if not zipped:
            yield file
            return
    with Package(path) as package, package.open("content.xml") as xml:
        yield xml


@dataclass(frozen=True)
class _Sheet:
    """`start` is the byte at which its element begins."""

    name: str
    style: str
    start: int


class _Contents:
    """Where the sheets are in the XML file, the styles of hidden ones, and whether any cells are merged."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.hidden: set[str] = set()
        self.has_merged = False
        self._depth = 0
        self._style = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def find(self, xml: IO[bytes]) -> None:
        tail = b""
        while chunk := xml.read(_CHUNK):
            self.has_merged = self.has_merged or _SPANNED in tail + chunk
            tail = chunk[-len(_SPANNED) :]
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if tag == f"{TABLES} table" and self._depth == _SHEET_DEPTH:
            name, style = attributes.get(f"{TABLES} name", ""), attributes.get(f"{TABLES} style-name", "")
            self.sheets.append(_Sheet(name, style, self._parser.CurrentByteIndex))
        elif tag == f"{STYLES} style":
            self._style = attributes.get(f"{STYLES} name", "")
        elif tag == f"{STYLES} table-properties" and attributes.get(f"{TABLES} display") == "false":
            self.hidden.add(self._style)

    def _end(self, _: str) -> None:
        self._depth -= 1


def _watched(path: Path, contents: _Contents, sheet: _Sheet) -> Iterator[Row]:
    return watched(_rows(path, contents, sheet), [])


def _rows(path: Path, contents: _Contents, sheet: _Sheet) -> Iterator[Row]:
    table = Table()
    for _ in _parsed(path, contents, sheet, table):
        yield from table.rows()


def _merged(path: Path, contents: _Contents, sheet: _Sheet) -> Sequence[Area]:
    table = Table()
    for _ in _parsed(path, contents, sheet, table):
        table.forget()
    return table.merged


def _parsed(path: Path, contents: _Contents, sheet: _Sheet, table: Table) -> Iterator[None]:
    """Shows the sheet's part of the file to `table`, and stops after each piece for its rows to be taken.

    What stands before the first sheet is parsed, too, since it opens the elements and declares the prefixes; the sheets
    in between are not.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    before = contents.sheets[0].start
    with _content(path) as xml:
        parser.Parse(xml.read(before), False)
        xml.seek(sheet.start)
        parser.StartElementHandler = table.start
        parser.EndElementHandler = table.end
        parser.CharacterDataHandler = table.text
        while not table.ended:
            chunk = xml.read(_CHUNK)
            parser.Parse(chunk, not chunk)
            yield
