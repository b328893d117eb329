"""A sheet's rows in the order of their numbers, and how far they may reach.

A small sheet is read in one go. A large one is never held in memory: it is read twice, first for what stands after its
rows and for whether these are in order, which they are unless a program of its own kind wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise, starmap
from operator import itemgetter, lt
from pathlib import Path

from lakehouse.convert.model import Area, Cell, Note, Row, SheetRefused, SpecialRow
from lakehouse.convert.values import LEAP_DAY_1900
from lakehouse.convert.xlsx import areas, sheet, xml
from lakehouse.convert.xlsx.cells import letters
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.package import Package

SMALL = 4 << 20  # bytes of XML
LARGEST = 10**9  # rows times columns
_MOST_ROWS = 10  # that a note names
_NARROW = LARGEST // 2**20  # columns with which a sheet can be as long as it likes


@dataclass(frozen=True)
class _Look:
    """What is known of a sheet before its rows are read: whether they are in order, and the XML after them."""

    in_order: bool
    after: str


class Worksheet:
    """The sheet in a part of the workbook at `path`."""

    def __init__(self, path: Path, part: str, contents: Contents) -> None:
        self._path, self._part, self._contents = path, part, contents
        self._text: str | None = None  # of a small sheet, until its rows are read

    def merged(self) -> list[Area]:
        """The merged cells."""
        with Package(self._path) as package:
            if package.size(self._part) > SMALL:
                return areas.merged(self._look.after)
            self._text = self._text or "".join(self._chunks(package))
            return areas.merged(_after(self._text, xml.prefix_of(self._text, sheet.ROOT)))

    def totals(self) -> list[Area]:
        """The totals rows of the sheet's tables."""
        with Package(self._path) as package:
            return list(areas.totals(package, self._part))

    def batches(self, notes: list[Note]) -> Iterator[list[Row]]:
        """The rows that hold anything, in order, some at a time. Raises SheetRefused, and what `sheet.batches` does.

        A note on 29 February 1900 is added once the rows are read.
        """
        leap_days: dict[int, list[int]] = {}
        with Package(self._path) as package:
            if package.size(self._part) > SMALL:
                batches = sheet.batches(self._chunks(package), self._contents)
                in_order = self._look.in_order
            else:
                text, self._text = self._text or "".join(self._chunks(package)), None
                small = sheet.whole(text, self._contents)
                batches, in_order = iter(small), _in_order(map(itemgetter(0), chain.from_iterable(small)))
            reach = _Reach()
            for batch in batches if in_order else [_sorted(chain.from_iterable(batches))]:
                reach.widen(batch)
                if self._contents.leap_days:
                    _find_leap_days(batch, leap_days)
                yield batch
        notes.extend(map(_note, leap_days.items()))

    def _chunks(self, package: Package) -> Iterator[str]:
        with package.open(self._part) as stream:
            yield from xml.decoded(stream)

    @cached_property
    def _look(self) -> _Look:
        with Package(self._path) as package:
            chunks = self._chunks(package)
            first = next(chunks)
            prefix = xml.prefix_of(first, sheet.ROOT)
            numbered = re.compile(rf'<{prefix}row\s(?:[^>]*?\s)?r="(\d{{1,9}})"', re.ASCII)
            last, in_order, after = 0, True, ""
            for piece in xml.pieces(chain([first], chunks), f"<{prefix}row"):
                numbers = [last, *map(int, numbered.findall(piece))]
                in_order, last = in_order and _in_order(numbers), numbers[-1]
                after = _after(piece, prefix) or (after and after + piece)
        return _Look(in_order, after)


def _after(text: str, prefix: str) -> str:
    """What comes after the rows; "" if the text ends before."""
    end = text.rfind(f"</{prefix}sheetData")
    return text[end:] if end >= 0 else ""


def _in_order(numbers: Iterable[int]) -> bool:
    return all(starmap(lt, pairwise(numbers)))


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """Rows in order; of those with one number, the last that has a cell says what it holds."""
    found: dict[int, list[str]] = {}
    for number, cells in rows:
        found[number] = _merged(found[number], cells) if number in found else cells
    return sorted(found.items())


def _merged(before: list[str], after: list[str]) -> list[str]:
    width = max(len(before), len(after))
    padded = ([*cells, *[""] * (width - len(cells))] for cells in (before, after))
    cells = [new or old for old, new in zip(*padded, strict=True)]
    return SpecialRow(cells) if any(cell.__class__ is Cell for cell in cells) else cells


def _find_leap_days(rows: list[Row], found: dict[int, list[int]]) -> None:
    """Adds to the columns' rows in which 29 February 1900 stands."""
    for number, cells in rows:
        for column, cell in enumerate(cells):
            if cell.startswith(LEAP_DAY_1900):
                found.setdefault(column, []).append(number)


def _note(found: tuple[int, list[int]]) -> Note:
    column, rows = found
    message = "29 February 1900, which Excel has (serial 60) and no calendar: no date"
    return Note("serial_60", message, letters(column), tuple(rows[:_MOST_ROWS]))


class _Reach:
    """How far the values of a sheet reach to the right, beyond what any sheet may have."""

    def __init__(self) -> None:
        self._right = _NARROW

    def widen(self, batch: list[Row]) -> None:
        """Raises SheetRefused for rows that reach farther than a table can be."""
        if not batch:
            return
        if max(map(len, map(itemgetter(1), batch))) > self._right:
            self._right = max(self._right, *(_width(cells) for _, cells in batch))
        bottom = batch[-1][0]
        if bottom * self._right > LARGEST:
            bottom = max((number for number, cells in batch if _width(cells)), default=0)
        if bottom * self._right > LARGEST:
            cell = f"{letters(self._right - 1)}{bottom}"
            raise SheetRefused(f"its values reach to the cell {cell}: no table is that large; delete what is out there")


def _width(cells: list[str]) -> int:
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
