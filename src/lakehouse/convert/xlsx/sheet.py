"""The rows of a sheet's part, in the order in which they stand there.

Most of a sheet is matched by a template. What it does not match goes to expat, which so sees a document with rows left
out, and whole otherwise: broken XML does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakehouse.convert.model import Row
from lakehouse.convert.xlsx import xml
from lakehouse.convert.xlsx.cells import Cells
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.template import Template

ROOT = "worksheet"


def batches(chunks: Iterator[str], contents: Contents) -> Iterator[list[Row]]:
    """The rows that hold anything, some at a time.

    Raises ExpatError, Unreadable or UnicodeError for broken XML, and SheetRefused for a cell that no sheet can have.
    """
    first = next(chunks, "")
    reader = _Reader(contents, xml.prefix_of(first, ROOT))
    for piece in xml.pieces(_again(first, chunks), f"<{reader.prefix}row"):
        yield from reader.read(piece)
    reader.close()


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def whole(text: str, contents: Contents) -> list[list[Row]]:
    """The same of a sheet whose text is there as a whole."""
    reader = _Reader(contents, xml.prefix_of(text, ROOT))
    found = list(reader.read(text))
    reader.close()
    return found


class _Reader:
    """Reads a sheet's text piece by piece; a row may not lie across two."""

    def __init__(self, contents: Contents, prefix: str) -> None:
        self.prefix = prefix
        self._template = Template(contents, prefix)
        self._cells = Cells(contents)
        self._rest = xml.parser(self._cells, prefix)
        self._stop = re.compile(rf"</{prefix}row\s*>|<{prefix}row\b")
        self._simple = True

    def read(self, piece: str) -> Iterator[list[Row]]:
        # What looks like a row may be none in a comment or in CDATA, which may go on in the next piece.
        self._simple = self._simple and not ("!" in piece and "<!" in piece)
        if not self._simple:
            self._rest.Parse(piece)
            yield self._followed()
            return
        position = 0
        while position < len(piece):
            if self._cells.between and self._cells.number >= self._cells.arrays_to:
                rows, position, number = self._template.take(piece, position)
                if number:
                    self._cells.number = number
                    yield rows
            position = self._follow(piece, position)
            if self._cells.rows:
                yield self._followed()

    def close(self) -> None:
        self._rest.Parse("", True)

    def _follow(self, piece: str, position: int) -> int:
        """Gives expat what is there up to the end of a row, and returns where that is."""
        found = self._stop.search(piece, position + 1)
        is_row = found is not None and found[0].startswith("</")
        end = len(piece) if found is None else found.end() if is_row else found.start()
        row = piece[position:end]
        self._rest.Parse(row)
        if is_row and row.startswith(f"<{self.prefix}row"):
            self._template.learn(row)
        return end

    def _followed(self) -> list[Row]:
        rows, self._cells.rows = self._cells.rows, []
        return rows
