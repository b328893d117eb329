"""Athena's failures, told of the query that was asked: its tables, its columns, its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeGuard

from botocore.exceptions import BotoCoreError, ClientError
from pyathena.error import Error

from lakectl.asking.statement import QueryError, QueryFailed, Statement, suggestion
from lakectl.errors import UsageError
from lakectl.platforms.aws.errors import translated
from lakehouse.errors import LakehouseError

_NO_TABLE = re.compile(r"Table '(?:[^'.]+\.)*([^'.]+)' does not exist|Entity Not Found.*?[Tt]able (\w+)")
_NO_COLUMN = re.compile(r"line (\d+):(\d+): Column '(?:[^'.]+\.)*([^'.]+)' cannot be resolved")
_NO_FUNCTION = re.compile(r"line (\d+):(\d+): Function '?(\w+)'? not registered")
_TOO_MUCH = re.compile(r"[Bb]ytes scanned limit")
_CANCELLED = re.compile(r"(?i)^query (was )?cancell?ed")
_NOT_DEPLOYED = re.compile(r"(?i)work ?group .*not found|SCHEMA_NOT_FOUND|verify/create output bucket")
_THROTTLED = re.compile(r"TOO_MANY_REQUESTS|SlowDown|Rate exceeded|Please reduce your request rate")

Tables = Callable[[], Mapping[str, list[str]]]  # the columns of every table, by its name


class TableUnknown(QueryError):
    """A query names a table that the catalog lacks: `table`, in lower case."""

    def __init__(self, table: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.table = table


@contextmanager
def explain(statement: Statement, tables: Tables) -> Iterator[None]:
    """Turns an error of PyAthena's inside the block into QueryError, QueryFailed, or what `translated` makes of it."""
    try:
        yield
    except Error as error:
        with translated():
            if _is_amazons(error.__cause__):
                raise error.__cause__ from error
            raise _told(_reason(error), statement, tables) from error


def _is_amazons(cause: BaseException | None) -> TypeGuard[BaseException]:
    """Whether AWS refused the call, and not what the query says."""
    return isinstance(cause, (BotoCoreError, ClientError)) and _code(cause) != "InvalidRequestException"


def _reason(error: Exception) -> str:
    """Why the query failed, in Athena's words."""
    cause = error.__cause__
    return str(cause.response["Error"]["Message"] if isinstance(cause, ClientError) else error)


def _code(error: BaseException) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def _told(reason: str, statement: Statement, tables: Tables) -> LakehouseError:
    if found := _NO_TABLE.search(reason):
        return _no_table((found[1] or found[2]).lower(), tables)
    if found := _NO_COLUMN.search(reason):
        columns = [name for table, names in tables().items() if table in statement.tables for name in names]
        return QueryError(
            f"There is no column {found[3]} at line {found[1]}, column {found[2]}.",
            suggestion(found[3], set(columns), "column"),
        )
    if found := _NO_FUNCTION.search(reason):
        return QueryError(f"There is no function {found[3]} at line {found[1]}, column {found[2]}.", "See Athena's.")
    return _failed(" ".join(reason.split()))


def _no_table(name: str, tables: Tables) -> TableUnknown:
    hint = suggestion(name, tables(), "table")
    return TableUnknown(
        name,
        f"There is no table {name}.",
        f"{hint} `lakectl -t aws ingest FILE...` makes the table of what it loads.",
    )


def _failed(reason: str) -> LakehouseError:
    if _NOT_DEPLOYED.search(reason):
        return UsageError(
            f"There is no lakehouse to ask here: {reason}",
            "Deploy it first: `lakectl -t aws deploy`; or correct [targets.aws] in lakectl.toml.",
        )
    if _TOO_MUCH.search(reason):
        return QueryFailed(
            f"The query would have read more than one query may: {reason}",
            'Ask for fewer columns or partitions (WHERE "date" ...), or raise targets.aws.scan_limit_gigabytes and'
            " deploy. What it read until it was cut off is billed.",
        )
    if _CANCELLED.search(reason):
        return QueryFailed(f"The query was stopped in Athena: {reason}", "Ask again; nothing was changed.")
    if _THROTTLED.search(reason):
        return QueryFailed(f"The query failed: {reason}", "AWS throttles this account: ask again in a minute.")
    return QueryFailed(f"The query failed: {reason}", "`--show-sql` prints the text that ran.")
