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
from sqlglot import exp

from lakectl.asking.answers import Dialect, Result, ResultColumn, distinct_names
from lakectl.asking.parameters import Value
from lakectl.asking.statement import QueryError, Statement, is_information, parse, suggestion
from lakectl.platforms.local.delta_views import View, empty_view, identifier, table_folders, text, view_of
from lakectl.platforms.local.query_errors import explain
from lakectl.platforms.local.result_types import reader
from lakectl.platforms.local.translate import Translated, pretty, to_duckdb
from lakectl.platforms.local.trino.types import Type
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
        con, translated = self._connect(statement, [], values)
        with explain():
            con.execute(translated.sql, _used(statement, values))
        names = distinct_names([name for name, _ in translated.columns])
        types = [type for _, type in translated.columns]
        return Result(tuple(map(ResultColumn, names, map(str, types))), _rows(con, types))

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> str:
        con, translated = self._connect(statement, [path], values)
        names = distinct_names([name for name, _ in translated.columns])
        with explain():
            answer = con.sql(translated.sql, params=_used(statement, values))
            renamed = ", ".join(
                f"{identifier(own)} AS {identifier(name)}" for own, name in zip(answer.columns, names, strict=True)
            )
            answer.project(renamed).write_parquet(str(path.absolute()))
        return ""

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        sql = statement.with_literals(values)
        if dialect == "athena":
            return sql
        filled = parse(sql)
        return pretty(to_duckdb(filled, _columns(self._views(filled))).sql)

    def _connect(
        self, statement: Statement, writable: list[Path], values: Mapping[str, Value] | None = None
    ) -> tuple[duckdb.DuckDBPyConnection, Translated]:
        """A connection that sees the statement's tables and nothing else, and the statement in its SQL."""
        views = self._views(statement)
        translated = to_duckdb(statement, _columns(views), values)
        con = duckdb.connect(config=_SAFE)
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = {text(tempfile.gettempdir() + '/lakectl-query')}")
        con.execute(f"CREATE SCHEMA {DATABASE}")
        with explain():
            for name, view in views.items():
                con.execute(f"CREATE VIEW {DATABASE}.{identifier(name)} AS {view.sql}")
        translated.prepare(con)
        _lock(
            con,
            [view.folder + "/" for view in views.values() if view.folder],
            [str(path.absolute()) for path in writable],
        )
        return con, translated

    def _views(self, statement: Statement) -> dict[str, View]:
        folders = table_folders(self._lake)
        asks_for_all = any(map(is_information, statement.tree.find_all(exp.Table)))
        names = [*statement.tables, *(folders if asks_for_all else ())]
        for name in folders.keys() & set(names):
            if lost := damage(DirectoryStorage(self._lake), name):
                raise QueryError(f"A table is damaged: {lost}.", "`lakectl run` loads again what is missing.")
        return {name: _view(name, folders) for name in names}


def _view(name: str, folders: Mapping[str, Path]) -> View:
    if name in folders:
        return view_of(folders[name])
    if name == REJECTS_TABLE:  # a lake in which nothing was ever refused has an answer, too
        return empty_view(rejects_table("").columns)
    hint = suggestion(name, folders, "table")
    raise QueryError(f"There is no table {name}.", f"{hint} `lakectl ingest FILE...` makes the table of what it loads.")


def _columns(views: Mapping[str, View]) -> dict[str, Mapping[str, Type]]:
    return {name: view.columns for name, view in views.items()}


def _lock(con: duckdb.DuckDBPyConnection, folders: Iterable[str], files: Iterable[str]) -> None:
    con.execute(f"SET allowed_directories = [{', '.join(map(text, folders))}]")
    con.execute(f"SET allowed_paths = [{', '.join(map(text, files))}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _used(statement: Statement, values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: values[name] for name in statement.parameters}


def _rows(con: duckdb.DuckDBPyConnection, types: list[Type]) -> Iterator[tuple[Any, ...]]:
    readers = [reader(type) for type in types]
    with explain():
        while batch := con.fetchmany(_BATCH):
            if any(readers):
                batch = [
                    tuple(read(value) if read else value for read, value in zip(readers, row, strict=True))
                    for row in batch
                ]
            yield from batch
