"""The columns of a table at work on its rows: which cells need a closer look, and what that look makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import Reading
from lakehouse.contracts.setting_values import NUMBERS
from lakehouse.convert.model import Note
from lakehouse.convert.typed import ColumnReader, Convention
from lakehouse.marks import CELLS, MARK, RECORDS, marked

# What makes a text in a column of numbers worth a look: see `lakehouse.convert.typed`.
_GROUP = re.compile(r"\.\d{3}(?!\d)")


class Columns:
    """Readers of a contract's source columns; `taken` gives the positions in the sheet of those that are there."""

    def __init__(
        self,
        contract: Contract,
        taken: Mapping[str, int],
        reading: Reading,
        convention: Convention,
        plain_text: bool,
    ) -> None:
        columns = contract.source_columns
        self.names = tuple(column.name for column in columns)
        self.taken = taken
        self.marked: set[str] = set()
        self.marks = 0  # characters
        self._readers = [
            ColumnReader(c, reading.over(c.reading.over(contract.reading)), convention, plain_text=plain_text)
            for c in columns
        ]
        self._all = range(len(columns))
        self.set = [i for i in self._all if self._readers[i].is_set and self.names[i] in taken]
        watched = [
            c.name for c, r in zip(columns, self._readers, strict=True) if c.type.kind in NUMBERS and not r.is_set
        ]
        self._numbers = _getter([taken[name] for name in watched if name in taken] if plain_text else [])

    def suspicious(self, cells: Sequence[str]) -> bool:
        """Whether a row of plain text has a number that may be written in more than one way."""
        if self._numbers is None:
            return False
        text = "|".join(self._numbers(cells))
        return "," in text or ("." in text and _GROUP.search(text) is not None)

    @property
    def watches(self) -> bool:
        """Whether any row can be `suspicious`."""
        return self._numbers is not None

    def read(self, row: tuple[str, ...], *, every: bool) -> tuple[str, ...]:
        """A CSV's row with its cells read, or marked; of `every` column, or of those alone that have settings."""
        cells = list(row)
        for i in self._all if every else self.set:
            if cells[i]:
                cells[i] = read = self._readers[i](cells[i])
                if read[:1] == MARK:
                    self.marked.add(self.names[i])
                    self.marks += 3
        return tuple(cells)

    def record(self, number: int, text: str) -> tuple[str, ...]:
        """The CSV's row of a record that cannot be split into cells."""
        self.marked |= {self.names[0], RECORDS}
        self.marks += 3
        whole = marked(text.replace(MARK, "\ufffd"), rule=CELLS)
        return (whole, *[""] * (len(self.names) - 1), str(number))

    def notes(self, header: Sequence[str]) -> Iterator[Note]:
        """What was read by settings, in a note for each column."""
        for name, reader in zip(self.names, self._readers, strict=True):
            if reader.read:
                shown = header[self.taken[name]].strip()
                was, read = reader.example
                times = "1 value was" if reader.read == 1 else f"{reader.read} values were"
                what = f"as {read!r}" if read else "as empty"
                yield Note("read_as", f"column {shown!r}: {times} read by a setting, the first {was!r} {what}", shown)


def _getter(positions: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]] | None:
    if not positions:
        return None
    # With one position, an itemgetter would give a text, not a tuple of one.
    get: Any = itemgetter(*positions) if len(positions) > 1 else itemgetter(slice(positions[0], positions[0] + 1))
    return get  # type: ignore[no-any-return]
