"""What happens to each dataset: pending files, blocked children, rows that wait, files left over by a crash."""

from __future__ import annotations

import json

from tests.unit.lakehouse.conftest import NOW, ORDERS, PRODUCTS

from lakehouse import inbox, intake, planning
from lakehouse.lake import Lake

ITEMS = b"id,order_id,product_id,order_timestamp\n1,1,1,2026-04-01T10:00:00\n"


def bring(lake: Lake, **files: bytes) -> None:
    for name, data in files.items():
        lake.storage.write(f"uploads/{name}.csv", data)
    for batch in inbox.find_uploads(lake, "e0", 1, NOW):
        intake.convert_batch(lake, "e0", batch)


def loaded(lake: Lake, dataset: str, execution: str = "e1", waiting: int = 0) -> planning.Check:
    check = planning.check(lake, dataset, execution, 1, [])
    result = {"dataset": dataset, "waiting": waiting}
    lake.storage.write(f"{check.manifest}.result", json.dumps(result).encode())
    planning.mark(lake, check.manifest, f"{check.manifest}.result")
    return check


def test_datasets_come_after_what_they_refer_to(lake: Lake) -> None:
    levels = [[item["dataset"] for item in level["datasets"]] for level in planning.plan(lake)]
    assert levels == [["orders", "products"], ["order_items"]]
    assert planning.job_name("orders") == "etl_orders"
    assert planning.job_name("suppliers") == "etl_dataset"


def test_nothing_new_is_skipped_without_a_manifest(lake: Lake) -> None:
    check = planning.check(lake, "orders", "e1", 1, [])
    assert (check.action, check.reason, check.manifest) == ("skip", "nothing new", "")


def test_pending_files_run_once_and_are_then_known(lake: Lake) -> None:
    bring(lake, orders=ORDERS)
    check = loaded(lake, "orders")
    assert (check.action, check.files) == ("run", 1)
    manifest = json.loads(lake.storage.read(check.manifest))
    assert [file["dataset"] for file in manifest["files"]] == ["orders"]
    (marker,) = lake.markers.list("orders")
    assert marker.execution == "e1"


def test_loaded_files_that_still_lie_there_are_only_archived(lake: Lake) -> None:
    bring(lake, orders=ORDERS)
    loaded(lake, "orders")
    check = planning.check(lake, "orders", "e2", 1, [])
    assert check.action == "archive"
    assert json.loads(lake.storage.read(check.manifest))["files"] == []
    assert len(json.loads(lake.storage.read(check.manifest))["loaded"]) == 1


def test_a_child_of_a_failed_dataset_is_blocked_and_says_by_whom(lake: Lake) -> None:
    bring(lake, items=ITEMS)
    for status in ("failed", "blocked"):
        check = planning.check(lake, "order_items", "e1", 1, [{"dataset": "products", "status": status}])
        assert check.action == "blocked"
        assert "products" in check.reason
    other = planning.check(lake, "order_items", "e1", 1, [{"dataset": "orders", "status": "failed"}])
    assert other.action == "run"


def test_rows_that_wait_make_a_child_run_when_its_parent_is_loaded(lake: Lake) -> None:
    bring(lake, items=ITEMS, products=PRODUCTS)
    loaded(lake, "order_items", waiting=1)
    lake.storage.delete(next(e.key for e in lake.storage.list("lakehouse/raw/order_items/") if e.key.endswith(".csv")))
    nothing = planning.check(lake, "order_items", "e2", 1, [{"dataset": "products", "status": "skipped"}])
    assert nothing.action == "skip"
    again = planning.check(lake, "order_items", "e2", 1, [{"dataset": "products", "status": "loaded"}])
    assert (again.action, again.files) == ("run", 0)
    assert json.loads(lake.storage.read(again.manifest))["retry_waiting"] is True
