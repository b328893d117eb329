"""An answer, and the port of whoever gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from lakectl.asking.parameters import Value
from lakectl.asking.statement import Statement

Dialect = Literal["athena", "duckdb"]


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result; `type` as Athena writes it, such as `decimal(12,2)` or `array(varchar)`."""

    name: str
    type: str


@dataclass(frozen=True)
class Result:
    """An answer. `rows` can be walked once and is fetched while walking; values are Python's own.

    Those are int, float, Decimal, str, bool, bytes, date, time, datetime (with a zone: UTC), timedelta and None; an
    array is a list, a row and a map are dicts. Names of columns differ from each other. `note()` says for people what
    the answer took, once the rows are walked; empty where there is nothing to say.
    """

    columns: tuple[ResultColumn, ...]
    rows: Iterator[tuple[Any, ...]]
    note: Callable[[], str] = str


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names; one that comes again, in any case of letters, gets a number: `id`, `id_1`."""
    taken, answer = set[str](), []
    for name in names:
        numbered = (f"{name}_{number}" if number else name for number in range(len(names)))
        answer.append(next(candidate for candidate in numbered if candidate.lower() not in taken))
        taken.add(answer[-1].lower())
    return answer


class Queries(Protocol):
    """Whoever answers a query over the lake's tables."""

    def run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        """The answer, typed, its rows streamed. Raises QueryError, QueryFailed."""

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> str:
        """Writes the answer into a Parquet file and gives the answer's note. Raises QueryError, QueryFailed."""

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        """What would run, the parameters in it as literals. Raises QueryError, QueryFailed."""
