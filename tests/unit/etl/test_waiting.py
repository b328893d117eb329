"""What becomes of refused rows on every engine: those that wait for a parent are tried again, the others are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.etl.lakes import Sheet, TestLake
from tests.unit.etl.rows import MONDAY, TUESDAY, counted, item

from lakehouse import layout
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.tables import rejects_table


def test_a_row_whose_parent_is_missing_waits_and_is_right_in_the_end(lake: TestLake) -> None:
    lake.load("products", Sheet([{"product_id": "1"}]))
    first = lake.load("order_items", Sheet([item("1", "1"), item("2", "2"), item("3", "3")], source_file=MONDAY))
    assert (counted(first), first["waiting"]) == ({"inserted": 1, "rejected": 2}, 2)
    lake.load("products", Sheet([{"product_id": "2"}]))
    second = lake.load("order_items", Sheet([item("4", "1")], source_file=TUESDAY), retry_waiting=True)
    assert (second["read"], counted(second), second["waiting"]) == (3, {"inserted": 2, "rejected": 1}, 1)
    assert lake.rows("order_items", "id", "_source_file", "_source_row") == [
        (1, MONDAY, 2), (2, MONDAY, 3), (4, TUESDAY, 2),
    ]  # fmt: skip
    assert lake.rows("rejected_records", "row", "waiting", "execution", "resolved_by") == [
        (3, True, "exec-0002", "exec-0004"), (4, True, "exec-0002", None),
    ]  # fmt: skip


def test_a_row_that_waited_does_not_overwrite_a_later_one(lake: TestLake) -> None:
    lake.load("order_items", Sheet([item("1", "2")], source_file=MONDAY))
    lake.load("products", Sheet([{"product_id": "2"}]))
    later = {**item("1", "2"), "reordered": "1"}
    result = lake.load("order_items", Sheet([later], source_file=TUESDAY), retry_waiting=True)
    assert counted(result) == {"inserted": 1, "duplicate": 1}
    assert lake.rows("order_items", "reordered", "_source_file") == [(1, TUESDAY)]
    assert lake.faults("order_items") == []


@pytest.mark.parametrize(("early", "late", "outcome"), [("2", "1", "stale"), ("1", "2", "updated")])
def test_of_one_upload_the_later_sheet_wins_also_when_one_of_them_waited(
    lake: TestLake, early: str, late: str, outcome: str
) -> None:
    lake.load("products", Sheet([{"product_id": "1"}]))
    # Neither the sheets' names nor the rows' numbers are in the order of the sheets.
    first = Sheet([item("9", "1"), item("1", early)], sheet="z", position=1, source_file=MONDAY)
    second = Sheet([item("1", late)], sheet="a", position=2, source_file=MONDAY)
    assert counted(lake.load("order_items", first, second)) == {"inserted": 2, "rejected": 1}
    lake.load("products", Sheet([{"product_id": "2"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {outcome: 1}
    assert lake.rows("order_items", "id", "product_id") == [(1, int(late)), (9, 1)]


def test_a_table_of_rejects_of_an_earlier_version_is_gone_on_with(lake: TestLake) -> None:
    spec = rejects_table(lake.storage.uri(layout.table(layout.REJECTS_TABLE)))
    old = replace(spec, columns={name: type_ for name, type_ in spec.columns.items() if name != "sheets"})
    with at_work(open_engine(lake.engine)) as engine:
        engine.create(old)
    assert lake.load("order_items", Sheet([item("1", "2")]))["waiting"] == 1
    [(sheets, waiting)] = lake.rows("rejected_records", "sheets", "waiting")
    assert (list(dict(sheets).values()), waiting) == ([1], True)
    with at_work(open_engine(lake.engine)) as engine:
        assert list((engine.columns(spec) or {}).items()) == list(spec.columns.items())
    lake.load("products", Sheet([{"product_id": "2"}]))
    assert counted(lake.load("order_items", retry_waiting=True)) == {"inserted": 1}


def test_a_row_with_another_fault_does_not_wait(lake: TestLake) -> None:
    assert lake.load("order_items", Sheet([{**item("1", "2"), "reordered": "x"}]))["waiting"] == 0


def test_a_refused_row_is_kept_as_it_was(lake: TestLake) -> None:
    lake.load("orders", Sheet([{"order_num": " 07", "order_id": "", "order_timestamp": 'a, "b"\nc 🎉'}]))
    [(record, position)] = lake.rows("rejected_records", "record", "position")
    assert dict(record) == {
        "order_num": " 07", "order_id": None, "order_timestamp": 'a, "b"\nc 🎉', "total_amount": None,
    }  # fmt: skip
    assert position == 1
