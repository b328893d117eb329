"""Grids made by hand, and what the conversion makes of them: the readers of files have tests of their own."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.unit.convert.helpers import CONTRACTS, TEXT

from lakehouse.contracts.model import Column, Contract, Type
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert.model import Grid, Note, Row, Sheet
from lakehouse.convert.normalise import normalise
from lakehouse.marks import MARK

GOODS = Contract(
    "goods",
    "1.0.0",
    (
        Column("ean", TEXT),
        Column("title", TEXT),
        Column("stock_level", Type("integer", 64)),
        Column("price", Type("decimal", precision=12, scale=2)),
        Column("valid_from", Type("date")),
        Column("seen_at", Type("timestamp")),
        Column("active", Type("boolean")),
        Column("ratio", Type("double")),
        Column("country", TEXT),
    ),
    primary_key=("ean",),
)
ALL = {**CONTRACTS, "goods": GOODS}


@dataclass(frozen=True)
class Done:
    """A converted table: `rows` as the CSV has them, a marked cell as (rule, read, was)."""

    sheet: Sheet
    rows: list[dict[str, Any]]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


def grid(rows: Sequence[Sequence[str]] | Mapping[int, Sequence[str]], **fields: Any) -> Grid:
    """A grid of these rows, counted from 1 if they have no numbers."""
    numbered = dict(rows) if isinstance(rows, Mapping) else dict(enumerate(rows, start=1))

    def read() -> Iterator[Row]:
        for number, cells in numbered.items():
            # The reader's rows are not the writer's to keep; a kind of list stays one.
            yield number, cells.copy() if type(cells) is list else _again(cells)

    return Grid("sheet", 1, read, **fields)


def _again(cells: Any) -> Any:
    if hasattr(cells, "text"):
        return type(cells)(cells.text)
    return type(cells)(cells) if isinstance(cells, list) else list(cells)


def text_grid(rows: Sequence[Sequence[str]] | Mapping[int, Sequence[str]]) -> Grid:
    """The same as delimited text."""
    return grid(rows, plain_text=True, record=";".join)


def sheets(folder: Path, of: Grid, reading: Reading = NONE, contracts: Mapping[str, Contract] = ALL) -> list[Sheet]:
    """What became of a grid."""
    return normalise(of, contracts, folder, reading)


def done(folder: Path, of: Grid, reading: Reading = NONE, contracts: Mapping[str, Contract] = ALL) -> Done:
    """What became of a grid with one table."""
    [sheet] = sheets(folder, of, reading, contracts)
    return read(sheet)


def read(sheet: Sheet) -> Done:
    """A converted sheet with its rows."""
    assert sheet.status == "converted", sheet.reason
    assert sheet.csv is not None
    with sheet.csv.open(encoding="utf-8", newline="") as file:
        found = [{name: _cell(text) for name, text in row.items()} for row in csv.DictReader(file)]
    return Done(sheet, found)


def notes(sheet: Sheet, kind: str) -> list[Note]:
    """The notes of one kind."""
    return [note for note in sheet.notes if note.kind == kind]


def with_reading(contract: Contract, **settings: Any) -> Contract:
    """The contract with settings for the whole dataset."""
    return replace(contract, reading=Reading(**settings))


def _cell(text: str) -> Any:
    return tuple(text[1:].split(MARK, 2)) if text.startswith(MARK) else text
