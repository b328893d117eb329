"""Answers queries on this machine: DuckDB over the Delta tables, locked to the files of the tables that are named.

A connection lives for one answer. Only the tables in the statement are opened; before it runs, DuckDB is shut
off from every file but theirs, from extensions and from its own settings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from lakectl.asking.answers import Dialect, Result, ResultColumn, distinct_names
from lakectl.asking.parameters import Value
from lakectl.asking.statement import QueryError, Statement, parse, suggestion
from lakectl.platforms.local.delta_views import View, empty_view, identifier, table_folders, text, view_of
from lakectl.platforms.local.query_errors import explain
from lakectl.platforms.local.result_types import athena_type
from lakectl.platforms.local.translate import to_duckdb
from lakehouse.etl.tables import rejects_table
from lakehouse.layout import DATABASE, REJECTS_TABLE
from lakehouse.repair import damage
from lakehouse.storage import DirectoryStorage

_BATCH = 10_000  # rows in memory at a time
# No Python variable is a table, and nothing is loaded or fetched that a query happens to name.
_SAFE = {
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}


class LocalQueries:
    """The port `Queries` over the Delta tables of the lake in this directory."""

    def __init__(self, lake: Path) -> None:
        self._lake = lake

    def run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        con, sql = self._connect(statement, [])
        with explain(con, statement):
            con.execute(sql, _used(statement, values))
        names = distinct_names([column[0] for column in con.description])
        types = [athena_type(column[1]) for column in con.description]
        return Result(tuple(map(ResultColumn, names, types)), _rows(con, statement))

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> str:
        con, sql = self._connect(statement, [path])
        with explain(con, statement):
            con.sql(sql, params=_used(statement, values)).write_parquet(str(path.absolute()))
        return ""

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        sql = statement.with_literals(values)
        if dialect == "athena":
            return sql
        filled = parse(sql)
        return to_duckdb(filled, _map_columns(self._views(filled)), pretty=True)

    def _connect(self, statement: Statement, writable: list[Path]) -> tuple[duckdb.DuckDBPyConnection, str]:
        """A connection that sees the statement's tables and nothing else, and the statement in its SQL."""
        views = self._views(statement)
        sql = to_duckdb(statement, _map_columns(views))
        con = duckdb.connect(config=_SAFE)
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = {text(tempfile.gettempdir() + '/lakectl-query')}")
        con.execute(f"CREATE SCHEMA {DATABASE}")
        with explain(con, statement):
            for name, view in views.items():
                con.execute(f"CREATE VIEW {DATABASE}.{identifier(name)} AS {view.sql}")
        _lock(
            con,
            [view.folder + "/" for view in views.values() if view.folder],
            [str(path.absolute()) for path in writable],
        )
        return con, sql

    def _views(self, statement: Statement) -> dict[str, View]:
        folders = table_folders(self._lake)
        for name in folders.keys() & set(statement.tables):
            if lost := damage(DirectoryStorage(self._lake), name):
                raise QueryError(f"A table is damaged: {lost}.", "`lakectl run` loads again what is missing.")
        return {name: _view(name, folders) for name in statement.tables}


def _view(name: str, folders: Mapping[str, Path]) -> View:
    if name in folders:
        return view_of(folders[name])
    if name == REJECTS_TABLE:  # a lake in which nothing was ever refused has an answer, too
        return empty_view(rejects_table("").columns)
    hint = suggestion(name, folders, "table")
    raise QueryError(f"There is no table {name}.", f"{hint} `lakectl ingest FILE...` makes the table of what it loads.")


def _map_columns(views: Mapping[str, View]) -> set[str]:
    return {column for view in views.values() for column in view.maps}


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
