"""Upkeep leaves the rows as they are and fewer files, and never while somebody writes."""

from __future__ import annotations

import pytest
from tests.unit.etl.lakes import Sheet, TestLake

from lakehouse import lock
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.upkeep import keep_up, main
from lakehouse.lake import Lake
from lakehouse.lock import Lock
from lakehouse.markers import ObjectMarkers


def _opened(lake: TestLake, *running: str) -> Lake:
    return Lake(lake.storage, ObjectMarkers(lake.storage), Lock(lake.storage, running.__contains__))


def _filled(lake: TestLake) -> None:
    """Four small files in each table. The embedded engine writes them: what is kept up is the same whoever did."""
    writer = TestLake(lake.folder, "duckdb")
    for number in range(1, 5):
        row = {"product_id": str(number), "department": "Books", "product_name": f"Book {number}"}
        source = f"20260401T00000000{number}Z-0001/a.xlsx"
        writer.load("products", Sheet([row, {"product_id": "x"}], source_file=source))


def test_small_files_are_put_together_and_every_row_is_still_there(lake: TestLake) -> None:
    _filled(lake)
    before = {name: len(lake.delta(name).file_uris()) for name in ("products", "rejected_records")}
    with at_work(open_engine(lake.engine)) as engine:
        told = keep_up(_opened(lake), engine, "upkeep-1")
    assert told == "kept up: products, rejected_records"
    assert before == {"products": 4, "rejected_records": 4}
    assert {name: len(lake.delta(name).file_uris()) for name in before} == {"products": 1, "rejected_records": 1}
    assert lake.rows("products", "product_id") == [(1,), (2,), (3,), (4,)]
    again = lake.load("products", Sheet([{"product_id": "4", "department": "Books", "product_name": "Book 4"}]))
    assert again["unchanged"] == 1


def test_nothing_is_done_while_an_execution_writes(lake: TestLake) -> None:
    _filled(lake)
    opened = _opened(lake, "e1")
    opened.lock.acquire(lock.PIPELINE, "e1")
    with at_work(open_engine(lake.engine)) as engine:
        assert keep_up(opened, engine, "upkeep-1").startswith("e1 is writing")
    assert len(lake.delta("products").file_uris()) == 4


def test_the_lock_is_given_back_when_upkeep_breaks(lake: TestLake) -> None:
    _filled(lake)
    opened = _opened(lake)
    with at_work(open_engine(lake.engine)) as engine:
        engine.compact = lambda *_: 1 / 0  # type: ignore[method-assign,assignment,return-value]
        with pytest.raises(ZeroDivisionError):
            keep_up(opened, engine, "upkeep-1")
    assert opened.lock.holder(lock.PIPELINE) == ""


def test_the_job_says_what_it_has_done(lake: TestLake, capsys: pytest.CaptureFixture[str]) -> None:
    _filled(lake)
    main(["--JOB_NAME", "optimize_tables", "--lake", str(lake.folder), "--engine", lake.engine, "--contracts", ""])
    assert "kept up: products, rejected_records" in capsys.readouterr().out
