"""A Delta table as a DuckDB view: the files that its log names, in the types that its log names.

The view reads through DuckDB's own Parquet scan, so filters reach the files: a condition on the partition column opens
only the files of those partitions, one on another column skips row groups by their statistics. The empty SELECT in
front gives columns that no file holds yet, and lets a table without files be read like any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable

from lakectl.asking.statement import QueryError
from lakectl.platforms.local.trino.delta import hive_type, trino_type
from lakectl.platforms.local.trino.types import Type, duckdb_type
from lakehouse import layout
from lakehouse.etl.delta_types import Spelling, spelled

_TYPES = {
    "string": "VARCHAR",
    "byte": "TINYINT",
    "short": "SMALLINT",
    "integer": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "timestamp_ntz": "TIMESTAMP",
}
_READABLE_FEATURES = {"timestampNtz"}


def identifier(name: str) -> str:
    """The name, quoted for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """The value as a string literal of DuckDB."""
    return "'" + value.replace("'", "''") + "'"


def _plain(name: str) -> str:
    if name.startswith("decimal"):
        return name.upper()
    if name not in _TYPES:
        raise QueryError(f"A column has the type {name}, which cannot be read here.", "Leave it out of the table.")
    return _TYPES[name]


_DUCKDB = Spelling(_plain, "{}[]", "MAP({}, {})", "STRUCT({})", lambda name, type: f"{identifier(name)} {type}")


@dataclass(frozen=True)
class View:
    """How DuckDB reads a table: the SELECT, the absolute folder of its files ('' for none), its columns' types."""

    sql: str
    folder: str
    columns: Mapping[str, Type]


def table_folders(lake: Path) -> dict[str, Path]:
    """The folder of every Delta table that the lake has by now, by its name in lower case."""
    logs = [*lake.glob(f"{layout.PROCESSED}*/_delta_log"), *lake.glob(f"{layout.REJECTED}*/_delta_log")]
    return {log.parent.name.lower(): log.parent for log in sorted(logs)}


def view_of(folder: Path) -> View:
    """The view of the table's current version. Raises QueryError where its protocol is beyond plain Parquet."""
    table = DeltaTable(folder)
    _check_protocol(table)
    delta = {field["name"]: field["type"] for field in json.loads(table.schema().to_json())["fields"]}
    types = {name: spelled(type, _DUCKDB) for name, type in delta.items()}
    partitions = table.metadata().partition_columns
    source = _shape(types)
    if files := _files(table, folder):
        source += f" UNION ALL BY NAME SELECT * FROM {_read_parquet(files, {name: types[name] for name in partitions})}"
    columns = ", ".join(_column(name, type, name in partitions) for name, type in types.items())
    known = {name.lower(): trino_type(type) for name, type in delta.items()}
    return View(f"SELECT {columns} FROM ({source})", str(folder.absolute()), known)


def _files(table: DeltaTable, folder: Path) -> list[str]:
    """The table's files. The log keeps their paths as parts of a URL; `file_uris` would decode one level too few."""
    paths = table.get_add_actions().column("path").to_pylist()
    return [f"{folder.absolute()}/{unquote(path)}" for path in paths]


def empty_view(columns: Mapping[str, str]) -> View:
    """The view of a table that is not there yet: no rows. `columns`: Hive's types by name."""
    types = {name.lower(): hive_type(type) for name, type in columns.items()}
    return View(_shape({name: duckdb_type(type) for name, type in types.items()}), "", types)


def _shape(types: Mapping[str, str]) -> str:
    return f"SELECT {', '.join(f'NULL::{type} AS {identifier(name)}' for name, type in types.items())} WHERE false"


def _check_protocol(table: DeltaTable) -> None:
    protocol = table.protocol()
    beyond = set(protocol.reader_features or ()) - _READABLE_FEATURES
    if protocol.min_reader_version == 2:
        beyond.add("columnMapping")
    if beyond:
        raise QueryError(
            f"{table.table_uri} uses what cannot be read here: {', '.join(sorted(beyond))}.",
            "Another tool set these table features; without them the table can be read.",
        )


def _read_parquet(files: list[str], partitions: dict[str, str]) -> str:
    paths = ", ".join(text(path) for path in files)
    if not partitions:
        return f"read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"
    types = ", ".join(f"{identifier(name)}: {type}" for name, type in partitions.items())
    return f"read_parquet([{paths}], union_by_name=true, hive_partitioning=true, hive_types={{{types}}})"


def _column(name: str, type: str, is_partition: bool) -> str:
    # To Delta an empty string in a path is null, as is Hive's own word for it, which DuckDB knows.
    value = f"nullif({identifier(name)}, '')" if is_partition and type == "VARCHAR" else identifier(name)
    return f"CAST({value} AS {type}) AS {identifier(name)}"
