"""Lines that stand alone: a title above the next table, a line below the last, such as `(2 rows affected)`.

A row with one text and nothing else is kept waiting until it is seen what follows. More rows: it is one of them. A
header or the end: it is none, if an empty row stands before it, or if it reads like a line of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from lakehouse.contracts.model import header as plain
from lakehouse.convert.model import Cell, Note

Verdict = Literal["row", "record", "line"]
Waiting = tuple[int, list[str]]

_RULE = re.compile(r":?[-=]+(?:[+|][-=]*)*:?|[+](?:[-=]+[+])+")
_MOST = 20  # more than a report has of them


class Loose:
    """The rows that wait, under a header of more than one column, the first of which is at position `lead`."""

    def __init__(self, lead: int, width: int, *, plain_text: bool) -> None:
        self.waiting: list[Waiting] = []
        self._lead, self._width, self._plain_text = lead, width, plain_text
        self._gaps: list[bool] = []  # whether an empty row stands before each
        self._usual = False  # whether such rows are in the midst of the table, too

    def takes(self, number: int, cells: list[str], *, gap: bool) -> bool:
        """Whether the row may be such a line; it then waits."""
        filled = [text for text in cells if text and not text.isspace()]
        if len(filled) != 1 or not any(text.strip() for text in cells[: self._lead + 1]) or _is_value(filled[0]):
            return False
        if len(self.waiting) == _MOST:
            return False
        self._gaps.append(gap or any(self._gaps))
        self.waiting.append((number, cells))
        return True

    def verdicts(self, *, before_header: bool) -> Iterator[tuple[Verdict, Waiting]]:
        """What each row that waits is, now that no row of the table follows."""
        for gap, (number, cells) in zip(self._gaps, self.waiting, strict=True):
            text = next(text for text in cells if text.strip())
            cut = self._plain_text and len(cells) < self._width
            reads_so = " " in text.strip() and (cut or before_header)
            verdict: Verdict = "line" if gap or reads_so else "record" if cut and not self._usual else "row"
            yield verdict, (number, cells)
        self._clear()

    def rows(self) -> list[Waiting]:
        """Those that waited, because a row of the table has followed."""
        waited = self.waiting[:]
        self._usual = True
        self._clear()
        return waited

    def _clear(self) -> None:
        self.waiting.clear()
        self._gaps.clear()


def note(number: int, cells: Sequence[str]) -> Note:
    """That a line is left out."""
    text = next(text.strip() for text in cells if text.strip())
    shown = text[:200] + "..." * (len(text) > 200)
    return Note("footer", f"row {number} is no row of the table, and is left out: {shown!r}", rows=(number,))


def is_rule(cells: Sequence[str]) -> bool:
    """Whether the cells are a line that is drawn: `-----+-----`, or `---` in each."""
    filled = [text.strip() for text in cells if text.strip()]
    return any(len(text) > 2 for text in filled) and all(_RULE.fullmatch(text) for text in filled)


def _is_value(text: str) -> bool:
    return plain(text).isdigit() or (isinstance(text, Cell) and bool(text.fault))
