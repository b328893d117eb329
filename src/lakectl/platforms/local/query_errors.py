"""DuckDB's errors, told of the query that was asked: its words, its lines, its tables' columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from sqlglot import exp

from lakectl.asking.statement import QueryError, QueryFailed, Statement, place, suggestion
from lakehouse.errors import LakehouseError
from lakehouse.layout import DATABASE

_NO_COLUMN = re.compile(r'Referenced column "([^"]+)"|does not have a column named "([^"]+)"')
_SETTING = re.compile(r",? or SET \w+\s*=.*?(?=\.(\s|$)|$)")  # advice that nobody can follow: only queries are run
_NO_FUNCTION = re.compile(r"Function with name \"?(\w+)\"? does not exist")


@contextmanager
def explain(con: duckdb.DuckDBPyConnection, statement: Statement) -> Iterator[None]:
    """Turns an error of DuckDB's inside the block into a QueryError or QueryFailed."""
    try:
        yield
    except duckdb.Error as error:
        raise _told(con, statement, str(error)) from error


def _told(con: duckdb.DuckDBPyConnection, statement: Statement, message: str) -> LakehouseError:
    if match := _NO_COLUMN.search(message):
        name = match[1] or match[2]
        known = _columns(con)  # none, where the query asks only tables of its own
        hint = (
            suggestion(name, known, "column") if known else "`lakectl tables show NAME` lists the columns of a table."
        )
        return QueryError(f"There is no column {name}{_place(statement, name)}.", hint)
    if match := _NO_FUNCTION.search(message):
        return QueryError(
            f"There is no function {match[1]} here.",
            "Athena's functions are Trino's; one that only Athena has runs with -t aws.",
        )
    # The first paragraph says it; what follows quotes the translated text, which the user never wrote.
    first = message.partition("\n\n")[0].partition("\nLINE ")[0].replace("\n", " ")
    return QueryFailed(
        f"The query failed: {_SETTING.sub('', first)}", "`--show-sql --dialect duckdb` prints the text that ran."
    )


def _columns(con: duckdb.DuckDBPyConnection) -> list[str]:
    names = con.execute(
        "SELECT DISTINCT column_name FROM duckdb_columns() WHERE schema_name = ?", [DATABASE]
    ).fetchall()
    return [name for (name,) in names]


def _place(statement: Statement, name: str) -> str:
    """Where the query first writes the name."""
    found = (column.this for column in statement.tree.find_all(exp.Column) if column.name.lower() == name.lower())
    first = min(found, key=lambda node: node.meta.get("start", 0), default=None)
    return "" if first is None else place(first)
