"""An answer's rows as one Parquet file, in their order, in the types that Athena names.

The rows go through a temporary CSV file in DuckDB's hands: every value as text that DuckDB casts to exactly the type,
so that neither a large answer nor a decimal's digits need to fit anywhere else.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlglot import exp

from lakectl.asking.answers import Result, ResultColumn
from lakectl.formats import plain_text
from lakectl.platforms.aws.athena_values import parsed


def write_parquet(result: Result, path: Path) -> None:
    """Writes all rows into the file. Raises what fetching them raises."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "rows.csv")
        with table.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(map(_line, result.rows))
        con = duckdb.connect()
        con.execute("SET TimeZone = 'UTC'")
        source = con.read_csv(
            str(table),
            header=False,
            names=[f"c{number}" for number in range(len(result.columns))],
            all_varchar=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            allow_quoted_nulls=False,
        )
        source.project(", ".join(_cast(number, column) for number, column in enumerate(result.columns))).write_parquet(
            str(path.absolute())
        )
        con.close()


def _line(row: Iterable[Any]) -> str:
    """A line in which null is nothing and every text, the empty one too, is in quotes."""
    return ",".join("" if value is None else '"' + _text(value).replace('"', '""') + '"' for value in row) + "\n"


def _text(value: Any) -> str:
    return json.dumps(_jsonable(value), ensure_ascii=False) if isinstance(value, (list, dict)) else _single(value)


def _jsonable(value: Any) -> Any:
    """A nested value in JSON's types, every single value in it as text."""
    match value:
        case None:
            return None
        case list():
            return [_jsonable(item) for item in value]
        case dict():
            return {_single(key): _jsonable(item) for key, item in value.items()}
        case _:
            return _single(value)


def _single(value: Any) -> str:
    match value:
        case bytes():
            return "".join(f"\\x{byte:02X}" for byte in value)  # as DuckDB reads a BLOB
        case bool():
            return str(value).lower()
        case dt.timedelta():
            return f"{value / dt.timedelta(microseconds=1):.0f} microseconds"
        case _:
            return plain_text(value)


def _cast(number: int, column: ResultColumn) -> str:
    type = parsed(column.type)
    value = f"c{number}::JSON" if type.is_type("array", "map", "struct") else f"c{number}"
    return f"CAST({value} AS {type.sql('duckdb')}) AS {exp.to_identifier(column.name, quoted=True).sql('duckdb')}"
