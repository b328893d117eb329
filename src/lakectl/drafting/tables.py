"""Files become tables: sheets of the same header are one, however many there are and wherever they lie.

The header of each sheet is found first. Then the conversion reads all rows, by contracts in which every column is text:
merged cells, repeated headers, errors and all else are what they will be when the files are loaded.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from lakectl.drafting.headers import Header, find_header
from lakectl.drafting.values import Values
from lakehouse.contracts.model import Column, Contract, Type
from lakehouse.contracts.model import header as plain
from lakehouse.convert import Sheet, convert, grids
from lakehouse.convert.extent import letters
from lakehouse.marks import CELLS, MARK, RECORDS

_AT_ONCE = 10_000  # rows
_BROKEN = f"{MARK}{CELLS}{MARK}"  # begins a record that cannot be split, and will be refused
_ALIKE = 2 / 3  # of the columns, which two headers share at least if they are of one table


@dataclass(frozen=True)
class Source:
    """A sheet of a table. `sheet` is "" for a delimited file."""

    file: str
    sheet: str
    rows: int


@dataclass
class Table:
    """What the sheets of one header hold. `left_out` says which columns no contract can have, and why."""

    columns: list[Values]
    plain_text: bool  # whether it comes from delimited text only
    sources: list[Source] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(source.rows for source in self.sources)


@dataclass
class _Kind:
    """Headers that are alike. `texts` has each as it is written first, by its letters and digits."""

    texts: dict[str, str]
    positions: dict[str, int]
    left_out: list[str]
    sheets: int = 1
    seen: Counter[str] = field(default_factory=Counter)

    def takes(self, texts: dict[str, str]) -> bool:
        """Whether a sheet with these headers is of this kind: it has more columns or fewer, but no others."""
        ours, theirs = self.texts.keys(), texts.keys()
        shared = len(ours & theirs)
        return shared in (len(ours), len(theirs)) and shared >= _ALIKE * max(len(ours), len(theirs))

    def contract(self, name: str) -> Contract:
        """All columns are text, and those that every sheet has are required: so no other sheet is taken for it."""
        columns = (
            Column(f"lakectl_draft_{n}", Type("string"), required=self.seen[key] == self.sheets, aliases=(text,))
            for n, (key, text) in enumerate(self.texts.items())
        )
        return Contract(name, "", tuple(columns), ())


def read_tables(files: Sequence[Path], sheet: str = "") -> tuple[list[Table], list[str]]:
    """The tables in the files, or in the sheets of that name; and what was left aside, in words.

    Raises UploadRefused for a file that cannot be read.
    """
    kinds: list[_Kind] = []
    notes: list[str] = []
    for path in files:
        _look(path, sheet, kinds, notes)
    wide = [kind for kind in kinds if len(kind.texts) > 1]
    return _filled(files, sheet, wide or kinds, notes), notes


def _look(path: Path, only: str, kinds: list[_Kind], notes: list[str]) -> None:
    for grid in grids(path, path.name):
        where = _where(path.name, grid.name)
        if only and grid.name != only:
            continue
        if grid.unusable:
            notes.append(f"{where}: {grid.unusable}")
        elif header := find_header(grid.rows()):
            _add(header, kinds)
        else:
            notes.append(f"{where}: no header with rows below it")


def _where(file: str, sheet: str) -> str:
    return f"{file}, sheet {sheet!r}" if sheet else file


def _add(header: Header, kinds: list[_Kind]) -> None:
    often = Counter(map(plain, header.cells))
    usable = {i: text for i, text in enumerate(header.cells) if plain(text) and often[plain(text)] == 1}
    texts = {plain(text): " ".join(text.split()) for text in usable.values()}
    found = next((kind for kind in kinds if kind.takes(texts)), None)
    if not texts:
        return
    if found is None:
        found = _Kind({}, {}, list(_left_out(header, often)), sheets=0)
        kinds.append(found)
    found.sheets += 1
    found.seen.update(texts.keys())
    found.texts = {**texts, **found.texts} if len(texts) > len(found.texts) else {**found.texts, **texts}
    found.positions = {**{plain(text): i for i, text in usable.items()}, **found.positions}


def _left_out(header: Header, often: Counter[str]) -> Iterator[str]:
    for position, text in enumerate(header.cells):
        column = f"column {letters(position)}"
        if text.strip() and not plain(text):
            yield f"{column}: its header has no letter or digit to tell it by"
        elif text.strip() and often[plain(text)] > 1:
            yield f"{column}: another column has the same header"


def _filled(files: Sequence[Path], sheet: str, kinds: Sequence[_Kind], notes: list[str]) -> list[Table]:
    contracts = {f"table_{n}": kind.contract(f"table_{n}") for n, kind in enumerate(kinds)}
    tables = {name: _table(kind) for name, kind in zip(contracts, kinds, strict=True)}
    for path in files:
        with tempfile.TemporaryDirectory() as folder:
            for read in convert(path, path.name, contracts, Path(folder)):
                if sheet not in ("", read.name):
                    continue
                if read.csv:
                    _fill(tables[read.dataset], read, path.name)
                notes += _told(read, path.name)
    return [table for table in tables.values() if table.rows]


def _told(sheet: Sheet, file: str) -> Iterator[str]:
    """What the conversion has to say of a sheet that has a table; columns that are left out are told elsewhere."""
    where = _where(file, sheet.name)
    if sheet.status == "refused":
        yield f"{where}: {sheet.reason}"
    yield from (f"{where}: {note.message}" for note in sheet.notes if note.kind != "kept_out")
    if RECORDS in sheet.marked:
        yield f"{where}: some records cannot be split into cells, and will be refused"


def _table(kind: _Kind) -> Table:
    columns = [Values(text, kind.positions[key]) for key, text in kind.texts.items()]
    return Table(columns, True, left_out=kind.left_out)


def _fill(table: Table, sheet: Sheet, file: str) -> None:
    assert sheet.csv is not None
    marked = [name in sheet.marked for name in sheet.columns]
    before = table.columns[0].rows
    with sheet.csv.open(encoding="utf-8", newline="") as text:
        rows: Iterator[list[str]] = csv.reader(text)
        next(rows)
        if RECORDS in sheet.marked:
            rows = (row for row in rows if not row[0].startswith(_BROKEN))
        while some := list(islice(rows, _AT_ONCE)):
            for values, cells, may_be in zip(table.columns, zip(*some, strict=True), marked, strict=False):
                values.extend(cells, may_be)
    table.plain_text = table.plain_text and not sheet.name
    table.sources.append(Source(file, sheet.name, table.columns[0].rows - before))
