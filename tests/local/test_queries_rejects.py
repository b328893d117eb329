"""Tables and rejects as a person meets them: listed, shown, exported."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from tests.lake_tables import make_lake
from tests.unit.etl.lakes import Sheet, TestLake
from tests.unit.etl.rows import order

from lakectl.asking.statement import QueryError
from lakectl.errors import UsageError
from lakectl.operations.rejects import export_rejects, find_rejects, list_rejects
from lakectl.operations.tables import list_tables, show_table
from lakectl.platforms.local.query import LocalQueries
from lakectl.ports import Platform
from lakehouse.lake import open_lake
from lakehouse.marks import marked


def _no_workflow():
    raise AssertionError("nothing here runs")


def _platform(root: Path) -> Platform:
    return Platform("local", "duckdb", root, open_lake({"root": str(root)}), _no_workflow, lambda: LocalQueries(root))


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Platform:
    return _platform(make_lake(tmp_path_factory.mktemp("lake")))


def test_tables_are_told_from_their_logs(shop):
    found = {table.table: table for table in list_tables(shop)}
    assert list(found) == ["order_items", "orders", "products", "rejected_records"]
    orders = found["orders"]
    files = list(Path(orders.location).rglob("*.parquet"))
    assert Path(orders.location).is_absolute()
    assert (orders.rows, orders.files, orders.version, orders.partition_columns) == (8, len(files), 0, ["date"])
    assert orders.bytes == sum(file.stat().st_size for file in files)


def test_a_table_is_shown_with_columns_and_history(shop):
    details = show_table(shop, "ecom_catalog.Orders")
    assert {"name": "total_amount", "type": "decimal(12,2)"} in details.columns
    assert [entry["version"] for entry in details.history] == [0]
    with pytest.raises(QueryError) as raised:
        show_table(shop, "order")
    assert raised.value.hint == "Did you mean orders?"


def test_a_table_whose_folder_somebody_removed_is_not_there(tmp_path):
    shop = _platform(make_lake(tmp_path, ("orders", "products")))
    shutil.rmtree(tmp_path / "lakehouse/processed/orders")
    assert [table.table for table in list_tables(shop)] == ["products"]
    with pytest.raises(QueryError, match="There is no table orders"):
        show_table(shop, "orders")


def test_open_rejects_are_listed_and_all_on_demand(shop):
    assert [(reject.dataset, reject.row) for reject in list_rejects(shop)] == [
        ("order_items", 7),
        ("orders", 2),
        ("orders", 3),
    ]
    resolved = [reject.to_json() for reject in list_rejects(shop, everything=True) if reject.resolved_by]
    assert [(reject["row"], reject["resolved_by"]) for reject in resolved] == [(8, "x3")]
    assert [reject.row for reject in list_rejects(shop, dataset="orders")] == [2, 3]
    assert [reject.row for reject in list_rejects(shop, execution="x2")] == [7]


def test_a_reject_has_all_its_faults_and_its_record(shop):
    (reject,) = find_rejects(shop, "a.xlsx", 3)
    assert reject.to_json() == {
        "dataset": "orders",
        "source_file": "20260101T000000000Z-0001/a.xlsx",
        "sheet": "S1",
        "row": 3,
        "faults": [
            {"column": "order_id", "value": None, "rule": "required"},
            {"column": "total_amount", "value": "12.5.1", "rule": "type"},
        ],
        "record": {"order_num": "9", "order_id": None, "total_amount": "12.5.1"},
        "execution": "x1",
    }
    with pytest.raises(UsageError, match="No row 99"):
        find_rejects(shop, "a.xlsx", 99)


def test_an_export_has_the_rows_own_columns_and_what_to_mend(shop, tmp_path):
    assert export_rejects(shop, tmp_path / "new" / "mend.csv", dataset="orders") == 2
    with (tmp_path / "new" / "mend.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["total_amount"] == "12.5.1"
    assert rows[1]["_faults"] == "order_id is empty: required; total_amount = '12.5.1': type"
    assert (rows[1]["_source_sheet"], rows[1]["_source_row"]) == ("S1", "3")


def test_a_workbook_has_a_sheet_per_dataset_and_a_csv_takes_one(shop, tmp_path):
    assert export_rejects(shop, tmp_path / "mend.xlsx") == 3
    assert openpyxl.load_workbook(tmp_path / "mend.xlsx").sheetnames == ["order_items", "orders"]
    with pytest.raises(UsageError, match="one header"):
        export_rejects(shop, tmp_path / "mend.csv")
    assert not (tmp_path / "mend.csv").exists()
    with pytest.raises(UsageError, match=r"mend\.pdf"):
        export_rejects(shop, tmp_path / "mend.pdf")


def test_a_record_without_cells_and_marked_cells_are_exported_as_they_were(tmp_path):
    lake = TestLake(tmp_path / "lake", "duckdb")
    cells = {
        **order("2"),
        "order_num": marked("=A1", rule="not_calculated"),
        "total_amount": marked("a\x00\ufffe", rule="characters"),
    }
    lake.load("orders", Sheet([lake.broken("orders", '1,"x"y"'), cells]))
    shop = _platform(lake.folder)
    assert export_rejects(shop, tmp_path / "mend.csv") == 2
    with (tmp_path / "mend.csv").open(newline="") as file:
        broken, other = csv.DictReader(file)
    assert (broken["order_id"], broken["_source_row"]) == ("", "2")
    assert broken["_faults"] == """the record = '1,"x"y"': cells"""
    assert (other["order_num"], other["order_id"]) == ("=A1", "2")
    assert other["_faults"].startswith("order_num = '=A1': not_calculated; total_amount = 'a\\x00")
    assert export_rejects(shop, tmp_path / "mend.xlsx") == 2
    assert openpyxl.load_workbook(tmp_path / "mend.xlsx")["orders"]["A3"].value == "=A1"


def test_without_rejects_the_answer_is_empty(tmp_path):
    shop = _platform(make_lake(tmp_path, ("products",)))
    assert list_rejects(shop) == []
    assert export_rejects(shop, tmp_path / "none.json") == 0
    assert json.loads((tmp_path / "none.json").read_text()) == []
