"""The catalog in the lake."""

from __future__ import annotations

import json
from pathlib import Path

from lakehouse.etl.catalog import FileCatalog, Table
from lakehouse.storage import DirectoryStorage


def table(storage: DirectoryStorage, name: str, *columns: tuple[str, str]) -> Table:
    return Table(name, storage.uri(f"lakehouse/processed/{name}"), columns, ("date",))


def test_a_registered_table_is_found_by_name_with_its_columns(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    catalog = FileCatalog(storage)
    assert catalog.get("orders") is None
    orders = table(storage, "orders", ("id", "bigint"), ("date", "date"))
    catalog.register(orders)
    catalog.register(table(storage, "items", ("id", "int")))
    assert catalog.get("orders") == orders
    assert [each.name for each in catalog.list()] == ["items", "orders"]


def test_columns_become_what_they_are_now(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    catalog = FileCatalog(storage)
    catalog.register(table(storage, "orders", ("id", "bigint")))
    grown = table(storage, "orders", ("id", "bigint"), ("note", "string"))
    catalog.register(grown)
    assert catalog.get("orders") == grown


def test_a_lake_that_was_moved_knows_where_its_tables_are(tmp_path: Path) -> None:
    old, new = DirectoryStorage(tmp_path / "old"), DirectoryStorage(tmp_path / "new")
    FileCatalog(old).register(table(old, "orders", ("id", "bigint")))
    (tmp_path / "old").rename(tmp_path / "new")
    assert FileCatalog(new).get("orders") == table(new, "orders", ("id", "bigint"))


def test_the_file_names_the_database(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    FileCatalog(storage).register(table(storage, "orders", ("id", "bigint")))
    assert json.loads(storage.read("lakehouse/catalog/orders.json"))["database"] == "ecom_catalog"
