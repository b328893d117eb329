"""The binary records that the parts of an .xlsb workbook consist of.

A part is a sequence of records: a kind, a length, and that many bytes ([MS-XLSB] 2.1.4). Streams: a record is in
memory, not a part.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

_CHUNK = 1 << 20
_HEADER = 6  # bytes at most: two of the kind, four of the length


def records(binary: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and data, in order. Raises EOFError for a part that is cut short."""
    buffer, place = binary.read(_CHUNK), 0
    while True:
        if len(buffer) - place < _HEADER:
            buffer, place = buffer[place:] + binary.read(_CHUNK), 0
            if not buffer:
                return
        kind, length, start = _header(buffer, place)
        end = start + length
        while end > len(buffer):
            more = binary.read(max(_CHUNK, end - len(buffer)))
            if not more:
                raise EOFError("a record is cut short")
            buffer, start, end = buffer[place:] + more, start - place, end - place
            place = 0
        yield kind, buffer[start:end]
        place = end


def _header(buffer: bytes, place: int) -> tuple[int, int, int]:
    """Kind and length in bytes of seven bits, the lowest first, and where the data begins."""
    try:
        kind = buffer[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (buffer[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while True:
            byte = buffer[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 21:
                return kind, length, place
    except IndexError:
        raise EOFError("a record is cut short") from None


def wide_string(data: bytes, start: int) -> tuple[str, int]:
    """The XLWideString at a place, and where it ends: its length in UTF-16 units, then these ([MS-XLSB] 2.5.169).

    A string that is absent (XLNullableWideString, 2.5.167) is "". Raises EOFError for one that is cut short.
    """
    length = int(struct.unpack_from("<I", data, start)[0])
    if length == 0xFFFFFFFF:
        return "", start + 4
    end = start + 4 + 2 * length
    if end > len(data):
        raise EOFError("a string is cut short")
    return data[start + 4 : end].decode("utf-16-le", "replace"), end
