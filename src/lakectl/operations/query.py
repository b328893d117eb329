"""Asking: a named query or SQL in, a result out. Where it runs is behind the port `Queries`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from lakectl.operations.parameters import Value, bind, guess_value, missing_parameter, unknown_parameter
from lakectl.operations.queries import NamedQuery, find_query, is_name
from lakectl.operations.statement import Statement, parse

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


@dataclass(frozen=True)
class Question:
    """A statement and the value of each of its parameters: all that a target needs."""

    statement: Statement
    values: dict[str, Value]


def prepare(text: str, given: Mapping[str, str], named: Mapping[str, NamedQuery]) -> Question:
    """The question behind a query's name or SQL, its parameters read by type, declared or by their form.

    Raises QueryUnknown, ParameterError, QueryError.
    """
    if is_name(text):
        query = find_query(named, text.strip())
        return Question(parse(query.sql), bind(query.parameters, given))
    statement = parse(text)
    return Question(statement, _bind_by_form(statement, given))


def _bind_by_form(statement: Statement, given: Mapping[str, str]) -> dict[str, Value]:
    for name in given:
        if name not in statement.parameters:
            raise unknown_parameter(name, tuple(dict.fromkeys(statement.parameters)))
    for name in statement.parameters:
        if name not in given:
            raise missing_parameter(name)
    return {name: guess_value(name, text) for name, text in given.items()}
