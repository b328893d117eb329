"""What can be queried: the lake's Delta tables, told from their logs alone; no data file is opened."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from deltalake import DeltaTable

from lakectl.asking.statement import QueryError, suggestion
from lakectl.ports import Platform
from lakehouse import layout
from lakehouse.storage import Storage

_HISTORY = 10  # versions
_NAMES = {
    "string": "varchar",
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "float": "real",
    "binary": "varbinary",
    "timestamp": "timestamp(3) with time zone",
    "timestamp_ntz": "timestamp(3)",
}


@dataclass(frozen=True)
class TableSummary:
    """A table as it is now. `location` is an absolute path or an `s3://` URI; `bytes` are those of its files."""

    table: str
    location: str
    rows: int
    files: int
    bytes: int
    version: int
    partition_columns: list[str]


@dataclass(frozen=True)
class TableDetails(TableSummary):
    """The same with `columns`: [{"name", "type"}], and `history`, newest first: [{"version", "at", "operation"}]."""

    columns: list[dict[str, str]]
    history: list[dict[str, Any]]


def list_tables(platform: Platform) -> list[TableSummary]:
    """All tables of the lake, by name."""
    storage, options = platform.lake.storage, platform.delta_options()
    return [_summary(name, _location(storage, name), options) for name in sorted(table_names(storage))]


def show_table(platform: Platform, name: str) -> TableDetails:
    """One table. Raises QueryError if it is not there."""
    storage = platform.lake.storage
    names = {known.lower(): known for known in table_names(storage)}
    wanted = name.rpartition(".")[2].lower()
    if wanted not in names:
        raise QueryError(f"There is no table {name}.", suggestion(wanted, names, "table"))
    location, options = _location(storage, names[wanted]), platform.delta_options()
    table = DeltaTable(location, storage_options=options)
    summary = _summary(names[wanted], location, options)
    return TableDetails(**asdict(summary), columns=_columns(table), history=_history(table))


def table_names(storage: Storage) -> set[str]:
    """The tables that have a Delta log."""
    return set(_with_log(storage, layout.PROCESSED)) | set(_with_log(storage, layout.REJECTED))


def _with_log(storage: Storage, prefix: str) -> Iterator[str]:
    for entry in storage.list(prefix):
        name, _, rest = entry.key.removeprefix(prefix).partition("/")
        if rest.startswith("_delta_log/"):
            yield name


def _location(storage: Storage, name: str) -> str:
    return storage.uri(layout.table(name))


def _summary(name: str, location: str, options: dict[str, str]) -> TableSummary:
    table = DeltaTable(location, storage_options=options)
    files = table.get_add_actions(flatten=True)
    sizes = files.column("size_bytes").to_pylist()
    return TableSummary(
        table=name,
        location=location,
        rows=sum(files.column("num_records").to_pylist()),
        files=len(sizes),
        bytes=sum(sizes),
        version=table.version(),
        partition_columns=list(table.metadata().partition_columns),
    )


def _columns(table: DeltaTable) -> list[dict[str, str]]:
    fields = json.loads(table.schema().to_json())["fields"]
    return [{"name": field["name"], "type": _type(field["type"])} for field in fields]


def _type(delta: str | dict[str, Any]) -> str:
    """A Delta type as Athena writes it."""
    if isinstance(delta, str):
        return _NAMES.get(delta, delta)
    match delta["type"]:
        case "array":
            return f"array({_type(delta['elementType'])})"
        case "map":
            return f"map({_type(delta['keyType'])}, {_type(delta['valueType'])})"
        case _:
            return "row(" + ", ".join(f"{field['name']} {_type(field['type'])}" for field in delta["fields"]) + ")"


def _history(table: DeltaTable) -> list[dict[str, Any]]:
    return [
        {
            "version": entry.get("version"),
            "at": dt.datetime.fromtimestamp(entry["timestamp"] / 1000, dt.UTC).isoformat().replace("+00:00", "Z"),
            "operation": entry.get("operation", ""),
        }
        for entry in table.history(_HISTORY)
    ]
