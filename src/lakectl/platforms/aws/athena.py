"""Answers queries with Athena, by PyAthena: parameters bound there, rows fetched page by page while they are walked.

An answer has the types that it has on the local target. Single values are read from Athena's text, which is exact for
them; for nested ones see `athena_nested`. `unload` makes its Parquet file here, from the same rows: Athena's own UNLOAD
writes many files in any order, leaves them in the bucket, and refuses instants with a zone, which every table has.
Ctrl-C stops the query in Athena, too: PyAthena sees to that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lakectl.asking.answers import Dialect, Result, ResultColumn, distinct_names
from lakectl.asking.parameters import Value
from lakectl.asking.statement import QueryError, Statement
from lakectl.platforms.aws import athena_nested as nested
from lakectl.platforms.aws.athena_errors import TableUnknown, explain
from lakectl.platforms.aws.athena_parameters import bind
from lakectl.platforms.aws.athena_text import with_empty_rejects
from lakectl.platforms.aws.athena_values import NESTED, converter, in_utc
from lakehouse.layout import REJECTS_TABLE

if TYPE_CHECKING:
    from pyathena.connection import Connection
    from pyathena.cursor import Cursor

    from lakectl.platforms.aws.names import Names
    from lakectl.platforms.aws.session import Session

_PAGE = 1000  # rows, the most that Athena gives at once
_POLL = 0.5  # seconds between two looks at a query
_DOLLARS_PER_BYTE = 5 / 10**12
_LEAST_BYTES = 10 * 10**6  # a query is billed for

# PyAthena logs every error that it raises, with a traceback; the errors are told by `explain`.
logging.getLogger("pyathena").setLevel(logging.CRITICAL)


class AthenaQueries:
    """The port `Queries` over the lakehouse's workgroup and database."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names

    def run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        try:
            return self._run(statement, values)
        except TableUnknown as error:
            if error.table != REJECTS_TABLE:
                raise
            # A lake in which nothing was ever refused has an answer, too.
            return self._run(with_empty_rejects(statement), values)

    def unload(self, statement: Statement, values: Mapping[str, Value], path: Path) -> str:
        from lakectl.platforms.aws.athena_parquet import write_parquet

        result = self.run(statement, values)
        write_parquet(result, path)
        return result.note()

    def text(self, statement: Statement, values: Mapping[str, Value], dialect: Dialect) -> str:
        if dialect != "athena":
            raise QueryError("What runs on AWS is Athena's SQL.", "`-t local` shows the text for DuckDB.")
        return statement.with_literals(values)

    def _run(self, statement: Statement, values: Mapping[str, Value]) -> Result:
        read = _Read()
        cursor = self._execute(statement, values, read)
        columns = _columns(cursor)
        if any(column.type.startswith(NESTED) for column in columns):
            return self._run_nested(statement, values, columns, read)
        return Result(columns, self._rows(cursor, statement), read.note)

    def _run_nested(
        self, statement: Statement, values: Mapping[str, Value], columns: tuple[ResultColumn, ...], read: _Read
    ) -> Result:
        asked = self._execute(nested.types_of(statement, len(columns)), values, read)
        types = cast(tuple[str, ...], next(self._rows(asked, statement)))
        names = [column.name for column in columns]
        cursor = self._execute(nested.as_texts(statement, names, types), values, read)
        rows = (tuple(map(nested.unfolded, types, row)) for row in self._rows(cursor, statement))
        return Result(tuple(map(ResultColumn, names, types)), rows, read.note)

    def _execute(self, statement: Statement, values: Mapping[str, Value], read: _Read) -> Cursor:
        text, parameters = bind(statement, values)
        cursor = self._connection.cursor()
        with explain(statement, self._tables):
            cursor.execute(text, parameters or None, paramstyle="qmark")
        read.bytes.append(cursor.data_scanned_in_bytes or 0)
        return cursor

    def _rows(self, cursor: Cursor, statement: Statement) -> Iterator[tuple[Any, ...]]:
        with explain(statement, self._tables):
            while batch := cursor.fetchmany(_PAGE):
                yield from (tuple(map(in_utc, row)) for row in batch)

    @cached_property
    def _connection(self) -> Connection[Cursor]:
        from botocore.config import Config
        from pyathena import connect
        from pyathena.util import RetryConfig

        return connect(
            session=self._session.boto,
            # An empty folder keeps PyAthena from taking one of the environment's: results go where the workgroup says.
            s3_staging_dir="",
            work_group=self._names.workgroup,
            schema_name=self._names.database,
            poll_interval=_POLL,
            # Throttled calls are tried again by botocore, as all of this target are, and not by PyAthena on top of it.
            config=Config(retries={"mode": "standard", "max_attempts": 5}),
            retry_config=RetryConfig(attempt=1),
            converter=converter(),
            cursor_kwargs={"arraysize": _PAGE},
        )

    def _tables(self) -> dict[str, list[str]]:
        """The columns of every table of the database, by its name; only errors ask for it."""
        pages = self._session.client("glue").get_paginator("get_tables").paginate(DatabaseName=self._names.database)
        return {
            table["Name"]: [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
            for page in pages
            for table in page["TableList"]
        }


class _Read:
    """How much the queries behind one answer have read: `bytes`, one number for each."""

    def __init__(self) -> None:
        self.bytes: list[int] = []

    def note(self) -> str:
        """For people: `Athena read 1.2 MB: about $0.00005.`"""
        cost = sum(max(each, _LEAST_BYTES) for each in self.bytes) * _DOLLARS_PER_BYTE
        return f"Athena read {_size(sum(self.bytes))}: about ${cost:.5f}."


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def _columns(cursor: Cursor) -> tuple[ResultColumn, ...]:
    told = cursor.description or []
    names = distinct_names([column[0] for column in told])
    return tuple(ResultColumn(name, _type(column)) for name, column in zip(names, told, strict=True))


def _type(column: tuple[Any, ...]) -> str:
    name, precision, scale = column[1], column[4], column[5]
    return f"decimal({precision},{scale})" if name == "decimal" else str(name)
