"""Athena's SQL as DuckDB's: the text, what a connection needs for it, and the columns that come out.

The meaning is in `lakectl.platforms.local.trino`. This file has what concerns the whole statement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakectl.asking.parameters import Value
from lakectl.asking.statement import QueryError, Statement
from lakectl.platforms.local.result_types import is_plain, shown
from lakectl.platforms.local.trino import macros
from lakectl.platforms.local.trino.python_functions import PythonFunctions
from lakectl.platforms.local.trino.queries import Queries
from lakectl.platforms.local.trino.types import BIGINT, BOOLEAN, INTEGER, MIXED, Type, instant, varchar
from lakectl.platforms.local.trino.values import ELSEWHERE

if TYPE_CHECKING:
    import duckdb

_INTEGER = 2**31


@dataclass(frozen=True)
class Translated:
    """A statement for DuckDB, parameters as `$name`. `columns`: name ('' for none) and type of what comes out."""

    sql: str
    columns: tuple[tuple[str, Type], ...]
    python: PythonFunctions

    def prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        """Gives the connection the functions that the text calls."""
        for made in macros.needed(self.sql):
            con.execute(made)
        self.python.register(con)


def to_duckdb(
    statement: Statement, tables: Mapping[str, Mapping[str, Type]], values: Mapping[str, Value] | None = None
) -> Translated:
    """The statement in DuckDB's SQL. `tables`: the columns of its tables, in their order.

    Raises QueryError for what Athena refuses, and for what is not known to mean the same here.
    """
    queries = Queries(tables, {name: _type_of(value) for name, value in (values or {}).items()})
    answer = queries.statement(statement.sql)
    for name, own, kind in answer.columns:
        if kind.zone == MIXED:
            hint = "Write AT TIME ZONE 'UTC' behind it. " + ELSEWHERE
            raise QueryError(
                f"The column {name or own} has times of different zones, which cannot be told apart here.", hint
            )
    sql = answer.sql
    if not all(is_plain(kind) for _, _, kind in answer.columns):
        sql = f"SELECT {', '.join(shown(own, kind) for _, own, kind in answer.columns)} FROM ({sql}) AS answer"
    columns = tuple((name or own, kind) for name, own, kind in answer.columns)
    return Translated(sql, columns, queries.expressions.python)


def pretty(sql: str) -> str:
    """DuckDB's SQL in lines."""
    import sqlglot

    return sqlglot.transpile(sql, read="duckdb", write="duckdb", pretty=True)[0]


def _type_of(value: Any) -> Type:
    """The type of the literal that the value is on Athena."""
    match value:
        case bool():
            return BOOLEAN
        case int():
            return INTEGER if -_INTEGER <= value < _INTEGER else BIGINT
        case Decimal():
            sign, digits, exponent = value.as_tuple()
            del sign
            scale = max(-int(exponent), 0)
            return Type("decimal", (max(len(digits) + max(int(exponent), 0), scale, 1), scale))
        case dt.datetime():
            return instant(6)
        case dt.date():
            return Type("date")
    return varchar(len(str(value)))
