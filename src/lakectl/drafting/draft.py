"""A table becomes a draft: names, types, key, references, each with what it rests on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lakectl.drafting import keys, types
from lakectl.drafting.keys import Candidate, Key
from lakectl.drafting.naming import column_names
from lakectl.drafting.references import Child, Found, Parent, find_references
from lakectl.drafting.tables import Table
from lakectl.drafting.types import Clues, Finding
from lakectl.drafting.values import SPACES, Values
from lakehouse.contracts.model import Contract, Type

_ALMOST_ALWAYS = 0.8  # of the rows, where some may be wrong
KnownValues = Callable[[str, str], frozenset[str] | None]  # of a dataset's column


@dataclass(frozen=True)
class DraftColumn:
    """A column: its name, what it is, and the part that it plays."""

    name: str
    values: Values
    finding: Finding
    derived_from: str = ""
    key: int = 0  # its place in the key, from 1
    required: bool = False
    reference: Found | None = None

    @cached_property
    def valid(self) -> dict[str, int]:
        """Its valid values, without the spaces around them, and how many rows have each."""
        if self.finding.type.kind == "string":
            return self.values.counts
        wrong = {*self.finding.reading.null_values, *self.finding.misfits}
        counts: Counter[str] = Counter()
        for text, count in self.values.counts.items():
            counts[text.strip(SPACES)] += count
        return {text: count for text, count in counts.items() if text not in wrong}

    @property
    def valid_rows(self) -> int:
        """How many rows have a valid value."""
        return sum(self.valid.values())

    @property
    def text_values(self) -> frozenset[str]:
        """Its different values, as another dataset's of the same type would be written."""
        whole = self.finding.type.kind == "integer"
        return frozenset(text.removesuffix(".0") if whole else text for text in self.valid)


@dataclass(frozen=True)
class Draft:
    """What a table allows to say about its dataset."""

    dataset: str
    table: Table
    columns: tuple[DraftColumn, ...]
    key: Key
    latest_by: str
    partition_by: str


def draft_tables(
    tables: Mapping[str, Table], known: Mapping[str, Contract], values_of: KnownValues, tolerated: float = 0
) -> list[Draft]:
    """A draft for each table, by dataset. They may refer to each other and to the `known` datasets.

    `values_of` gives the values of a known dataset's column, None where nobody knows them; `tolerated` is the share of
    the rows, 0 to 1, that may be wrong.
    """
    drafts = [_draft(dataset, table, tolerated) for dataset, table in tables.items()]
    others = {name: contract for name, contract in known.items() if name not in tables}
    parents = [parent for each in drafts for parent in _parent(each)]
    parents += [parent for contract in others.values() for parent in _known_parent(contract, values_of)]
    edges = {name: {key.parent for key in contract.foreign_keys} for name, contract in others.items()}
    children = [child for each in drafts for child in _children(each)]
    found = {(each.child.dataset, each.child.column): each for each in find_references(children, parents, edges)}
    return [
        replace(each, columns=tuple(replace(c, reference=found.get((each.dataset, c.name))) for c in each.columns))
        for each in drafts
    ]


def _draft(dataset: str, table: Table, tolerated: float) -> Draft:
    budget = int(table.rows * tolerated)
    columns = _typed(table, budget)
    columns = [replace(column, derived_from=_source(column, columns, budget)) for column in columns]
    enough = table.rows - budget
    candidates = [Candidate(c.name, c.finding.type.kind, c.values, c.valid_rows >= enough) for c in columns]
    derived = {c.name: c.derived_from for c in columns if c.derived_from}
    own = [candidate for candidate in candidates if candidate.name not in derived]
    key = keys.find_key(own, table.rows, budget, dataset)
    latest_by, partition = keys.find_latest_by(own), keys.find_partition(candidates, derived)
    needed = {latest_by, derived.get(partition, partition)}
    required = {*key.columns, *(c.name for c in own if c.whole and c.name in needed)}
    places = {name: place for place, name in enumerate(key.columns, 1)}
    ready = (replace(c, key=places.get(c.name, 0), required=c.name in required) for c in columns)
    return Draft(dataset, table, tuple(ready), key, latest_by, partition)


def _typed(table: Table, budget: int) -> list[DraftColumn]:
    decimal = _decimal_separator(table, budget)
    found = []
    names = column_names([(values.position, values.header) for values in table.columns])
    for name, values in zip(names, table.columns, strict=True):
        clues = Clues(keys.is_identifier(name), table.plain_text, decimal, budget)
        found.append(DraftColumn(name, values, types.find_type(values, clues)))
    return found


def _decimal_separator(table: Table, budget: int) -> str:
    """What the columns of a table prove together; in a workbook a point proves nothing, since all numbers have it."""
    proven = {types.proven_separator(values, budget) for values in table.columns} - {""}
    if not table.plain_text:
        proven -= {"."}
    return proven.pop() if len(proven) == 1 else ""


def _source(column: DraftColumn, columns: Sequence[DraftColumn], budget: int) -> str:
    """The timestamp whose day in UTC the date is in every row; "" where there is none."""
    if column.finding.type.kind != "date" or not column.values.counts:
        return ""
    moments = [c for c in columns if c.finding.type.kind == "timestamp" and not c.finding.reading.date_formats]
    return next((each.name for each in moments if _is_day_of(column.values, each.values, budget)), "")


def _is_day_of(days: Values, moments: Values, budget: int) -> bool:
    most = int((1 - _ALMOST_ALWAYS) * days.rows) if budget else 0
    unlike = 0
    for (day, moment), count in days.pairs(moments).items():
        unlike += count * (_day(moment) != day.strip()[:10])
        if unlike > most:
            return False
    return True


def _day(moment: str) -> str:
    text = moment.strip()
    if "+" not in text and "-" not in text[10:]:
        return text[:10]
    try:
        return (
            dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-")).astimezone(dt.UTC).date().isoformat()
        )
    except ValueError:  # no instant, so no day
        return ""


def _parent(draft: Draft) -> list[Parent]:
    keyed = [column for column in draft.columns if column.key]
    if len(keyed) != 1 or draft.key.repeated:
        return []
    column = keyed[0]
    called = (column.name, column.values.header)
    return [Parent(draft.dataset, column.name, column.finding.type, called, lambda: column.text_values)]


def _known_parent(contract: Contract, values_of: KnownValues) -> list[Parent]:
    if len(contract.primary_key) != 1:
        return []
    column = contract.column(contract.primary_key[0])
    called = (column.name, *column.aliases)
    return [
        Parent(contract.dataset, column.name, column.type, called, lambda: values_of(contract.dataset, column.name))
    ]


def _children(draft: Draft) -> list[Child]:
    return [
        Child(
            draft.dataset,
            c.name,
            (c.name, c.values.header),
            c.finding.type,
            c.text_values,
            draft.key.columns == (c.name,),
        )
        for c in draft.columns
        if c.finding.type in (Type("integer", 64), Type("integer", 32), Type("string")) and not c.derived_from
    ]
