"""Marked cells (`lakehouse.marks`) in SQL: a statement looks for them only in the columns that may have some.

raw     ->  opened  `_rule_X`, `_read_X`, `_was_X` of each such column X; all null where the cell is not marked
opened  ->  texts   what a reject keeps, what the rules judge, and `_cells`, the text of a record without cells
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lakehouse.contracts.model import Contract
from lakehouse.etl.manifest import ManifestFile
from lakehouse.etl.sql import literal, name
from lakehouse.marks import CELLS, MARK, RECORDS

# The parts of a marked cell: rule, what it is read as, what it was.
_PARTS = rf"(?s)^{MARK}([^{MARK}]*){MARK}([^{MARK}]*){MARK}(.*)\z"


@dataclass(frozen=True)
class Marked:
    """The columns that may hold marked cells, and whether there may be records that could not be split into cells."""

    columns: frozenset[str] = frozenset()
    records: bool = False


NOTHING = Marked()


def marked_in(contract: Contract, files: Sequence[ManifestFile], others: Iterable[str] = ()) -> Marked:
    """What is marked in raw CSVs; `others` are columns in which rows are marked that do not come from these."""
    records = any(RECORDS in file.marked for file in files)
    found = {*others, *(column for file in files for column in file.marked)}
    found.update(file.columns[0] for file in files if RECORDS in file.marked)
    return Marked(frozenset(column.name for column in contract.source_columns if column.name in found), records)


def rule_of(column: str) -> str:
    """Where `checked` has the rule that a marked cell breaks."""
    return name(f"_rule_{column}")


def read_of(column: str) -> str:
    """Where `checked` has the text as which a marked cell is read; empty if it is read as null."""
    return name(f"_read_{column}")


def opened(columns: Iterable[str]) -> str:
    """The query `opened`."""
    parts = "".join(f", {_part(column, part)}" for column in columns for part in _OUTPUT)
    return f"SELECT *{parts} FROM raw"


_OUTPUT = ("rule", "read", "was")


def _part(column: str, part: str) -> str:
    cell, number = name(column), _OUTPUT.index(part) + 1
    text = f"REGEXP_EXTRACT({cell}, {literal(_PARTS)}, {number})"
    return f"CASE WHEN {cell} RLIKE {literal('^' + MARK)} THEN {text} END AS {name(f'_{part}_{column}')}"


def kept(column: str, records: bool) -> str:
    """What a reject keeps of a cell."""
    text = f"NULLIF(COALESCE({name('_was_' + column)}, {name(column)}), '')"
    return f"CASE WHEN {_is_record(column)} THEN NULL ELSE {text} END" if records else text


def judged(column: str) -> str:
    """The text of a cell that rules judge; null where it breaks one already."""
    return f"CASE WHEN COALESCE({rule_of(column)}, '') = '' THEN COALESCE({read_of(column)}, {name(column)}) END"


def record(columns: Iterable[str]) -> str:
    """The text of a record that could not be split, else null."""
    texts = (f"CASE WHEN {_is_record(column)} THEN {name('_was_' + column)} END" for column in columns)
    return f"COALESCE({', '.join(texts)})"


def _is_record(column: str) -> str:
    return f"{rule_of(column)} = {literal(CELLS)}"


def read_as(columns: Sequence[str]) -> str:
    """What a row's cells are read as, by column, where that is not what they were; null if there is no such cell."""
    reads = ", ".join(map(read_of, columns))
    keys = ", ".join(f"CASE WHEN NOT {read_of(column)} IS NULL THEN {literal(column)} END" for column in columns)
    map_ = f"MAP_FROM_ARRAYS(ARRAY_COMPACT(ARRAY({keys})), ARRAY_COMPACT(ARRAY({reads})))"
    return f"CASE WHEN NOT COALESCE({reads}) IS NULL THEN {map_} END"


def marked_again(column: str, read: str) -> str:
    """A cell of `retried` as it was marked in its raw CSV; `read` is the map that `read_as` made."""
    as_, cell, mark = f"{read}[{literal(column)}]", name(column), literal(MARK)
    marked = f"CONCAT({mark}, {mark}, {as_}, {mark}, COALESCE({cell}, ''))"
    return f"CASE WHEN {as_} IS NULL THEN {cell} ELSE {marked} END AS {cell}"
