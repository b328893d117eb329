"""Any dirty deliveries, in any order: both engines end with the same rows, the same rejects and the same counts."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.spark.twins import Twins, delivered

from lakehouse.marks import marked

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]

# Few keys and few moments, so that rows meet: in a sheet, between sheets, with the table, and with parents that lack.
KEYS = st.sampled_from(
    [
        *(*map(str, range(12)), "3.0", " 4", "+5", "", None, "x", "1e3", "#N/A", "99999999999999999999", "\xa06\t"),
        *(
            marked("1.000", rule="ambiguous"),
            marked("acht", read="8"),
            marked("n° 13", read=" 13"),
            marked("-", read=""),
        ),
        *(marked("=A1", rule="not_calculated"), marked("", rule="excel_error")),
    ]
)
MOMENTS = st.sampled_from(
    [
        *("2025-04-01", "2025-04-01T00:00:00Z", "2025-04-01T10:00", "2025-04-01T23:30:00-02:00", "2025-04-02T01:30"),
        *("2025-04-03 10:00:00.25", "2025-02-30", "soon", "", None, "2025-04-01 6:00 -0400", "2025-04-02 10:00:00 UTC"),
        *(marked("1.4.25", read="2025-04-01 09:00"), marked("bald", read="soon"), marked("\x00", rule="characters")),
    ]
)
AMOUNTS = st.sampled_from(
    ["1", "1.0", "1.00", "-0", "0", "2.345", "9999999999.99", "10000000000", "1,5", "", None, marked("1,5", read="1.5")]
)
NAMES = st.sampled_from(["a", "A", "a ", "ä", "🎉", 'q"', "l\r\nf", "#REF!", "", None, "\ufeff", marked("-", read="")])

PRODUCT = st.fixed_dictionaries({"product_id": KEYS, "product_name": NAMES})
ORDER = st.fixed_dictionaries(
    {"order_num": KEYS, "order_id": KEYS, "order_timestamp": MOMENTS, "total_amount": AMOUNTS}
)
ITEM = st.fixed_dictionaries(
    {"id": KEYS, "product_id": KEYS, "reordered": st.sampled_from(["0", "1", "1.0", "2", "", None])}
    | {"order_timestamp": MOMENTS}
)


def _or_records(rows: st.SearchStrategy[dict[str, Any]], first: str) -> st.SearchStrategy[dict[str, Any]]:
    """One row in ten cannot be split into cells."""
    record = st.just({first: marked('1,"x"y', rule="cells")})
    return st.integers(0, 9).flatmap(lambda digit: rows if digit else record)


def _sheets(rows: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[list[dict[str, Any]]]]:
    return st.lists(st.lists(rows, min_size=5, max_size=60), min_size=1, max_size=3)


DATASETS = {
    "products": _or_records(PRODUCT, "product_id"),
    "orders": _or_records(ORDER, "order_num"),
    "order_items": _or_records(ITEM, "id"),
}
RUNS = st.lists(st.fixed_dictionaries({name: _sheets(rows) for name, rows in DATASETS.items()}), min_size=2, max_size=2)


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(RUNS)
def test_both_engines_do_the_same(runs: list[dict[str, list[list[dict[str, Any]]]]]) -> None:
    with TemporaryDirectory() as folder:
        twins = Twins(Path(folder))
        delivery = 0
        for number, run in enumerate(runs):
            for dataset, sheets in run.items():
                delivery += 1
                files = [
                    delivered(rows, delivery, sheet=f"S{position}", position=position)
                    for position, rows in enumerate(sheets, start=1)
                ]
                retry = number > 0 and dataset == "order_items"
                result = twins.load(dataset, *files, retry_waiting=retry)
                assert result["read"] >= sum(map(len, sheets))
