"""Strings in the records of an .xls workbook.

Those of Excel 97 and later are Unicode, one or two bytes a character; those of Excel 5 and 95 have a code page.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator

from lakehouse.convert.values import string
from lakehouse.convert.xls_records import Continued, Record

_WIDE, _EXTENDED, _RICH = 1, 4, 8  # flags of a string
_CODE_PAGES = {367: "ascii", 1200: "utf-16-le", 10000: "mac-roman", 32768: "mac-roman", 32769: "cp1252"}


class Strings:
    """Reads the strings of a workbook. `code_page` counts only where strings are not Unicode."""

    def __init__(self, unicode: bool) -> None:
        self._unicode = unicode
        self._codec = "cp1252"

    def use(self, code_page: int) -> None:
        """What the workbook's CODEPAGE record says ([MS-XLS] 2.4.52). One that Python does not know changes nothing."""
        codec = _CODE_PAGES.get(code_page, f"cp{code_page}")
        try:
            self._codec = codecs.lookup(codec).name
        except LookupError:
            return

    def short(self, record: Record, place: int) -> str:
        """A string whose length is one byte (ShortXLUnicodeString, 2.5.240)."""
        return self._read(record, place + 1, record.data[place])

    def long(self, record: Record, place: int) -> str:
        """A string whose length is two bytes (XLUnicodeString, 2.5.294)."""
        return self._read(record, place + 2, struct.unpack_from("<H", record.data, place)[0])

    def format_code(self, record: Record, place: int) -> str:
        return self.long(record, place) if self._unicode else self.short(record, place)

    def _read(self, record: Record, place: int, length: int) -> str:
        if not length:
            return ""
        text = Continued(record, place)
        if not self._unicode:
            return text.take(length).decode(self._codec, "replace")
        return text.characters(length, bool(text.take(1)[0] & _WIDE))


def shared(record: Record) -> Iterator[str]:
    """The shared strings (SST, 2.4.265), without their fonts and phonetics (XLUnicodeRichExtendedString, 2.5.293).

    How many there are is not asked: some programs write it wrong.
    """
    text = Continued(record, 8)
    while text.more():
        length, flags = struct.unpack("<HB", text.take(3))
        runs = struct.unpack("<H", text.take(2))[0] if flags & _RICH else 0
        extension = struct.unpack("<I", text.take(4))[0] if flags & _EXTENDED else 0
        yield string(text.characters(length, bool(flags & _WIDE)))
        text.take(4 * runs + extension)
