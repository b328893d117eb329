"""An answer, and the port of whoever gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    array is a list, a row and a map are dicts. Names of columns differ from each other.
    """

    columns: tuple[ResultColumn, ...]
    rows: Iterator[tuple[Any, ...]]


class Queries(Protocol):
    """Whoever answers a query over the lake's tables."""

    def run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        """The answer, typed, its rows streamed. Raises QueryError, QueryFailed."""

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> None:
        """Writes the answer into a Parquet file. Raises QueryError, QueryFailed."""

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        """What would run, the parameters in it as literals. Raises QueryError, QueryFailed."""
