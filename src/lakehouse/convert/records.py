"""Records of delimited text that were not split as they were meant: their values would stand under other columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lakehouse.convert.headers import blank


class Records:
    """Looks at the records under one header, of `width` cells, and says which of them cannot be trusted.

    What makes a record odd may be seen only in those behind it. So `longer` and `shifted` are asked for when all are
    read, and if they have become true, the sheet is read once more with them.
    """

    def __init__(self, header: Sequence[str], *, longer: bool, shifted: bool, watching: bool) -> None:
        self._width = len(header)
        self._last = max(i for i, text in enumerate(header) if text.strip())
        self._expects = (longer, shifted)
        self._long = self._short = self._spaced = 0
        # Whether the last column has been empty so far, but in records that may be shifted. In a file that puts a space
        # behind every delimiter, a space says nothing.
        self.watching = watching and not any(text[:1] == " " for text in header)

    def longer(self, count: int) -> bool:
        """Whether some of so many records, not all, go on beyond the header with empty cells."""
        return bool(self._long) and count > self._long + self._short

    def shifted(self, count: int) -> bool:
        """Whether the last column is filled only where a delimiter may have parted a text (`Salt, pepper`)."""
        return self.watching and bool(self._spaced) and count > self._spaced

    def odd(self, cells: Sequence[str]) -> bool:
        """Whether a record is not to be trusted. While not `watching`, only one of another width can be."""
        longer, shifted = self._expects
        if len(cells) != self._width:
            self._long += len(cells) > self._width
            self._short += len(cells) < self._width
            return len(cells) > self._width and (longer or not blank(cells[self._width :]))
        if not self.watching or not cells[self._last].strip():
            return False
        if any(a and not a.isspace() and b[:1] == " " and b.strip() for a, b in pairwise(cells)):
            self._spaced += 1
            return shifted
        self.watching = shifted
        return False
