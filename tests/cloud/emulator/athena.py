"""The emulator's Athena, made to answer as Athena does: its SQL, bound parameters, Delta tables, its text of values.

MiniStack gives every query to DuckDB as it is, ignores execution parameters, and reads Delta tables as plain Parquet.
`patch()` replaces that in the emulator's own process: `?` get the values that came beside the query, the tables are
found by Glue's catalog and read at the version that their logs name, checkpoints included, and the SQL is translated by
the project's own local target, which a real Trino holds to account (tests/trino). Results go back in Athena's words: a
type without its parameters, a value as text.

The process needs this project's `src` on its path, with duckdb, deltalake, sqlglot and pytz. Run as a module,
this is an emulator with that Athena and else as MiniStack made it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlglot
from ministack.services import athena, glue, s3
from sqlglot.tokenizer_core import TokenType

from lakectl.asking.statement import parse
from lakectl.formats import plain_text
from lakectl.platforms.local.query import LocalQueries
from lakehouse import layout
from lakehouse.errors import LakehouseError

_NESTED = ("array", "map", "row")


def patch() -> None:
    """Puts this Athena in the place of MiniStack's."""
    start, results = athena._start_query_execution, athena._get_query_results

    def start_query_execution(data: dict[str, Any]) -> Any:
        values = data.get("ExecutionParameters") or []
        try:
            filled = fill(data["QueryString"], values)
        except ValueError as error:
            return athena.error_response_json("InvalidRequestException", str(error), 400)
        status, headers, body = start({**data, "QueryString": filled})
        if status == 200:
            told = athena._executions[json.loads(body)["QueryExecutionId"]]
            told.update(Query=data["QueryString"], ExecutionParameters=values)
        return status, headers, body

    def get_query_results(data: dict[str, Any]) -> Any:
        status, headers, body = results(data)
        if status != 200:
            return status, headers, body
        content = json.loads(body)
        for column in content["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]:
            column.update(described(column["Type"]))
        return athena.json_response(content)

    async def run(query: str, database: str, catalog: str | None = None) -> dict[str, Any]:
        return await asyncio.to_thread(answer, query, database)

    athena._start_query_execution, athena._get_query_results, athena._run_duckdb = (
        start_query_execution,
        get_query_results,
        run,
    )


def fill(query: str, values: list[str]) -> str:
    """The query with a value for each of its `?`, in order. Raises ValueError where their numbers differ."""
    marks = [token for token in sqlglot.tokenize(query, read="trino") if token.token_type == TokenType.PLACEHOLDER]
    if len(marks) != len(values):
        raise ValueError(f"Incorrect number of parameters: expected {len(marks)} but found {len(values)}")
    pieces, end = [], 0
    for mark, value in zip(marks, values, strict=True):
        pieces += [query[end : mark.start], value]
        end = mark.end + 1
    return "".join([*pieces, query[end:]])


def described(type: str) -> dict[str, Any]:
    """A column's type as GetQueryResults has it: `decimal` with its numbers beside it, `array` of it knows not what."""
    name, _, rest = type.partition("(")
    if name in _NESTED:
        return {"Type": name}
    numbers, _, after = rest.partition(")")
    if name == "decimal":
        precision, scale = numbers.split(",")
        return {"Type": name, "Precision": int(precision), "Scale": int(scale)}
    return {"Type": f"{name}{after}"}


def answer(query: str, database: str) -> dict[str, Any]:
    """What MiniStack keeps of an answered query. Raises ValueError with Athena's reason for a failure."""
    try:
        statement = parse(query)
        with tempfile.TemporaryDirectory() as folder:
            for name in statement.tables:
                _bring(name, database, Path(folder))
            result = LocalQueries(Path(folder)).run(statement, {})
            rows = [list(map(_text, row)) for row in result.rows]
    except LakehouseError as error:
        raise ValueError(f"GENERIC_USER_ERROR: {error.message} {error.hint}") from error
    columns = result.columns
    return {
        "columns": [column.name for column in columns],
        "column_types": [column.type for column in columns],
        "rows": rows,
    }


def _bring(name: str, database: str, lake: Path) -> None:
    """Copies a table of the catalog to where a lake in a directory has it."""
    table = glue._tables.get(f"{database}/{name}")
    if table is None:
        raise ValueError(f"TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{database}.{name}' does not exist")
    for key, content in _objects(table["StorageDescriptor"]["Location"].rstrip("/") + "/"):
        path = lake / layout.table(name) / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _objects(location: str) -> Iterator[tuple[str, bytes]]:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    for key in sorted(s3._buckets[bucket]["objects"]):
        if key.startswith(prefix) and not key.endswith("/"):
            yield key.removeprefix(prefix), bytes(s3._get_object_data(bucket, key))


def _text(value: Any) -> str | None:
    """A value as Athena writes it; of a nested one, what is in it cannot be told from the commas between."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"[:-3] + (" UTC" if value.tzinfo else "")
        case bytes():
            return value.hex(" ")
        case list():
            return f"[{', '.join(map(str, map(_text, value)))}]"
        case dict():
            return "{" + ", ".join(f"{_text(key)}={_text(item)}" for key, item in value.items()) + "}"
        case _:
            return plain_text(value)


if __name__ == "__main__":
    from ministack import app

    patch()
    app.main()
