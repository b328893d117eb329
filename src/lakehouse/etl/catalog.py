"""The catalog: which tables there are, where, and with which columns, for whoever asks by name.

Glue's Data Catalog in the cloud (`glue_catalog`), a small JSON file per table here. A table is registered with the
columns that its Delta log has, never with those that a contract wishes for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from lakehouse import layout
from lakehouse.aws import Clients
from lakehouse.storage import Storage


@dataclass(frozen=True)
class Table:
    """A catalogued Delta table. `columns` are (name, Hive type) in the table's order, the partition's among them.

    `key` are the columns by which its rows were told apart; empty where that was not written down.
    """

    name: str
    location: str
    columns: tuple[tuple[str, str], ...]
    partition_columns: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


class Catalog(Protocol):
    """The tables of one database."""

    def register(self, table: Table) -> None:
        """Makes the table known, or its columns what they are now. Writes nothing where that is known already."""

    def get(self, name: str) -> Table | None:
        """The table of that name; None where there is none."""

    def list(self) -> Iterator[Table]:
        """All tables, by name."""


class FileCatalog:
    """A catalog in the lake itself: `lakehouse/catalog/TABLE.json`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def register(self, table: Table) -> None:
        if self.get(table.name) != table:
            self._storage.write(_key(table.name), json.dumps(_content(table), indent=1).encode())

    def get(self, name: str) -> Table | None:
        key = _key(name)
        return self._table(json.loads(self._storage.read(key))) if self._storage.exists(key) else None

    def list(self) -> Iterator[Table]:
        for entry in self._storage.list(layout.CATALOG):
            yield self._table(json.loads(self._storage.read(entry.key)))

    def _table(self, content: dict[str, Any]) -> Table:
        # The location is computed, not kept: a lake that was moved or copied as a folder stays a lake.
        return Table(
            name=content["table"],
            location=self._storage.uri(layout.table(content["table"])),
            columns=tuple((column["name"], column["type"]) for column in content["columns"]),
            partition_columns=tuple(content["partition_columns"]),
            key=tuple(content.get("key", ())),
        )


def open_catalog(storage: Storage, clients: Clients) -> Catalog:
    """The catalog of a lake: Glue's for one in S3, else the lake's own."""
    if storage.root.startswith("s3://"):
        from lakehouse.etl.glue_catalog import GlueCatalog

        return GlueCatalog(clients("glue"))
    return FileCatalog(storage)


def _key(name: str) -> str:
    return f"{layout.CATALOG}{name}.json"


def _content(table: Table) -> dict[str, Any]:
    return {
        "database": layout.DATABASE,
        "table": table.name,
        "columns": [{"name": name, "type": type_} for name, type_ in table.columns],
        "partition_columns": list(table.partition_columns),
        "key": list(table.key),
    }
