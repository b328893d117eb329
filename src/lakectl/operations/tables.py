"""What can be queried: the catalogued Delta tables, told from their logs alone; no data file is opened."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from lakectl.asking.statement import QueryError, suggestion
from lakectl.ports import Platform
from lakehouse.etl.catalog import Table
from lakehouse.etl.delta_types import ATHENA, spelled

_HISTORY = 10  # versions


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
    found = ((table, _opened(table, platform)) for table in platform.lake.catalog.list())
    return [_summary(table, delta) for table, delta in found if delta]


def show_table(platform: Platform, name: str) -> TableDetails:
    """One table. Raises QueryError if it is not there."""
    wanted = name.rpartition(".")[2].lower()
    table = platform.lake.catalog.get(wanted)
    delta = _opened(table, platform) if table else None
    if table is None or delta is None:
        names = [known.name for known in platform.lake.catalog.list()]
        raise QueryError(f"There is no table {name}.", suggestion(wanted, names, "table"))
    return TableDetails(**asdict(_summary(table, delta)), columns=_columns(delta), history=_history(delta))


def _opened(table: Table, platform: Platform) -> DeltaTable | None:
    """A catalogued table's log; None where somebody has removed it, though the catalog still has the name."""
    try:
        return DeltaTable(table.location, storage_options=platform.delta_options())
    except TableNotFoundError:
        return None


def _summary(table: Table, delta: DeltaTable) -> TableSummary:
    files = delta.get_add_actions(flatten=True)
    sizes = files.column("size_bytes").to_pylist()
    return TableSummary(
        table=table.name,
        location=table.location,
        rows=sum(files.column("num_records").to_pylist()),
        files=len(sizes),
        bytes=sum(sizes),
        version=delta.version(),
        partition_columns=list(delta.metadata().partition_columns),
    )


def _columns(table: DeltaTable) -> list[dict[str, str]]:
    fields = json.loads(table.schema().to_json())["fields"]
    return [{"name": field["name"], "type": spelled(field["type"], ATHENA)} for field in fields]


def _history(table: DeltaTable) -> list[dict[str, Any]]:
    return [
        {
            "version": entry.get("version"),
            "at": dt.datetime.fromtimestamp(entry["timestamp"] / 1000, dt.UTC).isoformat().replace("+00:00", "Z"),
            "operation": entry.get("operation", ""),
        }
        for entry in table.history(_HISTORY)
    ]
