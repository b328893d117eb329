"""An interruption is never lost, whenever it comes: Ctrl-C may fall between two statements."""

from __future__ import annotations

import threading

import pytest

from lakehouse.errors import JobFailed
from lakehouse.etl.engines.duckdb import DuckDBEngine
from lakehouse.etl.sql import statement

ENDLESS = "SELECT SUM(a.i * b.i) AS s FROM ten AS a CROSS JOIN ten AS b"


def test_a_statement_after_the_interruption_does_not_begin() -> None:
    engine = DuckDBEngine()
    engine.interrupt()
    with pytest.raises(JobFailed, match="interrupted"):
        engine.rows(statement("SELECT 1 AS one"))
    engine.close()


def test_a_statement_that_begins_at_that_very_moment_is_ended() -> None:
    for _ in range(20):
        engine = DuckDBEngine()
        engine.keep("ten", statement("SELECT EXPLODE(SEQUENCE(1, 1000000)) AS i"))
        together = threading.Barrier(2)

        def press(engine: DuckDBEngine = engine, together: threading.Barrier = together) -> None:
            together.wait()
            engine.interrupt()

        threading.Thread(target=press).start()
        together.wait()
        with pytest.raises(JobFailed, match="interrupted"):
            engine.rows(statement(ENDLESS))
        engine.close()
