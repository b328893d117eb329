"""What every reader of workbooks watches while it reads rows: how far they reach, and a date that no calendar has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter

from lakehouse.convert.model import Area, Note, Row, SheetRefused
from lakehouse.convert.values import LEAP_DAY_1900

COLUMNS = 16_384  # A to XFD
LARGEST = 10**9  # rows times columns
_MOST_ROWS = 10  # that a note names
_NARROW = LARGEST // 2**20  # columns with which a sheet can be as long as it likes
_BATCH = 100  # rows
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", re.ASCII)


def watched(rows: Iterator[Row], notes: list[Note], leap_days_read: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a sheet. Raises SheetRefused where they reach farther than a table can.

    `leap_days_read` holds something once 29 February 1900 has been read in any sheet; a note is added at the end.
    """
    reach = Reach()
    found: dict[int, list[int]] = {}
    while batch := list(islice(rows, _BATCH)):
        reach.widen(batch)
        if leap_days_read:
            find_leap_days(batch, found)
        yield from batch
    notes.extend(note for note in map(leap_day_note, found.items()) if note not in notes)


def find_leap_days(rows: list[Row], found: dict[int, list[int]]) -> None:
    """Adds to the columns' rows in which 29 February 1900 stands."""
    for number, cells in rows:
        for column, cell in enumerate(cells):
            if cell.startswith(LEAP_DAY_1900):
                found.setdefault(column, []).append(number)


def leap_day_note(found: tuple[int, list[int]]) -> Note:
    column, rows = found
    message = "29 February 1900, which Excel has (serial 60) and no calendar: no date"
    return Note("serial_60", message, letters(column), tuple(rows[:_MOST_ROWS]))


class Reach:
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


def letters(index: int) -> str:
    """Excel's name of a column: A for 0, AA for 26."""
    return (letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def column(letters: str) -> int:
    """A column's index: 0 for A, 26 for AA."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def area_of(reference: str) -> Area | None:
    """The area that a reference such as A1 or $B$2:C4 names; None where it names none."""
    found = _AREA.fullmatch(reference.strip())
    if not found:
        return None
    left, top, right, bottom = found.groups()
    columns = sorted((column(left), column(right or left)))
    rows = sorted((int(top), int(bottom or top)))
    return Area(rows[0], columns[0], rows[1], columns[1])
