"""The same jobs on both engines, in two lakes: whatever one does, the other must have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.etl.lakes import Sheet, TestLake

from lakehouse import layout
from lakehouse.contracts.model import Contract
from lakehouse.etl.engines.duckdb import DuckDBEngine
from lakehouse.etl.live import at_work
from lakehouse.etl.sql import statement
from lakehouse.etl.tables import TableSpec, dataset_table, rejects_table


def stored(lake: TestLake, table: str) -> list[dict[str, Any]]:
    """A table's rows, sorted by all they hold; of the times at which rows were refused or resolved only whether."""
    location = lake.storage.uri(layout.table(table))
    spec = rejects_table(location) if table == layout.REJECTS_TABLE else dataset_table(lake.contracts[table], location)
    return sorted(map(_timeless, _scan(spec)), key=repr)


def _scan(spec: TableSpec) -> list[dict[str, Any]]:
    with at_work(DuckDBEngine()) as engine:
        engine.scan("stored", spec)
        return engine.rows(statement("SELECT * FROM stored"))


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value is not None if name.endswith("_at") else value for name, value in row.items()}


class Twins:
    """Two lakes with the same contracts, one on each engine."""

    def __init__(self, folder: Path, contracts: Mapping[str, Contract] | None = None) -> None:
        self.lakes = [TestLake(folder / engine, engine) for engine in ("duckdb", "spark")]
        for lake in self.lakes:
            lake.contracts = dict(contracts or lake.contracts)

    def load(self, dataset: str, *sheets: Sheet, retry_waiting: bool = False) -> dict[str, Any]:
        """Runs the job on both, asserts that all they tell and leave is equal, and returns what they tell."""
        embedded, spark = (lake.load(dataset, *sheets, retry_waiting=retry_waiting) for lake in self.lakes)
        # One engine may need a commit more or less; what is in the tables is what counts.
        assert {**embedded, "table_version": 0} == {**spark, "table_version": 0}
        self.assert_equal(dataset, layout.REJECTS_TABLE)
        return spark

    def assert_equal(self, *tables: str) -> None:
        """The tables hold the same rows and have the same columns and protocol in both lakes."""
        for table in tables:
            embedded, spark = self.lakes
            assert stored(embedded, table) == stored(spark, table)
            assert embedded.catalog.get(table).columns == spark.catalog.get(table).columns
            for lake in self.lakes:
                protocol = lake.delta(table).protocol()
                assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, on which both agree."""
        self.assert_equal(table)
        return stored(self.lakes[0], table)


def delivered(rows: Sequence[Mapping[str, str | None]], number: int, **origin: Any) -> Sheet:
    """Rows as the sheet of the delivery with that number."""
    return replace(Sheet(rows, f"20260401T000000000Z-{number:04}/a.xlsx"), **origin)
