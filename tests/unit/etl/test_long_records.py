"""Records that are longer than an engine's own limit: they are loaded, or one reject, and never the end of a job."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.etl.lakes import ORDERS, STRING, Sheet, TestLake
from tests.unit.etl.rows import counted, order

from lakehouse.contracts.model import Column

# Lines that look like records of their own, should a reader begin in the middle.
LINE = '5,6,2026-04-01T10:00:00,1.00,"y",77\n'
LENGTH = 20_000_000


def test_a_record_of_20_mb(lake: TestLake) -> None:
    """As text it is loaded; as a number it is one reject. The rows around it are loaded."""
    lake.contracts["orders"] = replace(ORDERS, columns=(*ORDERS.columns, Column("note", STRING)))
    text = LINE * (LENGTH // len(LINE))
    before, after = ([order(str(number)) for number in range(start, start + 50)] for start in (0, 100))
    rows = [*before, {**order("200"), "note": text}, {**order("201"), "order_num": text}, *after]
    assert counted(lake.load("orders", Sheet(rows))) == {"inserted": 101, "rejected": 1}
    loaded = dict(lake.rows("orders", "order_id", "note"))
    assert loaded.pop(200) == text
    assert set(loaded.values()) == {None}
    assert lake.faults("orders") == [(53, [("order_num", text, "type")])]
