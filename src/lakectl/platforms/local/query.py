"""Answers queries on this machine: DuckDB over the Delta tables, locked to the files of the tables that are named.

A connection lives for one answer. Only the tables in the statement are opened; before the statement runs, DuckDB is shut off
from every file but theirs, from extensions and from its own settings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from lakectl.operations.parameters import Value
from lakectl.operations.query import Dialect, Result, ResultColumn
from lakectl.operations.statement import QueryError, Statement, parse, suggestion
from lakectl.platforms.local.delta_views import identifier, select_from, text
from lakectl.platforms.local.query_errors import explain
from lakectl.platforms.local.result_types import athena_type
from lakectl.platforms.local.translate import to_duckdb
from lakehouse.layout import DATABASE

_BATCH = 10_000  # rows in memory at a time


class LocalQueries:
    """The port `Queries` over local tables. `tables`: the folder of every table, by its name in lower case."""

    def __init__(self, tables: Mapping[str, Path]) -> None:
        self._tables = tables

    def run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        sql = to_duckdb(statement)
        con = self._connect(statement, [])
        with explain(con, statement):
            con.execute(sql, _used(statement, values))
        names = _distinct([column[0] for column in con.description])
        types = [athena_type(column[1]) for column in con.description]
        return Result(tuple(map(ResultColumn, names, types)), _rows(con, statement))

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> None:
        sql = to_duckdb(statement)
        con = self._connect(statement, [path])
        with explain(con, statement):
            con.sql(sql, params=_used(statement, values)).write_parquet(str(path.absolute()))

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        sql = statement.with_literals(values)
        return sql if dialect == "athena" else to_duckdb(parse(sql), pretty=True)

    def _connect(self, statement: Statement, writable: list[Path]) -> duckdb.DuckDBPyConnection:
        folders = {name: self._folder(name) for name in statement.tables}
        con = duckdb.connect(config={"python_enable_replacements": "false", "autoload_known_extensions": "false"})
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = {text(tempfile.gettempdir() + '/lakectl-query')}")
        con.execute(f"CREATE SCHEMA {DATABASE}")
        for name, folder in folders.items():
            con.execute(f"CREATE VIEW {DATABASE}.{identifier(name)} AS {select_from(DeltaTable(folder))}")
        _lock(
            con,
            [str(folder.absolute()) + "/" for folder in folders.values()],
            [str(path.absolute()) for path in writable],
        )
        return con

    def _folder(self, name: str) -> Path:
        if name not in self._tables:
            hint = suggestion(name, self._tables, "table")
            raise QueryError(
                f"There is no table {name}.", f"{hint} `lakectl ingest FILE...` makes the tables of what it loads."
            )
        return self._tables[name]


def _lock(con: duckdb.DuckDBPyConnection, folders: Iterable[str], files: Iterable[str]) -> None:
    con.execute(f"SET allowed_directories = [{', '.join(map(text, folders))}]")
    con.execute(f"SET allowed_paths = [{', '.join(map(text, files))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _used(statement: Statement, values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values[name] for name in statement.parameters}


def _rows(con: duckdb.DuckDBPyConnection, statement: Statement) -> Iterator[tuple[Any, ...]]:
    with explain(con, statement):
        while batch := con.fetchmany(_BATCH):
            yield from batch


def _distinct(names: list[str]) -> list[str]:
    """The names; one that comes again, in any case of letters, gets a number: `id`, `id_1`."""
    taken, answer = set[str](), []
    for name in names:
        numbered = (f"{name}_{number}" if number else name for number in range(len(names)))
        answer.append(next(candidate for candidate in numbered if candidate.lower() not in taken))
        taken.add(answer[-1].lower())
    return answer
