"""Error values (`#N/A`, `#REF!`, ...) of an .xlsx or .xlsm workbook, found in its XML.

calamine's Python binding returns a cell that holds an error as an empty one, and an empty cell is a valid null. So the
sheet's XML is searched for the mark of an error cell, which costs little more than unpacking it; only a sheet that has
one is parsed. Both stream: memory does not grow with the sheet.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import defaultdict
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

Errors = dict[int, dict[int, str]]  # row (1-based, as Excel shows it) -> column (0-based) -> the error's text

_CHUNK = 1 << 20
_MARKS = (b'"e"', b"'e'")  # of t="e", the type of a cell; whatever else has them costs a look and no more
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def sheet_errors(archive: zipfile.ZipFile, sheet: str) -> Errors:
    """The error values of the sheet of that name. Raises KeyError or expat.ExpatError for a damaged workbook."""
    return cell_errors(archive, sheet_parts(archive)[sheet])


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet's part inside the archive, by the sheet's name."""
    targets = {
        relation.attrib["Id"]: posixpath.normpath(posixpath.join("/xl", relation.attrib["Target"])).lstrip("/")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")
    return {sheet.attrib["name"]: targets[_relation(sheet)] for sheet in sheets}


def _relation(sheet: ElementTree.Element) -> str:
    return sheet.get(_RELATION) or sheet.attrib[_RELATION_STRICT]


def cell_errors(archive: zipfile.ZipFile, part: str) -> Errors:
    """The error values of one sheet. Raises KeyError for a part that is not there, expat.ExpatError for broken XML."""
    with archive.open(part) as xml:
        if not has_mark(xml, _MARKS):
            return {}
    with archive.open(part) as xml:
        return _parse(xml)


def has_mark(xml: IO[bytes], marks: tuple[bytes, ...]) -> bool:
    """Whether one of the marks is somewhere in the file."""
    tail = b""
    while chunk := xml.read(_CHUNK):
        searched = tail + chunk
        if any(mark in searched for mark in marks):
            return True
        tail = searched[-max(map(len, marks)) :]  # a mark may lie across two chunks
    return False


def _parse(xml: IO[bytes]) -> Errors:
    handler = _Cells()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.ParseFile(xml)
    return dict(handler.errors)


class _Cells:
    """Follows the cells of a sheet. A row or cell without a reference comes right after the one before it."""

    def __init__(self) -> None:
        self.errors: defaultdict[int, dict[int, str]] = defaultdict(dict)
        self._row = 0
        self._column = -1
        self._in_error = False
        self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._column = _column(attributes.get("r", ""), self._column + 1)
            self._in_error, self._value = attributes.get("t") == "e", ""
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), -1
        elif name == "v":
            self._in_value = self._in_error

    def text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "v":
            self._in_value = False
        elif name == "c" and self._in_error:
            self.errors[self._row][self._column] = self._value.strip() or "#ERROR!"
            self._in_error = False


def _column(reference: str, default: int) -> int:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return default
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
