"""A grid of text becomes one normalised CSV: the contract's columns in the contract's order, then the row's number.

Streams: a row is in memory, not a sheet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert.model import Grid, Row, Sheet
from lakehouse.convert.routing import Route, route

SOURCE_ROW = "_source_row"


def normalise(grid: Grid, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE) -> list[Sheet]:
    """Writes the grid's rows into `folder` if its header belongs to a contract, and says what became of it."""
    del reading
    return [_sheet(grid, contracts, folder)]


def _sheet(grid: Grid, contracts: Mapping[str, Contract], folder: Path) -> Sheet:
    if grid.unusable:
        return Sheet(grid.name, grid.position, "ignored", grid.unusable)
    rows = grid.rows()
    top, header = next(((number, cells) for number, cells in rows if any(cells)), (0, None))
    if header is None:
        return Sheet(grid.name, grid.position, "ignored", "the sheet is empty")
    found = route(header, contracts.values())
    if found.taken is None:
        return Sheet(grid.name, grid.position, found.status, found.reason, found.dataset, unknown_columns=found.unknown)
    path = folder / f"{grid.position:04d}.{found.dataset}.csv"
    return replace(_write(grid, rows, header, found, contracts[found.dataset], path), header_row=top)


def _write(
    grid: Grid, cells: Iterator[Row], header: Sequence[str], found: Route, contract: Contract, path: Path
) -> Sheet:
    taken = found.taken or {}
    names = [column.name for column in contract.source_columns]
    rows = _Rows(cells, header, [taken.get(name, len(header)) for name in names])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(_Lines(file))
        writer.writerow([*names, SOURCE_ROW])
        writer.writerows(rows)
    return Sheet(
        name=grid.name,
        position=grid.position,
        status="converted",
        dataset=contract.dataset,
        csv=path,
        columns=tuple(names),
        rows=rows.count,
        unknown_columns=(*found.unknown, *rows.nameless()),
    )


class _Lines:
    """Ends lines with LF. The writer is left to think it is CRLF: only then does every Python quote a lone CR."""

    def __init__(self, file: TextIO) -> None:
        self._write = file.write

    def write(self, line: str) -> int:
        return self._write(line.removesuffix("\r\n") + "\n")


class _Rows:
    """The rows that are not empty, cut to the columns that are taken. Counts them, and notes data under no header."""

    def __init__(self, rows: Iterator[Row], header: Sequence[str], positions: Sequence[int]) -> None:
        self.count = 0
        self._rows = rows
        self._width = len(header)
        self._blank = [i for i, text in enumerate(header) if not text.strip()]
        self._used: set[int] = set()
        # Two cells are put behind each row: an empty one for columns that the sheet lacks, and the row's number.
        self._pick = itemgetter(*positions, self._width + 1)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for number, cells in self._rows:
            if not any(cells):
                continue
            if self._blank:
                self._used.update(i for i in self._blank if any(cells[i : i + 1]))
            self.count += 1
            if len(cells) != self._width:
                self._used.update(i for i in range(self._width, len(cells)) if cells[i])
                cells[self._width :] = [""] * (self._width - len(cells))
            cells.append("")
            cells.append(str(number))
            yield self._pick(cells)

    def nameless(self) -> list[str]:
        """Columns that hold data without a header, as a person finds them."""
        return [f"(no header: column {_letters(i)})" for i in sorted(self._used)]


def _letters(index: int) -> str:
    """Excel's name of a column: 0 is A, 26 is AA."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
