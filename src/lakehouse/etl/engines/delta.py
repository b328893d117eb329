"""What delta-rs and DuckDB have to be told about a Delta table: types in either's words, files, partitions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlglot
from deltalake import DeltaTable
from sqlglot import exp

from lakehouse.etl.delta_types import HIVE, HIVE_NAMES, spelled
from lakehouse.etl.engines import Ranges
from lakehouse.etl.tables import TableSpec, predecessor

_DELTA = {hive: delta for delta, hive in HIVE_NAMES.items()}


def duckdb_types(columns: Mapping[str, str]) -> dict[str, str]:
    """Types as `TableSpec` spells them in DuckDB's words, by column. A timestamp is an instant."""
    return {name: _duckdb_type(type_) for name, type_ in columns.items()}


def _duckdb_type(type_: str) -> str:
    return "TIMESTAMPTZ" if type_ == "timestamp" else exp.DataType.build(type_, dialect="spark").sql("duckdb")


def growth(table: DeltaTable, spec: TableSpec, columns: Mapping[str, str]) -> tuple[int, bytes]:
    """The commit that adds nullable columns, each at its place in `spec`: its version and its content.

    delta-rs can add columns at the end only, behind the lineage. A change of the schema is one action of the log, which
    replaces the metadata (https://github.com/delta-io/delta/blob/v4.2.0/PROTOCOL.md, "Change Metadata").
    """
    fields = json.loads(table.schema().to_json())["fields"]
    for name, type_ in columns.items():
        names = [field["name"] for field in fields]
        before = predecessor(spec, name)
        place = names.index(before) + 1 if before else 0
        fields.insert(place, {"name": name, "type": _logged(type_), "nullable": True, "metadata": {}})
    now = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    info = {"timestamp": now, "operation": "ADD COLUMNS", "operationParameters": {"columns": json.dumps(list(columns))}}
    actions = ({"commitInfo": info}, {"metaData": _metadata(table, fields)})
    return table.version() + 1, "".join(f"{json.dumps(action)}\n" for action in actions).encode()


def _logged(type_: str) -> str | dict[str, Any]:
    """A plain type, or a map of plain types, as the log writes it."""
    if not type_.startswith("map<"):
        return _DELTA.get(type_, type_)
    key, value = map(_logged, type_.removeprefix("map<").removesuffix(">").split(","))
    return {"type": "map", "keyType": key, "valueType": value, "valueContainsNull": True}


def _metadata(table: DeltaTable, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """The table's metadata with other fields; all else stays as it is."""
    is_now = table.metadata()
    told = {"name": is_now.name, "description": is_now.description}
    return {
        "id": str(is_now.id),
        **{key: value for key, value in told.items() if value is not None},
        "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps({"type": "struct", "fields": fields}),
        "partitionColumns": list(is_now.partition_columns),
        "configuration": dict(is_now.configuration),
        "createdTime": is_now.created_time,
    }


def column_types(table: DeltaTable) -> dict[str, str]:
    """A Delta table's columns, name -> type as `TableSpec` spells it."""
    fields = json.loads(table.schema().to_json())["fields"]
    return {field["name"]: spelled(field["type"], HIVE) for field in fields}


def candidates(name: str, table: TableSpec, statistics: Sequence[str], ranges: Ranges | None) -> str:
    """The statement that keeps, as `name`, `_file` and `_partition` of the files that may hold a key in the ranges.

    It reads the relation `actions`, which is delta-rs's list of the table's files; `statistics` are its columns. A file
    without statistics may hold any key.
    """
    partition = _name(f"partition.{table.partition_by}") if table.partition_by else "NULL"
    low, high = (f"{end}.{table.prune_by}" for end in ("min", "max"))
    condition = "true"
    if ranges is not None and low in statistics and high in statistics:
        inside = [f"({_name(low)} <= {_literal(end)} AND {_name(high)} >= {_literal(start)})" for start, end in ranges]
        condition = " OR ".join([f"{_name(low)} IS NULL", f"{_name(high)} IS NULL", *inside])
    folder = _literal(f"{table.location}/")
    return f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        SELECT {folder} || url_decode(path) AS _file, {partition} AS _partition
        FROM actions WHERE num_records IS DISTINCT FROM 0 AND ({condition})"""


def in_partitions(table: TableSpec, partitions: Sequence[Any]) -> str:
    """The condition of a MERGE that rows of `stored` are in the partitions, in literals, which skip other files."""
    column = f"stored.{_name(table.partition_by)}"
    given = [_literal(value) for value in partitions if value is not None]
    conditions = [f"{column} IN ({', '.join(given)})"] if given else []
    if len(given) < len(partitions):
        conditions.append(f"{column} IS NULL")
    return f"({' OR '.join(conditions)})"


def _name(column: str) -> str:
    return exp.to_identifier(column, quoted=True).sql("duckdb")


def _literal(value: Any) -> str:
    """A key or partition value in SQL that DuckDB and DataFusion, which runs delta-rs's MERGE, both read."""
    if isinstance(value, dt.datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return sqlglot.exp.convert(value).sql("duckdb")
