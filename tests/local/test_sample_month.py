"""A dirty sample, ingested: counts, rejects, tables and the origin of disputed rows are what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.local.shop import Answer, Shop

from lakectl.operations.sample import SampleResult, generate
from lakectl.sample.delivery import KEYS
from lakectl.sample.manifest import Fingerprint

MOMENT = "date_format(order_timestamp, '%Y-%m-%dT%H:%i:%s') as order_timestamp"
COLUMNS = {
    "products": "product_id, department_id, department, product_name",
    "orders": f"order_num, order_id, user_id, {MOMENT}, cast(total_amount as varchar) as total_amount",
    "order_items": "id, order_id, user_id, days_since_prior_order, product_id, add_to_cart_order, reordered, " + MOMENT,
}


def test_a_dirty_month_becomes_what_its_manifest_says(shop: Shop, tmp_path: Path) -> None:
    sample = generate(tmp_path / "sample", months=1, orders=150, dirty=12, seed=5)
    answer = shop.ingest(sample.folder)
    assert answer.code == 0
    assert _counts(answer) == _without_tables(sample)
    assert _rejects(shop) == sorted(map(_reject, sample.expected["rejects"]))
    for dataset, expected in sample.expected["datasets"].items():
        rows = shop.lakectl("query", f"select {COLUMNS[dataset]} from {dataset} order by {KEYS[dataset]}").json
        assert Fingerprint().add(rows).hex() == expected["sha256"], dataset
    _winners_are_in_the_tables(shop, sample)


def test_months_of_a_sample_can_be_loaded_one_by_one_and_backwards(local_shop: Shop, tmp_path: Path) -> None:
    sample = generate(tmp_path / "sample", months=2, orders=60, dirty=10, seed=6)
    for path in reversed(sample.files):
        assert local_shop.ingest(path).code == 0
    for dataset, expected in sample.expected["datasets"].items():
        rows = local_shop.lakectl("query", f"select {COLUMNS[dataset]} from {dataset} order by {KEYS[dataset]}").json
        assert Fingerprint().add(rows).hex() == expected["sha256"], dataset
    assert _rejects(local_shop) == sorted(map(_reject, sample.expected["rejects"]))


def _counts(answer: Answer) -> dict[str, dict[str, int]]:
    names = ("read", "inserted", "updated", "unchanged", "duplicate", "stale", "rejected")
    return {dataset["dataset"]: {name: dataset[name] for name in names} for dataset in answer.json["datasets"]}


def _without_tables(sample: SampleResult) -> dict[str, dict[str, int]]:
    return {
        dataset: {name: count for name, count in counts.items() if name not in ("files", "rows", "sha256")}
        for dataset, counts in sample.expected["datasets"].items()
    }


def _rejects(shop: Shop) -> list[tuple[Any, ...]]:
    found = shop.lakectl("rejects", "list").json
    return sorted(_reject({**reject, "file": reject["source_file"].rpartition("/")[2]}) for reject in found)


def _reject(reject: dict[str, Any]) -> tuple[Any, ...]:
    faults = sorted((fault["column"], str(fault["value"]), fault["rule"]) for fault in reject["faults"])
    return reject["dataset"], reject["file"], reject["sheet"] or "", reject["row"], faults


def _winners_are_in_the_tables(shop: Shop, sample: SampleResult) -> None:
    assert sample.expected["winners"]
    for dataset, key in KEYS.items():
        query = f"select {key}, _source_file, coalesce(_source_sheet, ''), _source_row from {dataset}"
        origins = {row[0]: (row[1].rpartition("/")[2], *row[2:]) for row in shop.rows(query)}
        for winner in sample.expected["winners"]:
            if winner["dataset"] == dataset:
                assert origins[winner["key"]] == (winner["file"], winner["sheet"], winner["row"])
