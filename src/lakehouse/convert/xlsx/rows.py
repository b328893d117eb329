"""A sheet's rows in the order of their numbers, and how far they may reach.

A small sheet is read in one go. A large one is never held in memory: it is read twice, first for what stands after its
rows and for whether these are in order, which they are unless a program of its own kind wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise, starmap, zip_longest
from operator import itemgetter, lt
from pathlib import Path

from lakehouse.convert.extent import Reach, find_leap_days, leap_day_note, letters
from lakehouse.convert.model import Area, Cell, Note, Row, SpecialRow
from lakehouse.convert.xlsx import areas, sheet, xml
from lakehouse.convert.xlsx.cells import there_twice
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.package import Package

SMALL = 4 << 20  # bytes of XML


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
            reach = Reach()
            for batch in batches if in_order else [_sorted(chain.from_iterable(batches))]:
                reach.widen(batch)
                if self._contents.leap_days:
                    find_leap_days(batch, leap_days)
                yield batch
        notes.extend(map(leap_day_note, leap_days.items()))

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
    """Rows in order; those with one number are one. Raises SheetRefused where they say two things of a cell."""
    found: dict[int, list[str]] = {}
    for number, cells in rows:
        found[number] = _merged(number, found[number], cells) if number in found else cells
    return sorted(found.items())


def _merged(number: int, before: list[str], after: list[str]) -> list[str]:
    for place, (old, new) in enumerate(zip(before, after, strict=False)):
        if old and new and old != new:
            raise there_twice(f"{letters(place)}{number}", old, new)
    cells = [old or new for old, new in zip_longest(before, after, fillvalue="")]
    return SpecialRow(cells) if any(cell.__class__ is Cell for cell in cells) else cells
