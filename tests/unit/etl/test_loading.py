"""What a job does to tables and rejects, one rule at a time, on every engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.etl.lakes import INT, ITEMS, LONG, ORDERS, STRING, Sheet, TestLake
from tests.unit.etl.rows import MONDAY, TUESDAY, counted, item, order

from lakehouse.contracts.model import LINEAGE, Column, Contract
from lakehouse.errors import ContractError, JobFailed


class Broken(Exception):
    """What a test has happen in the middle of a job."""


def test_rows_end_with_where_they_come_from(lake: TestLake) -> None:
    result = lake.load("orders", Sheet([order("1"), order("2")], source_file=MONDAY, sheet="Sales", position=3))
    assert result["files"] == 1
    assert result["read"] == 2
    assert lake.rows("orders", "order_id", *LINEAGE) == [
        (1, MONDAY, "Sales", 2, "exec-0001"),
        (2, MONDAY, "Sales", 3, "exec-0001"),
    ]
    assert [field.name for field in lake.delta("orders").schema().fields][-4:] == list(LINEAGE)


def test_the_date_is_the_day_of_the_timestamp_in_utc_whatever_the_source_says(lake: TestLake) -> None:
    lake.load("orders", Sheet([{**order("1", "2026-04-01T01:00:00+02:00"), "date": "1999-09-09"}]))
    assert lake.rows("orders", "date") == [(dt.date(2026, 3, 31),)]


def test_all_faults_of_a_row_are_told_in_the_order_of_the_columns(lake: TestLake) -> None:
    result = lake.load(
        "order_items", Sheet([{"id": "", "product_id": "9", "reordered": "7", "order_timestamp": "soon"}])
    )
    assert lake.faults("order_items") == [
        (
            2,
            [
                ("id", None, "required"),
                ("product_id", "9", "foreign_key"),
                ("reordered", "7", "allowed"),
                ("order_timestamp", "soon", "type"),
            ],
        )
    ]
    assert counted(result) == {"rejected": 1}
    assert {(fault["column"], fault["rule"], fault["count"]) for fault in result["faults"]} == {
        ("id", "required", 1), ("product_id", "foreign_key", 1), ("reordered", "allowed", 1),
        ("order_timestamp", "type", 1),
    }  # fmt: skip


def test_the_commonest_faults_come_first(lake: TestLake) -> None:
    rows = [order(str(n), amount="x") for n in range(3)] + [order("y"), order("8", amount="1.005")]
    faults = lake.load("orders", Sheet(rows))["faults"]
    assert [(fault["column"], fault["rule"], fault["count"]) for fault in faults] == [
        ("total_amount", "type", 3), ("order_id", "type", 1), ("total_amount", "scale", 1),
    ]  # fmt: skip


def test_rules_of_the_contract(lake: TestLake) -> None:
    """Ranges, lengths and patterns of a contract, and what a null or a faulty value is spared."""
    columns = (
        Column("id", LONG, required=True),
        Column("size", INT, minimum="0", maximum="10"),
        Column("code", STRING, pattern="[A-Z]{2}-[0-9]+|none", min_length=4, max_length=6),
    )
    lake.contracts = {"things": Contract("things", "1", columns, ("id",))}
    cells = [("0", "AB-1"), ("10", "none"), ("-1", "AB-12345"), ("11", "x"), ("12.5", "AB-1\n"), ("", "")]
    lake.load("things", Sheet([{"id": str(n), "size": size, "code": code} for n, (size, code) in enumerate(cells)]))
    assert lake.rows("things", "id", "size", "code") == [(0, 0, "AB-1"), (1, 10, "none"), (5, None, None)]
    assert [[(column, rule) for column, _, rule in faults] for _, faults in lake.faults("things")] == [
        [("size", "range"), ("code", "length")],
        [("size", "range"), ("code", "length"), ("code", "pattern")],
        [("size", "type"), ("code", "pattern")],
    ]


def test_of_several_rows_with_one_key_the_latest_wins_then_the_last_delivered(lake: TestLake) -> None:
    old, new = "2026-04-01T10:00:00", "2026-04-01T11:00:00"
    result = lake.load(
        "orders",
        Sheet([order("1", new, "1"), order("1", old, "2"), order("2", old, "3")], position=1, sheet="a"),
        Sheet([order("2", old, "4"), order("2", old, "5")], position=2, sheet="b"),
        Sheet([order("2", old, "6")], position=1, sheet="c", source_file="20260301T000000000Z-0001/earlier.xlsx"),
    )
    assert lake.rows("orders", "order_id", "total_amount") == [(1, Decimal("1.00")), (2, Decimal("5.00"))]
    assert counted(result) == {"inserted": 2, "duplicate": 4}


def test_against_the_table_rows_are_updated_unchanged_or_stale(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1"), order("2"), order("3")], source_file=MONDAY))
    changed = [order("1", amount="9"), order("2"), order("3", "2026-03-31T10:00:00"), order("4")]
    result = lake.load("orders", Sheet(changed, source_file=TUESDAY))
    assert counted(result) == {"inserted": 1, "updated": 1, "unchanged": 1, "stale": 1}
    assert lake.rows("orders", "order_id", "total_amount", "_execution_id") == [
        (1, Decimal("9.00"), "exec-0002"), (2, Decimal("1.00"), "exec-0001"),
        (3, Decimal("1.00"), "exec-0001"), (4, Decimal("1.00"), "exec-0002"),
    ]  # fmt: skip


def test_an_earlier_delivery_loaded_late_is_stale(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1", amount="2")], source_file=TUESDAY))
    assert counted(lake.load("orders", Sheet([order("1", amount="1")], source_file=MONDAY))) == {"stale": 1}
    assert lake.rows("orders", "total_amount") == [(Decimal("2.00"),)]


def test_the_same_again_writes_nothing(lake: TestLake) -> None:
    sheet = Sheet([order("1"), order("2"), order("x")])
    first = lake.load("orders", sheet)
    files, rejects = lake.delta("orders").file_uris(), lake.delta("rejected_records").version()
    again = lake.load("orders", sheet)
    assert counted(again) == {"unchanged": 2, "rejected": 1}
    assert again["table_version"] == first["table_version"]
    assert lake.delta("orders").file_uris() == files
    assert lake.delta("rejected_records").version() == rejects


def test_a_corrected_row_moves_to_its_new_partition(lake: TestLake) -> None:
    lake.load("orders", Sheet([order(str(n)) for n in range(5)], source_file=MONDAY))
    moved = lake.load("orders", Sheet([order("3", "2026-05-01T10:00:00")], source_file=TUESDAY))
    assert counted(moved) == {"updated": 1}
    april, may = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
    assert lake.rows("orders", "order_id", "date") == [(0, april), (1, april), (2, april), (3, may), (4, april)]


def test_a_job_that_broke_before_the_rejects_is_run_again(lake: TestLake) -> None:
    """However often a job runs, a row is in the table once, and in the rejects once."""
    lake.load("products", Sheet([{"product_id": "1"}]))
    manifest = lake.manifest("order_items", [Sheet([item("1", "1"), item("2", "2"), item("3", "x")])], True)

    def break_() -> None:
        raise Broken

    with pytest.raises(Broken):
        lake.run(manifest, hold_rejects=break_)
    assert lake.rows("order_items", "id") == [(1,)]
    for _ in range(2):
        again = lake.run(manifest)
        assert counted(again) == {"unchanged": 1, "rejected": 2}
    assert lake.rows("rejected_records", "dataset", "row") == [("order_items", 3), ("order_items", 4)]


def test_a_composite_key_without_a_timestamp_and_a_text_partition(lake: TestLake) -> None:
    columns = (
        Column("shop", STRING, required=True), Column("sku", STRING, required=True), Column("count", INT),
    )  # fmt: skip
    lake.contracts = {"stock": Contract("stock", "1", columns, ("sku", "shop"), partition_by="shop")}
    rows = [("Zürich / 1", "a", "1"), ("Zürich / 1", "b", "2"), ("x=%20y", "a", "3"), ("x=%20y", "a", "4")]
    sheet = [dict(zip(("shop", "sku", "count"), row, strict=True)) for row in rows]
    assert counted(lake.load("stock", Sheet(sheet, source_file=MONDAY))) == {"inserted": 3, "duplicate": 1}
    sheet[0]["count"] = "9"
    assert counted(lake.load("stock", Sheet(sheet[:2], source_file=TUESDAY))) == {"updated": 1, "unchanged": 1}
    assert lake.rows("stock", "shop", "sku", "count") == [
        ("Zürich / 1", "a", 9), ("Zürich / 1", "b", 2), ("x=%20y", "a", 4),
    ]  # fmt: skip


def test_a_composite_foreign_key_is_one_fault(lake: TestLake) -> None:
    parent = Contract("shops", "1", (Column("country", STRING), Column("shop", LONG)), ("country", "shop"))
    child = Contract("visits", "1", (Column("id", LONG), Column("c", STRING), Column("s", LONG)), ("id",))
    key = replace(ITEMS.foreign_keys[0], columns=("c", "s"), parent="shops", parent_columns=("country", "shop"))
    lake.contracts = {"shops": parent, "visits": replace(child, foreign_keys=(key,))}
    lake.load("shops", Sheet([{"country": "ch", "shop": "1"}, {"country": "de", "shop": "2"}]))
    rows = [("1", "ch", "1"), ("2", "ch", "2"), ("3", "", "2")]
    lake.load("visits", Sheet([dict(zip(("id", "c", "s"), row, strict=True)) for row in rows]))
    assert lake.rows("visits", "id") == [(1,), (3,)]
    assert lake.faults("visits") == [(3, [("c, s", "ch, 2", "foreign_key")])]


def test_a_contract_that_gains_a_column_adds_it_even_to_unchanged_rows(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1")], source_file=MONDAY))
    first, *others = ORDERS.columns
    lake.contracts["orders"] = replace(ORDERS, columns=(first, Column("note", STRING), *others))
    assert counted(lake.load("orders", Sheet([order("1")], source_file=TUESDAY))) == {"unchanged": 1}
    assert lake.rows("orders", "order_id", "note") == [(1, None)]
    noted = {**order("1"), "note": "gift"}
    assert counted(lake.load("orders", Sheet([noted, order("2")], source_file=TUESDAY + "2"))) == {
        "inserted": 1, "updated": 1,
    }  # fmt: skip
    assert lake.rows("orders", "order_id", "note") == [(1, "gift"), (2, None)]


def test_a_table_that_has_grown_has_its_columns_where_the_contract_has_them_and_ends_with_the_lineage(
    lake: TestLake,
) -> None:
    lake.load("orders", Sheet([order("1")], source_file=MONDAY))
    first, *others = ORDERS.columns
    grown = (first, Column("note", STRING), *others)
    lake.contracts["orders"] = replace(ORDERS, columns=grown)
    lake.load("orders", Sheet([order("2")], source_file=TUESDAY))
    lake.contracts["orders"] = replace(ORDERS, columns=(Column("channel", STRING), *grown, Column("last", STRING)))
    lake.load("orders", Sheet([{**order("3"), "channel": "web", "last": "x"}], source_file=TUESDAY + "2"))
    wanted = [*(column.name for column in lake.contracts["orders"].columns), *LINEAGE]
    assert [field.name for field in lake.delta("orders").schema().fields] == wanted
    assert [name for name, _ in lake.catalog.get("orders").columns] == wanted
    assert lake.rows("orders", "order_id", "channel", "last") == [(1, None, None), (2, None, None), (3, "web", "x")]
    assert lake.delta("orders").history(3)[1]["operation"] == "ADD COLUMNS"


def test_a_contract_that_changes_a_column_is_refused(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1")]))
    columns = tuple(replace(c, type=STRING) if c.name == "order_num" else c for c in ORDERS.columns)
    lake.contracts["orders"] = replace(ORDERS, columns=columns)
    with pytest.raises(ContractError, match="order_num"):
        lake.load("orders", Sheet([order("2")]))
    assert lake.rows("orders", "order_id") == [(1,)]


def test_tables_have_the_oldest_protocol_and_timestamps_are_instants(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1"), order("x")]))
    for table in ("orders", "rejected_records"):
        protocol = lake.delta(table).protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
        assert not protocol.reader_features
    types = {field.name: field.type.type for field in lake.delta("orders").schema().fields}
    assert types["order_timestamp"] == "timestamp"
    assert types["total_amount"] == "decimal(12,2)"


def test_the_catalog_has_the_columns_of_the_delta_log(lake: TestLake) -> None:
    lake.load("orders", Sheet([order("1")]))
    table = lake.catalog.get("orders")
    assert table is not None
    assert table.columns[1:5] == (
        ("order_id", "bigint"), ("order_timestamp", "timestamp"), ("total_amount", "decimal(12,2)"), ("date", "date"),
    )  # fmt: skip
    assert table.partition_columns == ("date",)
    assert [each.name for each in lake.catalog.list()] == ["orders", "rejected_records"]


def test_a_csv_that_lost_rows_is_noticed_before_anything_is_written(lake: TestLake) -> None:
    manifest = lake.manifest("orders", [Sheet([order("1"), order("2")])])
    [csv] = [entry.key for entry in lake.storage.list("lakehouse/raw/orders/")]
    lake.storage.write(csv, lake.storage.read(csv).rsplit(b"\n", 2)[0] + b"\n")
    with pytest.raises(JobFailed, match="1 rows were read where 2 were to be"):
        lake.run(manifest)
    assert not lake.storage.exists("lakehouse/processed/orders/_delta_log/00000000000000000000.json")


def test_files_of_an_older_contract_are_read_by_name(lake: TestLake) -> None:
    older = lake.manifest("orders", [Sheet([order("1")])])
    lake.contracts["orders"] = replace(ORDERS, columns=(Column("note", STRING), *ORDERS.columns[::-1]))
    lake.run(older)
    assert lake.rows("orders", "order_id", "note", "total_amount") == [(1, None, Decimal("1.00"))]


def test_keys_far_apart_are_found_in_the_table(lake: TestLake) -> None:
    """More keys than ranges, over files whose statistics let most of them be skipped."""
    keys = [str(7**n) for n in range(22)] + [str(-(5**n)) for n in range(27)]
    for number in range(4):
        lake.load("orders", Sheet([order(key) for key in keys[number::4]], source_file=f"2026040{number}T-1/a.csv"))
    assert counted(lake.load("orders", Sheet([order(key) for key in keys], source_file=MONDAY))) == {"unchanged": 49}
