"""A table is Delta's, not an engine's: what one wrote the other continues, in any order."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spark.twins import delivered, stored
from tests.unit.etl.lakes import ORDERS, TestLake
from tests.unit.etl.rows import item

from lakehouse.contracts.model import LINEAGE, Column, Contract, Type
from lakehouse.marks import marked

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def _order(number: int, day: int, amount: str) -> dict[str, str | None]:
    return {"order_id": str(number), "order_timestamp": f"2025-04-{day:02}T10:00:00", "total_amount": amount}


@pytest.mark.parametrize("first", ["duckdb", "spark"])
def test_engines_take_turns(tmp_path: Path, first: str) -> None:
    """Insert, correct, move to another day, gain a column, refuse and resolve: each step by the other engine."""
    second = {"duckdb": "spark", "spark": "duckdb"}[first]
    lake = TestLake(tmp_path / "a lake {ä} 100% 🎉", first)
    lake.load("orders", delivered([_order(1, 1, "10"), _order(2, 1, "20"), _order(3, 2, "x")], 1))
    lake.engine = second
    moved = lake.load("orders", delivered([_order(1, 3, "11"), _order(2, 1, "20"), _order(4, 4, "y")], 2))
    assert (moved["updated"], moved["unchanged"], moved["rejected"]) == (1, 1, 1)
    assert [path for path in lake.delta("orders").file_uris() if "date=2025-04-01" in path]
    lake.engine = first
    lake.contracts["orders"] = _with_column(ORDERS)
    grown = lake.load("orders", delivered([{**_order(2, 5, "21"), "voucher": "SPRING, 5 %"}], 3))
    assert (grown["updated"], grown["inserted"]) == (1, 0)
    lake.engine = second
    again = lake.load("orders", delivered([{**_order(2, 5, "21"), "voucher": "SPRING, 5 %"}, _order(1, 3, "11")], 4))
    assert again["unchanged"] == 2
    assert _columns(lake) == [*(column.name for column in lake.contracts["orders"].columns), *LINEAGE]
    lake.contracts["orders"] = _with_column(lake.contracts["orders"], "channel")
    lake.load("orders", delivered([{**_order(5, 1, "1"), "channel": "web"}], 5))
    assert _columns(lake) == [*(column.name for column in lake.contracts["orders"].columns), *LINEAGE]
    lake.engine = first
    assert lake.load("orders", delivered([{**_order(5, 1, "1"), "channel": "web"}], 6))["unchanged"] == 1
    rows = {
        row["order_id"]: (str(row["date"]), str(row["total_amount"]), row["voucher"]) for row in stored(lake, "orders")
    }
    assert rows == {
        1: ("2025-04-03", "11.00", None),
        2: ("2025-04-05", "21.00", "SPRING, 5 %"),
        5: ("2025-04-01", "1.00", None),
    }
    assert [row["row"] for row in stored(lake, "rejected_records")] == [4, 4]
    protocol = lake.delta("orders").protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)


def _columns(lake: TestLake) -> list[str]:
    return [field.name for field in lake.delta("orders").schema().fields]


def _with_column(contract: Contract, name: str = "voucher") -> Contract:
    columns = (*contract.columns[:-1], Column(name, Type("string")), contract.columns[-1])
    return Contract(**{**vars(contract), "columns": columns})


@pytest.mark.parametrize("first", ["duckdb", "spark"])
def test_the_same_again_on_the_other_engine_writes_nothing(tmp_path: Path, first: str) -> None:
    lake = TestLake(tmp_path / "lake", first)
    sheet = delivered([_order(number, number % 3 + 1, f"{number}.10") for number in range(1, 50)], 1)
    lake.load("orders", sheet)
    files, version = sorted(lake.delta("orders").file_uris()), lake.delta("orders").version()
    lake.engine = {"duckdb": "spark", "spark": "duckdb"}[first]
    result = lake.load("orders", sheet)
    assert (result["unchanged"], result["inserted"], result["updated"]) == (49, 0, 0)
    assert (sorted(lake.delta("orders").file_uris()), lake.delta("orders").version()) == (files, version)


@pytest.mark.parametrize("first", ["duckdb", "spark"])
def test_a_row_that_waits_on_one_engine_is_read_alike_by_the_other(tmp_path: Path, first: str) -> None:
    """Refused by one, refused again by the other with nothing to write, and loaded by the first."""
    second = {"duckdb": "spark", "spark": "duckdb"}[first]
    lake = TestLake(tmp_path / "lake", first)
    row = {**item("1", "2"), "product_id": marked("n° 2", read="2"), "reordered": marked("-", read="")}
    lake.load("order_items", delivered([row, item("7", "2"), lake.broken("order_items", "1,2,3,4,5,6")], 1))
    refused = stored(lake, "rejected_records")
    lake.engine = second
    again = lake.load("order_items", retry_waiting=True)
    assert (again["read"], again["waiting"]) == (2, 2)
    assert stored(lake, "rejected_records") == refused
    lake.load("products", delivered([{"product_id": "2"}], 2))
    lake.engine = first
    assert lake.load("order_items", retry_waiting=True)["inserted"] == 2
    rows = [(row["id"], row["product_id"], row["reordered"]) for row in stored(lake, "order_items")]
    assert sorted(rows) == [(1, 2, None), (7, 2, 0)]


def test_a_timestamp_far_ahead_stays_what_it_is_when_the_other_engine_rewrites_its_file(tmp_path: Path) -> None:
    lake = TestLake(tmp_path / "lake", "spark")
    ahead = {"order_id": "1", "order_timestamp": "2999-12-31T23:59:59.999999", "total_amount": "1"}
    lake.load("orders", delivered([ahead, {**ahead, "order_id": "2"}], 1))
    lake.engine = "duckdb"
    assert lake.load("orders", delivered([{**ahead, "order_id": "2", "total_amount": "2"}], 2))["updated"] == 1
    rows = {
        row["order_id"]: (str(row["order_timestamp"])[:26], str(row["total_amount"])) for row in stored(lake, "orders")
    }
    assert rows == {1: ("2999-12-31 23:59:59.999999", "1.00"), 2: ("2999-12-31 23:59:59.999999", "2.00")}
