"""Error values of an .xlsb workbook, found in its binary records.

The part of a sheet is a sequence of records: a kind, a length, and that many bytes ([MS-XLSB] 2.1.4). A row's record
says which row the cells' records after it belong to, and a cell's record begins with its column.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree

from lakehouse.convert.excel_errors import Errors

_ROW, _CELL_ERROR, _FORMULA_ERROR, _END_OF_DATA, _BUNDLE_SHEET = 0, 3, 11, 146, 156
_NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def sheet_errors(archive: zipfile.ZipFile, sheet: str) -> Errors:
    """The error values of the sheet of that name. Raises KeyError or struct.error for a workbook that is damaged."""
    with archive.open(_part(archive, sheet)) as binary:
        return _errors(binary)


def _errors(binary: IO[bytes]) -> Errors:
    errors: defaultdict[int, dict[int, str]] = defaultdict(dict)
    row = 0
    for kind, data in _records(binary):
        if kind == _ROW:
            row = int(struct.unpack_from("<I", data)[0]) + 1
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            column, _, code = struct.unpack_from("<IIB", data)
            errors[row][column] = _NAMES.get(code, "#ERROR!")
        elif kind == _END_OF_DATA:
            break
    return dict(errors)


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))
    targets = {relation.attrib["Id"]: relation.attrib["Target"] for relation in relations}
    with archive.open("xl/workbook.bin") as binary:
        sheets = dict(_sheet(data) for kind, data in _records(binary) if kind == _BUNDLE_SHEET)
    return posixpath.normpath(posixpath.join("/xl", targets[sheets[sheet]])).lstrip("/")


def _sheet(data: bytes) -> tuple[str, str]:
    """The name of a sheet and of its relation: two strings, each after its length in UTF-16 units."""
    relation, end = _string(data, 8)
    return _string(data, end)[0], relation


def _string(data: bytes, start: int) -> tuple[str, int]:
    end = start + 4 + 2 * int(struct.unpack_from("<I", data, start)[0])
    return data[start + 4 : end].decode("utf-16-le"), end


def _records(binary: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    while first := binary.read(1):
        kind = first[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (binary.read(1)[0] << 7)
        yield kind, binary.read(_length(binary))


def _length(binary: IO[bytes]) -> int:
    """A number in at most four bytes of seven bits, the lowest first."""
    length = 0
    for shift in range(0, 28, 7):
        byte = binary.read(1)[0]
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return length
