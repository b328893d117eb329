"""The rows of a sheet, matched whole: the fast way, for rows of the shape that a sheet's rows mostly have.

A template is a regular expression of a whole row, made from rows that were seen: for each column the tags that its
cells had, to the letter, with a pattern in the place of the value. What matches needs no look at its XML; what it means
is for `Contents` to say, here as for rows that are followed element by element. What does not match is left to that
way, and widens the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from lakehouse.convert.extent import COLUMNS, column
from lakehouse.convert.model import Cell, Row, SpecialRow
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.shapes import Shape, Shapes

_MOST_SHAPES = 300  # of all columns together, as many as one regular expression may have without harm
_MOST_LESSONS = 40
_TITLES = 5  # rows above a table that look otherwise than its own


@dataclass(frozen=True)
class _Column:
    shapes: tuple[Shape, ...]
    optional: bool

    def pattern(self) -> str:
        shapes = "|".join(shape.pattern for shape in self.shapes)
        return f"(?:{shapes}|)" if self.optional else f"(?:{shapes})"


class Template:
    """What the rows of one sheet look like; it learns that. `prefix` is of its elements' names, with the colon."""

    def __init__(self, contents: Contents, prefix: str) -> None:
        self._shapes = Shapes(contents, prefix)
        self._prefix = prefix
        self._head = re.compile(rf'<{prefix}row r="\d+"[^>]*(?<!/)>', re.ASCII)
        self._columns: dict[int, _Column] = {}  # in order
        self._lessons = 0
        self._has_taken = False
        self._match: Callable[[str, int], re.Match[str] | None] | None = None

    def take(self, text: str, position: int) -> tuple[list[Row], int, int]:
        """The rows that match from the position on, where they end, and the number of the last (0 for none).

        Rows that hold nothing are left out. Raises Unreadable.
        """
        match = self._match
        taken: list[tuple[str, ...]] = []
        while match and (found := match(text, position)):
            taken.append(found.groups(""))
            position = found.end()
        if not taken:
            return [], position, 0
        self._has_taken = True
        numbers, *groups = zip(*taken, strict=True)
        return self._rows(numbers, groups), position, int(numbers[-1])

    def _rows(self, numbers: Sequence[str], groups: list[tuple[str, ...]]) -> list[Row]:
        columns = self._read(groups)
        are_special = any(Cell in set(map(type, cells)) for cells in columns if isinstance(cells, list))
        row: Callable[[tuple[str, ...]], list[str]] = _row if are_special else list
        rows = list(zip(map(int, numbers), map(row, zip(*columns, strict=False)), strict=False))
        return rows if any(all(cells) for cells in columns) else [row for row in rows if any(row[1])]

    def _read(self, groups: list[tuple[str, ...]]) -> list[Sequence[str] | repeat[str]]:
        """The texts of each column from A on, for all rows. Those that may hold a `Cell` are lists."""
        columns: list[Sequence[str] | repeat[str]] = [repeat("")] * (max(self._columns) + 1)
        values = iter(groups)
        for index, known in self._columns.items():
            readers = [shape.read for shape in known.shapes if shape.read]
            read = [reader(next(values)) for reader in readers]
            if len(read) == 1:
                columns[index] = read[0]
            elif read:
                columns[index] = [next(filter(None, alternatives), "") for alternatives in zip(*read, strict=True)]
        return columns

    def learn(self, row: str) -> None:
        """Widens the template by a row that did not match, if its cells are simple."""
        cells = dict(self._cells(row)) if self._lessons < _MOST_LESSONS else {}
        if not cells:
            return
        known = {} if not self._has_taken and self._lessons < _TITLES else self._columns
        columns = {
            index: _widened(known.get(index), cells.get(index), bool(known)) for index in sorted({*known, *cells})
        }
        if columns == self._columns:
            return
        self._lessons += 1
        if sum(len(column.shapes) for column in columns.values()) <= _MOST_SHAPES:
            self._columns = columns
            pattern = "".join(column.pattern() for column in columns.values())
            row = rf'<{self._prefix}row r="(\d{{1,7}})"[^>]*>{pattern}</{self._prefix}row>'
            self._match = re.compile(row, re.ASCII).match

    def _cells(self, row: str) -> Iterator[tuple[int, Shape]]:
        """The columns and shapes of a row's cells; nothing if one of them is not simple, or they are not in order."""
        end = f"</{self._prefix}row>"
        head = self._head.match(row)
        position, last = head.end() if head else -1, -1
        cells: list[tuple[int, Shape]] = []
        while head and not row.startswith(end, position):
            found = self._shapes.simple(row, position)
            index = column(found.letters) if found else -1
            if not found or not last < index < COLUMNS or len(cells) == _MOST_SHAPES:
                return
            position, last = found.end, index
            cells.append((index, found.shape))
        yield from cells


def _widened(known: _Column | None, shape: Shape | None, is_known: bool) -> _Column:
    """A column with the shape that a row has there, if it has one; `is_known` says whether rows are known at all."""
    shapes = known.shapes if known else ()
    if shape and shape not in shapes:
        shapes = (*shapes, shape)
    return _Column(shapes, optional=shape is None or (known.optional if known else is_known))


def _row(cells: tuple[str, ...]) -> list[str]:
    return SpecialRow(cells) if any(cell.__class__ is Cell for cell in cells) else list(cells)
