"""Which columns tell a table's rows apart, which of several rows with one key is the latest, what partitions the table.

A key is unique and never empty. Single columns come first: those that are called like one (`id`, `order_id`, then
`order_no`), whole numbers, the leftmost; then pairs and triples. Where rows stand twice in the files, they count once.
Where nothing is unique, the best of the columns called like a key is proposed, with its repetitions told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from lakectl.drafting.values import Values
from lakehouse.contracts.model import Kind

_WORDS = frozenset(
    ("id", "ids", "no", "nr", "num", "number", "key", "code", "sku", "ean", "gtin", "isbn", "uuid", "guid")
)
_KINDS: tuple[Kind, ...] = ("integer", "string", "date")
_LATE_KINDS: tuple[Kind, ...] = ("timestamp", "decimal", "boolean")
_WIDEST, _MOST_COLUMNS = 3, 10
_CHANGED = re.compile(r"(?:^|_)(?:updat|modif|chang|edited|timestamp|last_seen)")
_BIRTH = re.compile(r"birth|born|geburt|naissance|dob")
_ROWS_A_DAY, _MOST_DAYS = 10, 4000


@dataclass(frozen=True)
class Candidate:
    """A column that may be part of a key. `whole` says whether every row has a valid value, or all but those that may
    be wrong."""

    name: str
    kind: Kind
    values: Values
    whole: bool


@dataclass(frozen=True)
class Key:
    """The key that is proposed. `others` would do as well; `repeated` is how many rows repeat a key."""

    columns: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    repeated: int = 0


def is_identifier(name: str) -> bool:
    """Whether a column is called like one that identifies something."""
    return not _WORDS.isdisjoint(name.split("_"))


def find_key(columns: Sequence[Candidate], rows: int, budget: int = 0, dataset: str = "") -> Key:
    """The key of a table; `budget` is how many rows may repeat a key before it is none. No columns: there is none."""
    ranked = sorted((c for c in columns if c.kind != "double"), key=lambda c: _rank(c, dataset))
    whole = [c for c in ranked if c.whole]
    found = list(islice(_unique(whole, rows, budget), 4))
    if not found:
        distinct = len(set(zip(*(c.values.sequence for c in columns), strict=True)))
        found = list(islice(_unique(whole, distinct, budget), 4))
    first = found[0] if found else _nearest(whole, ranked)
    others = tuple(tuple(c.name for c in each) for each in found[1:])
    return Key(tuple(c.name for c in first), others, rows - _distinct(first) if first else 0)


def _unique(whole: Sequence[Candidate], distinct: int, budget: int) -> Iterator[tuple[Candidate, ...]]:
    """What tells so many rows apart: columns, else pairs, else triples, else columns that are one by chance."""
    early = [c for c in whole if c.kind in _KINDS]
    few = early[:_MOST_COLUMNS]
    wider = (combinations(few, n) for n in range(2, _WIDEST + 1))
    tries: list[Iterable[tuple[Candidate, ...]]] = [((c,) for c in early), *wider]
    tries.append((c,) for c in whole if c.kind in _LATE_KINDS)
    for some in tries:
        found = [each for each in some if _distinct(each) >= distinct - budget]
        yield from found
        if found:
            return


def _distinct(columns: Sequence[Candidate]) -> int:
    if len(columns) == 1:
        return columns[0].values.distinct
    most = 1
    for column in columns:
        most *= column.values.distinct
    if most < columns[0].values.rows:
        return most  # cannot be unique: no need to look
    return len(set(zip(*(column.values.sequence for column in columns), strict=True)))


def _nearest(whole: Sequence[Candidate], ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Where nothing is unique: the column called like a key that repeats least, else all that are never empty."""
    named = [c for c in whole if is_identifier(c.name) and 2 * c.values.distinct > c.values.rows]
    if named:
        return (max(named, key=lambda c: c.values.distinct),)
    return tuple(c for c in whole if c.kind in _KINDS) or tuple(whole) or tuple(ranked[:1])


def _rank(column: Candidate, dataset: str) -> tuple[int, int, int]:
    own = ("id", f"{dataset}_id", f"{dataset.removesuffix('s')}_id")
    called = (column.name in own, column.name.endswith("_id"), is_identifier(column.name), True)
    return called.index(True), (*_KINDS, *_LATE_KINDS).index(column.kind), column.values.position


def find_latest_by(columns: Sequence[Candidate]) -> str:
    """The timestamp by whose name a row was changed last; "" where there is none."""
    named = [c for c in columns if c.kind == "timestamp" and _CHANGED.search(c.name)]
    whole = [c for c in named if c.whole] or named
    return min(whole, key=lambda c: ("timestamp" in c.name, c.values.position)).name if whole else ""


def find_partition(columns: Sequence[Candidate], derived: Mapping[str, str]) -> str:
    """A date to partition by: never empty, and with rows enough a day; "" where there is none."""
    by_name = {c.name: c for c in columns}
    for column in columns:
        source = by_name[derived.get(column.name, column.name)]
        days = column.values.distinct
        enough = column.name in derived or _ROWS_A_DAY * days <= column.values.rows
        fits = column.kind == "date" and source.whole and enough and 0 < days <= _MOST_DAYS
        if fits and not _BIRTH.search(column.name):
            return column.name
    return ""
