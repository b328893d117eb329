"""The binary records that the parts of an .xlsb workbook consist of.

A part is a sequence of records: a kind, a length, and that many bytes ([MS-XLSB] 2.1.4). Streams: a record is in
memory, not a part.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import IO

U32 = Struct("<I").unpack_from
_CHUNK = 1 << 20
_HEADER = 6  # bytes at most: two of the kind, four of the length


def records(binary: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and data, in order. Raises EOFError for a part that is cut short."""
    buffer, place = b"", 0
    while more := binary.read(_CHUNK):
        buffer, place = buffer[place:] + more, 0
        while place + _HEADER <= len(buffer):
            kind, length, start = buffer[place], buffer[place + 1], place + 2
            if kind > 127 or length > 127:
                kind, length, start = _header(buffer, place)
            end = start + length
            if end > len(buffer):
                break
            yield kind, buffer[start:end]
            place = end
    while place < len(buffer):
        kind, length, start = _header(buffer, place)
        place = start + length
        if place > len(buffer):
            raise EOFError("a record is cut short")
        yield kind, buffer[start:place]


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
    length = int(U32(data, start)[0])
    if length == 0xFFFFFFFF:
        return "", start + 4
    end = start + 4 + 2 * length
    if end > len(data):
        raise EOFError("a string is cut short")
    return data[start + 4 : end].decode("utf-16-le", "replace"), end
