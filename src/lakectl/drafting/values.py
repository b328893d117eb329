"""All values of one column, counted. A value is kept once; a row has its number.

Cells that are faults whatever the column's type is (error values, formulas without a value) are counted apart: no type
would make them valid.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from lakehouse.error_values import ERROR_VALUES
from lakehouse.marks import MARK

SPACES = " \t\u00a0\ufeff"  # which do not count around a value that is no text


class _Numbers(dict[str, int]):
    """Numbers texts in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class Values:
    """A column's values: add all of them with `extend`, then ask. `position` is the column's, from 0."""

    def __init__(self, header: str, position: int) -> None:
        self.header = header
        self.position = position
        self.sequence = array("I")  # each row's value by number; equal values have equal numbers
        self._numbers = _Numbers()

    def extend(self, cells: Iterable[str], marked: bool = False) -> None:
        """Adds the cells of further rows, as a raw CSV has them; `marked` says whether some may be marked."""
        texts = map(_unmarked, cells) if marked else cells
        self.sequence.extend(map(self._numbers.__getitem__, texts))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.sequence)

    @cached_property
    def _all(self) -> dict[str, int]:
        counts = Counter(self.sequence)
        return {text: counts[number] for text, number in self._numbers.items()}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows have each value, in the order of appearance; without faults and cells with nothing to see."""
        return {text: count for text, count in self._all.items() if text.strip() and not _is_fault(text)}

    @cached_property
    def faults(self) -> dict[str, int]:
        """How many rows have each error value."""
        return {text.removeprefix(MARK): count for text, count in self._all.items() if _is_fault(text)}

    @property
    def empty(self) -> int:
        """How many rows have no value."""
        return self.rows - sum(self.counts.values()) - sum(self.faults.values())

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(self.counts)

    def pairs(self, other: Values) -> dict[tuple[str, str], int]:
        """How many rows have which two values in this column and in the other; "" is none."""
        ours, theirs = list(self._numbers), list(other._numbers)
        counts = Counter(zip(self.sequence, other.sequence, strict=True))
        return {(ours[one], theirs[two]): count for (one, two), count in counts.items()}

    def texts(self) -> list[str]:
        """The value of each row; "" is none."""
        by_number = list(self._numbers)
        return [by_number[number] for number in self.sequence]


def _is_fault(text: str) -> bool:
    return text.startswith(MARK) or text in ERROR_VALUES


def _unmarked(cell: str) -> str:
    """What the rules would judge; a fault keeps its mark and the text that is seen."""
    if not cell.startswith(MARK):
        return cell
    _, rule, read, was = cell.split(MARK, 3)
    return f"{MARK}{was}" if rule else read
