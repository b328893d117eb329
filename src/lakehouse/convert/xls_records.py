"""The records of an .xls workbook, and the strings in them ([MS-XLS], and Excel 5's format, which is much the same).

A stream is a sequence of records: a kind and a length in two bytes each, and that many bytes (2.1.4). What is too long
for one goes on in CONTINUE records (2.4.58). Substreams begin with a BOF record and end with EOF; one of a chart may
lie inside that of a sheet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import olefile

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
BIFF5, BIFF8 = 0x0500, 0x0600
_CONTINUES = CONTINUE.to_bytes(2, "little")
_HEADER = struct.Struct("<HH").unpack_from
_WIDE = 1  # the flag of a string whose characters have two bytes each


class Record(NamedTuple):
    """`rest` is the data of the CONTINUE records behind it."""

    kind: int
    data: bytes
    rest: Sequence[bytes] = ()


def stream(path: Path) -> bytes:
    """The workbook's stream: of an OLE file ([MS-XLS] 2.1.2), or the file itself, as some programs write it.

    Raises OSError for a file that is damaged.
    """
    if not olefile.isOleFile(path):
        return path.read_bytes()
    with olefile.OleFileIO(path) as ole:
        return bytes(ole.openstream("Workbook" if ole.exists("Workbook") else "Book").read())


def records(workbook: bytes, place: int) -> Iterator[Record]:
    """The records of the substream that begins at a place, without those of substreams inside it.

    Raises EOFError for a stream that is cut short, ValueError where no substream begins.
    """
    kind, start, end = _record(workbook, place)
    if kind != BOF:
        raise ValueError("a sheet does not begin where it should")
    yield Record(kind, workbook[start:end])
    depth = 1
    while depth:
        kind, start, end = _record(workbook, end)
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
        elif depth == 1:
            data = workbook[start:end]
            rest: Sequence[bytes] = ()
            if end + 1 < len(workbook) and workbook[end] == CONTINUE and not workbook[end + 1]:
                rest, end = _rest(workbook, end)
            yield Record(kind, data, rest)


def _rest(workbook: bytes, place: int) -> tuple[Sequence[bytes], int]:
    """The data of the CONTINUE records at a place, and where they end."""
    rest = []
    while workbook[place : place + 2] == _CONTINUES:
        _, start, place = _record(workbook, place)
        rest.append(workbook[start:place])
    return rest, place


def _record(workbook: bytes, place: int) -> tuple[int, int, int]:
    """The kind of the record at a place, and where its data begins and ends."""
    try:
        kind, length = _HEADER(workbook, place)
    except struct.error:
        raise EOFError("the workbook is cut short") from None
    end = place + 4 + length
    if end > len(workbook):
        raise EOFError("the workbook is cut short")
    return kind, place + 4, end


class Continued:
    """Reads on from a place in a record over the CONTINUE records behind it. Raises EOFError behind the last."""

    def __init__(self, record: Record, place: int) -> None:
        self._pieces = [record.data, *record.rest]
        self._piece = 0
        self._place = place

    def more(self) -> bool:
        return self._place < len(self._pieces[self._piece]) or self._piece + 1 < len(self._pieces)

    def take(self, count: int) -> bytes:
        taken = bytearray()
        while True:
            piece = self._pieces[self._piece]
            part = piece[self._place : self._place + count - len(taken)]
            taken += part
            self._place += len(part)
            if len(taken) == count:
                return bytes(taken)
            self._next()

    def characters(self, count: int, wide: bool) -> str:
        """The text of a string. In each CONTINUE record, a byte says anew whether its characters have two bytes."""
        units = b""
        while True:
            size = 2 if wide else 1
            left = (len(self._pieces[self._piece]) - self._place) // size
            part = self.take(min(left, count - len(units) // 2) * size)
            units += part if wide else part.decode("latin-1").encode("utf-16-le")
            if len(units) == 2 * count:
                return units.decode("utf-16-le", "replace")
            self._next()
            wide = bool(self.take(1)[0] & _WIDE)

    def _next(self) -> None:
        self._piece += 1
        self._place = 0
        if self._piece == len(self._pieces):
            raise EOFError("a string is cut short")
