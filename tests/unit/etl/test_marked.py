"""Cells that the conversion has marked, and records that it could not split, on every engine."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.etl.lakes import ORDERS, STRING, Sheet, TestLake
from tests.unit.etl.rows import MONDAY, TUESDAY, counted, item, order

from lakehouse import layout
from lakehouse.contracts.model import Column
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.tables import rejects_table
from lakehouse.marks import RULES, marked


def read_as(lake: TestLake) -> list[tuple[int, dict[str, str] | None]]:
    """By row, what the cells of open rejects are read as."""
    rows = lake.rows("rejected_records", "row", "read_as", "resolved_by")
    return [(row, None if read is None else dict(read)) for row, read, resolved_by in rows if resolved_by is None]


@pytest.mark.parametrize("rule", sorted({*RULES} - {"cells"}))
def test_a_cell_that_is_a_fault_already_has_no_other(lake: TestLake, rule: str) -> None:
    """Neither `required` nor `type` is told beside it, of a key or not; the reject keeps what stood in the file."""
    cells = {"order_id": marked("=A1+B1", rule=rule), "total_amount": marked("", rule=rule)}
    result = lake.load("orders", Sheet([order("1"), {**order("2"), **cells}]))
    assert counted(result) == {"inserted": 1, "rejected": 1}
    assert lake.faults("orders") == [(3, [("order_id", "=A1+B1", rule), ("total_amount", None, rule)])]
    [(record,)] = lake.rows("rejected_records", "record")
    assert dict(record) == {
        "order_num": None, "order_id": "=A1+B1", "order_timestamp": "2026-04-01T10:00:00", "total_amount": None,
    }  # fmt: skip


def test_other_faults_of_the_row_are_told_beside_it(lake: TestLake) -> None:
    row = {**item("", "9"), "reordered": marked("1.000", rule="ambiguous"), "order_timestamp": "#N/A"}
    assert lake.load("order_items", Sheet([row]))["waiting"] == 0
    assert lake.faults("order_items") == [
        (2, [("id", None, "required"), ("product_id", "9", "foreign_key"), ("reordered", "1.000", "ambiguous"),
             ("order_timestamp", "#N/A", "excel_error")]),
    ]  # fmt: skip


def test_a_key_that_is_a_fault_does_not_wait_for_its_parent(lake: TestLake) -> None:
    row = {**item("1", "9"), "product_id": marked("=X", rule="not_calculated")}
    assert lake.load("order_items", Sheet([row]))["waiting"] == 0
    assert lake.faults("order_items") == [(2, [("product_id", "=X", "not_calculated")])]


def test_a_cell_is_judged_as_what_it_is_read_as(lake: TestLake) -> None:
    """Its value is that of the text it is read as; so are its faults, which tell what stood in the file."""
    lake.contracts["orders"] = replace(ORDERS, columns=(*ORDERS.columns, Column("note", STRING)))
    moment = marked("1.4.2026 12 Uhr", read=" 2026-04-01 12:00 +02:00")
    rows = [
        {"order_id": marked("1.000", read="1000"), "order_timestamp": moment, "total_amount": marked("n/a", read="")},
        {**order("2"), "total_amount": marked("12,5", read="12.5"), "note": marked("-", read=" x ")},
        {**order("3"), "total_amount": marked("1,005", read="1.005")},
        {**order("4"), "order_id": marked('a "b"\nc', read="")},
        {**order("5"), "note": marked("", read="empty")},
        {**order("6"), "total_amount": "12,5", "note": marked("?", read="#REF!")},
    ]
    assert counted(lake.load("orders", Sheet(rows))) == {"inserted": 3, "rejected": 3}
    ten = dt.datetime(2026, 4, 1, 10, tzinfo=dt.UTC)
    assert lake.rows("orders", "order_id", "order_timestamp", "total_amount", "note") == [
        (2, ten, Decimal("12.50"), " x "), (5, ten, Decimal("1.00"), "empty"), (1000, ten, None, None),
    ]  # fmt: skip
    assert lake.faults("orders") == [
        (4, [("total_amount", "1,005", "scale")]),
        (5, [("order_id", 'a "b"\nc', "required")]),
        (7, [("total_amount", "12,5", "type"), ("note", "?", "excel_error")]),
    ]
    assert read_as(lake) == [(4, None), (5, None), (7, None)]


def test_a_record_that_cannot_be_split_is_one_fault(lake: TestLake) -> None:
    text = '7,"a "b" c",2026-04-01,\n1,x'
    rows = [order("1"), lake.broken("orders", text), {**order("x"), "total_amount": marked("0", rule="ambiguous")}]
    assert counted(lake.load("orders", Sheet(rows))) == {"inserted": 1, "rejected": 2}
    assert lake.faults("orders") == [
        (3, [("", text, "cells")]), (4, [("order_id", "x", "type"), ("total_amount", "0", "ambiguous")])
    ]  # fmt: skip
    [(_, record), _] = lake.rows("rejected_records", "row", "record")
    assert dict(record) == dict.fromkeys(("order_num", "order_id", "order_timestamp", "total_amount"))


def test_a_record_that_cannot_be_split_does_not_wait(lake: TestLake) -> None:
    result = lake.load("order_items", Sheet([item("1", "9"), lake.broken("order_items", "a,b,c,d,e,f")]))
    assert (result["rejected"], result["waiting"]) == (2, 1)
    lake.load("products", Sheet([{"product_id": "9"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {"inserted": 1}


def test_a_broken_record_of_a_file_that_is_older_than_a_column(lake: TestLake) -> None:
    manifest = lake.manifest("orders", [Sheet([lake.broken("orders", "?"), order("1")])])
    lake.contracts["orders"] = replace(ORDERS, columns=(Column("channel", STRING), *ORDERS.columns))
    assert counted(lake.run(manifest)) == {"inserted": 1, "rejected": 1}
    assert lake.faults("orders") == [(2, [("", "?", "cells")])]


def test_files_with_and_without_marks_are_loaded_together(lake: TestLake) -> None:
    marks = Sheet([{**order("1"), "total_amount": marked("2,5", read="2.5")}], source_file=MONDAY)
    assert counted(lake.load("orders", marks, Sheet([order("2", amount="1,5")], source_file=TUESDAY))) == {
        "inserted": 1, "rejected": 1,
    }  # fmt: skip
    assert lake.faults("orders") == [(2, [("total_amount", "1,5", "type")])]


def test_a_row_that_waits_is_judged_again_as_what_it_was_read_as(lake: TestLake) -> None:
    """Twice: once when its parent is still not there, and once when it is."""
    row = {
        "id": marked("1.000", read="1000"), "product_id": marked("n° 2", read="2"), "reordered": marked("-", read=""),
        "order_timestamp": "2026-04-01",
    }  # fmt: skip
    assert lake.load("order_items", Sheet([row, item("3", "2")], source_file=MONDAY))["waiting"] == 2
    assert lake.faults("order_items")[0] == (2, [("product_id", "n° 2", "foreign_key")])
    assert read_as(lake) == [(2, {"id": "1000", "product_id": "2", "reordered": ""}), (3, None)]
    version = lake.delta("rejected_records").version()
    again = lake.load("order_items", retry_waiting=True)
    assert (again["read"], counted(again), again["waiting"]) == (2, {"rejected": 2}, 2)
    assert lake.delta("rejected_records").version() == version
    [(_, record), _] = lake.rows("rejected_records", "row", "record")
    assert (dict(record)["id"], dict(record)["reordered"]) == ("1.000", "-")
    lake.load("products", Sheet([{"product_id": "2"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {"inserted": 2}
    assert lake.rows("order_items", "id", "product_id", "reordered") == [(3, 2, 0), (1000, 2, None)]


def test_a_row_that_waits_and_is_read_otherwise_when_its_file_is_read_again(lake: TestLake) -> None:
    """A setting that was corrected meanwhile holds, though the faults are the same."""
    for read in ("20", "2"):
        row = {**item("1", "2"), "product_id": marked("zwei", read=read)}
        assert lake.load("order_items", Sheet([row], source_file=MONDAY))["waiting"] == 1
    assert read_as(lake) == [(2, {"product_id": "2"})]
    lake.load("products", Sheet([{"product_id": "2"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {"inserted": 1}


def test_a_lake_whose_rejects_know_nothing_of_readings_is_gone_on_with(lake: TestLake) -> None:
    spec = rejects_table(lake.storage.uri(layout.table(layout.REJECTS_TABLE)))
    with at_work(open_engine(lake.engine)) as engine:
        engine.create(replace(spec, columns={name: type_ for name, type_ in spec.columns.items() if name != "read_as"}))
    row = {**item("1", "2"), "product_id": marked("zwei", read="2")}
    assert lake.load("order_items", Sheet([row]), retry_waiting=True)["waiting"] == 1
    with at_work(open_engine(lake.engine)) as engine:
        assert list((engine.columns(spec) or {}).items()) == list(spec.columns.items())
    lake.load("products", Sheet([{"product_id": "2"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {"inserted": 1}


def test_rules_that_no_cell_can_break_are_not_marked() -> None:
    with pytest.raises(ValueError, match="'type'"):
        marked("x", rule="type")
