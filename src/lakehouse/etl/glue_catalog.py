"""The Glue Data Catalog: what Athena, Spark and others look a table up in.

A Delta table needs no more than its location there, since its schema is in its log; but views, Lake Formation and
column filters want real columns, so those of the log are written, and updated when the log's change. What is written
follows Athena's documentation ("Synchronize Delta Lake metadata"): an external table whose provider is delta, without
partition keys, since a reader finds partitions in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakehouse import layout
from lakehouse.etl.catalog import Table

# Glue has no place for the log's partition columns, nor for a key, but a table's own parameters.
_PARTITIONS, _KEY = "lakehouse.partition_columns", "lakehouse.key"


class GlueCatalog:
    """The tables of one Glue database."""

    def __init__(self, client: Any, database: str = layout.DATABASE) -> None:
        self._glue = client
        self._database = database

    def register(self, table: Table) -> None:
        """Makes the table known, or its columns what they are now. Writes nothing where that is known already."""
        present = self._find(table.name)
        wanted = _input(table)
        if present is None:
            self._glue.create_table(DatabaseName=self._database, TableInput=wanted)
        elif _table(present) != table:
            # A version of the entry for every new column helps nobody: the log has the history.
            self._glue.update_table(DatabaseName=self._database, TableInput=wanted, SkipArchive=True)

    def get(self, name: str) -> Table | None:
        """The table of that name; None where there is none."""
        found = self._find(name)
        return _table(found) if found else None

    def list(self) -> Iterator[Table]:
        """All Delta tables of the database, by name."""
        pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=self._database)
        entries = [entry for page in pages for entry in page["TableList"]]
        delta = [entry for entry in entries if entry.get("Parameters", {}).get("spark.sql.sources.provider") == "delta"]
        yield from sorted(map(_table, delta), key=lambda table: table.name)

    def _find(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._glue.get_table(DatabaseName=self._database, Name=name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            return None
        return found


def _input(table: Table) -> dict[str, Any]:
    location = f"{table.location}/"
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "spark.sql.sources.provider": "delta",
            _PARTITIONS: ",".join(table.partition_columns),
            _KEY: ",".join(table.key),
        },
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Location": location,
            "Columns": [{"Name": name, "Type": type_} for name, type_ in table.columns],
            "SerdeInfo": {"Parameters": {"serialization.format": "1", "path": location}},
        },
    }


def _table(entry: dict[str, Any]) -> Table:
    stored = entry["StorageDescriptor"]
    told = entry.get("Parameters", {})
    partitions, key = (tuple(filter(None, told.get(name, "").split(","))) for name in (_PARTITIONS, _KEY))
    return Table(
        name=entry["Name"],
        location=stored["Location"].rstrip("/"),
        columns=tuple((column["Name"], column["Type"]) for column in stored["Columns"]),
        partition_columns=partitions,
        key=key,
    )
