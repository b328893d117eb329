"""A grid of text becomes raw CSVs, one for each dataset that has a table in it.

    headers     where a table begins, and which rows begin another
    routing     header -> dataset, or why there is none     (nearly: what may have been meant)
    areas       merged cells, totals rows
    blocks      the rows of one table                       (loose: lines that are none; records: those badly split)
    columns     the cells of a row                          (typed: by settings, or as faults)
    written     the CSV

Streams: a row is in memory, not a sheet. What only the whole of a sheet can tell makes it be read once more (`Hints`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import headers
from lakehouse.convert.areas import Areas
from lakehouse.convert.blocks import Block, Hints
from lakehouse.convert.columns import Columns
from lakehouse.convert.headers import Header, Start, Watch, blank
from lakehouse.convert.model import BrokenRow, Cell, Grid, Note, Row, Sheet, SheetRefused
from lakehouse.convert.notes import header_note, near_notes
from lakehouse.convert.routing import Router, quoted
from lakehouse.convert.typed import Convention
from lakehouse.convert.written import Written
from lakehouse.marks import EXCEL_ERROR


def normalise(grid: Grid, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE) -> list[Sheet]:
    """Writes the grid's tables into `folder` if their headers belong to contracts, and says what became of it."""
    try:
        attempt = _Attempt(grid, contracts, folder, reading, Hints())
        sheets = attempt.sheets()
        if attempt.hints != Hints():
            sheets = _Attempt(grid, contracts, folder, reading, attempt.hints).sheets()
    except SheetRefused as refusal:
        return [Sheet(grid.name, grid.position, "refused", str(refusal), notes=_unique(grid.notes))]
    return [replace(sheets[0], notes=_unique([*grid.notes, *sheets[0].notes])), *sheets[1:]]


class _Attempt:
    """One reading of a grid. `hints` grows while it is read."""

    def __init__(
        self, grid: Grid, contracts: Mapping[str, Contract], folder: Path, reading: Reading, hints: Hints
    ) -> None:
        self.hints = hints
        self._grid, self._contracts, self._folder, self._reading = grid, contracts, folder, reading
        self._router = Router(contracts.values())
        self._convention = Convention(comma=hints.comma)
        self._written: dict[str, Written] = {}
        self._refused: list[Sheet] = []
        self._notes: list[Note] = []

    def sheets(self) -> list[Sheet]:
        """What became of the grid, in the order of its tables."""
        areas = Areas(self._grid)
        start = headers.find(areas.rows(self._grid.rows()), *self._starts())
        if start.header is None or self._grid.unusable:
            return [self._ignored(start)]
        self._notes += header_note(start.header.number, start.above)
        self._read(start)
        self._notes += areas.notes(start.header.number, start.header.cells)
        done = [*(written.sheet(self._grid) for written in self._written.values()), *self._refused]
        first, *others = sorted(done, key=lambda sheet: sheet.header_row)
        return [replace(first, notes=(*self._notes, *first.notes)), *others]

    def _read(self, start: Start) -> None:
        header = start.header
        try:
            while header:
                reason = header.route.reason or self._unwanted(header)
                header = self._pass(header, reason, start.rows) if reason else self._convert(header, start.rows)
        finally:
            for written in self._written.values():
                written.close()
        convention = self._convention
        foreign = any(written.marks != written.expected for written in self._written.values())
        self.hints |= Hints(comma=convention.comma and convention.passed, foreign=foreign)

    def _convert(self, header: Header, rows: Iterator[Row]) -> Header | None:
        """Writes a table, and returns the header of the next."""
        contract = self._contracts[header.route.dataset]
        columns = Columns(contract, header.route.taken or {}, self._reading, self._convention, self._grid.plain_text)
        block = Block(self._grid, header, columns, self._router, self.hints)
        written = self._written.get(contract.dataset)
        if self._written or self._refused:
            message = f"row {header.number} is the header of another table, of {contract.dataset}"
            self._notes.append(Note("block", message, rows=(header.number,)))
        if written is None:
            path = self._folder / f"{self._grid.position:04d}.{contract.dataset}.csv"
            written = self._written[contract.dataset] = Written(path, contract, header.number)
        written.write(block.rows(rows))
        written.add(block.count, block.notes(), columns, header.route.unknown)
        self.hints |= block.hints
        return block.next

    def _pass(self, header: Header, reason: str, rows: Iterator[Row]) -> Header | None:
        """Counts the rows of a table that is refused, and returns the header of the next."""
        watch, count, following = Watch(header, self._router), 0, None
        for number, cells in rows:
            if blank(cells):
                count += isinstance(cells, BrokenRow)
                continue
            if watch.may_be_header(cells):
                if watch.repeats(cells):
                    continue
                if following := watch.begins(number, cells):
                    break
            count += 1
        sheet = Sheet(
            name=self._grid.name,
            position=self._grid.position,
            status="refused",
            reason=reason,
            dataset=header.route.dataset,
            rows=count,
            header_row=header.number,
            notes=tuple(near_notes(header.route)),
            unknown_columns=header.route.unknown,
        )
        self._refused.append(sheet)
        return following

    def _unwanted(self, header: Header) -> str:
        """Why a sheet is refused for its unknown columns; empty where they are only kept out."""
        contract, unknown = self._contracts[header.route.dataset], header.route.unknown
        if unknown and self._reading.over(contract.reading).unknown_columns == "refuse":
            return f"{contract.dataset}: unknown columns {quoted(unknown)}, and unknownColumns says refuse"
        return ""

    def _ignored(self, start: Start) -> Sheet:
        """The report of a sheet that nobody should look at, or whose header is not known."""
        counted = _count(chain(start.above, start.rows))
        if self._grid.unusable:
            held = f"; it holds {_rows(counted.rows)}" if counted.rows else ""
            return self._report(f"{self._grid.unusable}{held}", counted.rows, start.header)
        if not counted.rows:
            return self._report("the sheet is empty", 0)
        if counted.errors == counted.rows:
            message = f"the sheet holds nothing but error values: {counted.example}"
            self._notes.append(Note("errors_only", message))
            return self._report(message, counted.rows)
        header = headers.widest(start.above)
        if self._grid.plain_text and (whole := self._router.unsplit(header)):
            reason = f"its header is one cell, {quoted([whole])}: say what stands between cells, as in ingest --read"
            return self._report(f"holds {_rows(counted.rows)}; {reason} delimiter=^, and quote no lines", counted.rows)
        route = self._router.route(header)
        self._notes += near_notes(route)
        reason = route.reason if route.status == "ignored" else "its header is not in the row that headerRow says"
        return self._report(f"holds {_rows(counted.rows)}; {reason}", counted.rows)

    def _report(self, reason: str, rows: int, header: Header | None = None) -> Sheet:
        number = header.number if header else 0
        notes = tuple(self._notes)
        grid = self._grid
        return Sheet(grid.name, grid.position, "ignored", reason, rows=rows, header_row=number, notes=notes)

    def _starts(self) -> tuple[Router, dict[int, Router]]:
        """The datasets whose header may be anywhere, and by row those whose header, a setting says, is there."""
        rows = {name: self._reading.over(c.reading).header_row for name, c in self._contracts.items()}
        anywhere = [self._contracts[name] for name, row in rows.items() if not row]
        named = {row: [self._contracts[n] for n in rows if rows[n] in (0, row)] for row in rows.values() if row}
        return Router(anywhere), {row: Router(contracts) for row, contracts in named.items()}


@dataclass
class _Counted:
    rows: int = 0
    errors: int = 0  # rows of error values alone
    example: str = ""


def _count(rows: Iterable[Row]) -> _Counted:
    """How many rows hold anything."""
    counted = _Counted()
    for _, cells in rows:
        filled = [text for text in cells if text.strip()]
        if filled and all(isinstance(text, Cell) and text.fault == EXCEL_ERROR for text in filled):
            counted.errors += 1
            counted.example = counted.example or str(filled[0])
        counted.rows += bool(filled) or isinstance(cells, BrokenRow)
    return counted


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _unique(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))
