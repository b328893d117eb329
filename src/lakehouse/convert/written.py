"""The raw CSV of one dataset of one sheet: the contract's columns in the contract's order, then the row's number.

UTF-8, LF, an empty cell is null. The blocks of a sheet that belong to one dataset go into one CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from lakehouse.contracts.model import Contract
from lakehouse.convert.columns import Columns
from lakehouse.convert.model import Grid, Note, Sheet
from lakehouse.marks import MARK, RECORDS

SOURCE_ROW = "_source_row"


class Written:
    """A CSV that is being written, and what is to be said of it."""

    def __init__(self, path: Path, contract: Contract, header_row: int) -> None:
        self.path = path
        self.header_row = header_row
        self.notes: list[Note] = []
        self.marked: set[str] = set()
        self.unknown: list[str] = []
        self.rows = 0
        self.expected = 0  # mark characters of lakectl's own
        self._contract = contract
        self._names = [column.name for column in contract.source_columns]
        self._file = path.open("w", encoding="utf-8", newline="")
        self._lines = _Lines(self._file)
        self._writer = csv.writer(self._lines)
        self._writer.writerow([*self._names, SOURCE_ROW])

    @property
    def marks(self) -> int:
        """How many mark characters the file holds."""
        return self._lines.marks

    def write(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Writes rows in the CSV's own columns."""
        self._writer.writerows(rows)

    def add(self, rows: int, notes: Iterable[Note], columns: Columns, unknown: Iterable[str]) -> None:
        """Counts in the rows of a table that have been written, and what there is to say of it."""
        self.rows += rows
        told = list(notes)
        self.notes += told
        self.marked |= columns.marked
        self.expected += columns.marks
        nameless = (f"(no header: column {note.column})" for note in told if note.kind == "no_header")
        self.unknown += [*unknown, *nameless]

    def close(self) -> None:
        """Ends the file."""
        self._file.close()

    def sheet(self, grid: Grid) -> Sheet:
        """The report of it."""
        return Sheet(
            name=grid.name,
            position=grid.position,
            status="converted",
            dataset=self._contract.dataset,
            csv=self.path,
            columns=tuple(self._names),
            rows=self.rows,
            header_row=self.header_row,
            notes=tuple(dict.fromkeys(self.notes)),
            marked=tuple(name for name in (*self._names, RECORDS) if name in self.marked),
            unknown_columns=tuple(dict.fromkeys(self.unknown)),
        )


class _Lines:
    """Ends lines with LF. The writer is left to think it is CRLF: only then does every Python quote a lone CR."""

    def __init__(self, file: TextIO) -> None:
        self.marks = 0
        self._write = file.write

    def write(self, line: str) -> int:
        if MARK in line:
            self.marks += line.count(MARK)
        return self._write(line.removesuffix("\r\n") + "\n")
