"""Generated dirty batches: counts, tables and rejects are what a second, independent writing of the rules says.

On the embedded engine, which is fast enough for many; `tests/spark` holds Spark to the same as this engine.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.etl.lakes import ITEMS, Sheet, TestLake
from tests.unit.etl.oracle import CELLS, COLUMNS, RECORD, Oracle

from lakehouse.etl.loading import OUTCOMES
from lakehouse.marks import MARK

ROWS = st.one_of(
    st.fixed_dictionaries({column: st.sampled_from(list(CELLS[column])) for column in COLUMNS}),
    st.fixed_dictionaries(
        {column: st.sampled_from([cell for cell in CELLS[column] if MARK not in cell]) for column in COLUMNS}
    ),
    st.just(RECORD),
)
SHEETS = st.lists(st.lists(ROWS, min_size=1, max_size=6), max_size=3)
# Each job: the products that come before it, and its sheets, which all belong to one upload.
JOBS = st.lists(st.tuples(st.lists(st.sampled_from([0, 1, 2, 3]), max_size=2), SHEETS), min_size=1, max_size=4)

MANY = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def sheets_of(upload: int, sheets: list[list[dict[str, str]]]) -> list[Sheet]:
    return [
        Sheet(rows, source_file=f"202604{upload:02}T000000000Z-0001/a.xlsx", sheet=f"day {position}", position=position)
        for position, rows in enumerate(sheets, start=1)
    ]


def values(lake: TestLake) -> list[tuple[object, ...]]:
    """The table's rows without lineage; none where there is no table yet."""
    return lake.rows("order_items", *COLUMNS, "date")


@MANY
@given(jobs=JOBS)
def test_counts_tables_and_rejects_are_the_oracles(jobs: list[tuple[list[int], list[list[dict]]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake, oracle = TestLake(Path(folder), "duckdb"), Oracle()
        for number, (products, sheets) in enumerate(jobs, start=1):
            if products:
                lake.load("products", Sheet([{"product_id": str(product)} for product in products]))
                oracle.products.update(products)
            delivered = sheets_of(number, sheets)
            result = lake.load("order_items", *delivered, retry_waiting=True)
            assert +Counter({name: result[name] for name in ("read", *OUTCOMES)}) == oracle.load(delivered)
            assert values(lake) == oracle.table()
            rejects = lake.rows("rejected_records", "source_file", "sheet", "row", "faults", "dataset", "resolved_by")
            assert [
                (*place, [(fault["column"], fault["value"], fault["rule"]) for fault in faults])
                for *place, faults, dataset, resolved_by in rejects
                if dataset == ITEMS.dataset and resolved_by is None
            ] == oracle.open_rejects()


@MANY
@given(rows=st.lists(ROWS, min_size=1, max_size=12), cuts=st.sets(st.integers(1, 11)))
def test_any_split_into_runs_gives_the_same_table(rows: list[dict[str, str]], cuts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole, split = TestLake(Path(folder) / "whole", "duckdb"), TestLake(Path(folder) / "split", "duckdb")
        products = Sheet([{"product_id": str(product)} for product in (1, 2, 3)])
        whole.load("products", products)
        split.load("products", products)
        whole.load("order_items", *sheets_of(1, [rows]))
        edges = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
        for number, start in enumerate(edges[:-1]):
            split.load("order_items", *sheets_of(number + 1, [rows[start : edges[number + 1]]]))
        assert values(split) == values(whole)
        told = [sorted((str(faults) for _, faults in lake.faults("order_items"))) for lake in (whole, split)]
        assert told[0] == told[1]
