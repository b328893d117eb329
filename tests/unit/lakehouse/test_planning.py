"""What happens to each dataset: pending files, blocked children, rows that wait, files left over by a crash."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.unit.lakehouse.conftest import NOW, ORDERS

from lakehouse import inbox, intake, planning, raw, waiting
from lakehouse.lake import Lake
from lakehouse.markers import Marker, ObjectMarkers

ITEMS = b"id,order_id,product_id,order_timestamp\n1,1,1,2026-04-01T10:00:00\n"


def bring(lake: Lake, **files: bytes) -> None:
    for name, data in files.items():
        lake.storage.write(f"uploads/{name}.csv", data)
    for batch in inbox.find_uploads(lake, "e0", 1, NOW):
        intake.convert_batch(lake, "e0", batch)


def loaded(lake: Lake, dataset: str, execution: str = "e1", waiting: int = 0) -> planning.Check:
    check = planning.check(lake, dataset, execution, 1, [])
    result = {"dataset": dataset, "waiting": waiting, "table_version": 1}
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


def commit(lake: Lake, dataset: str, version: int) -> None:
    lake.storage.write(f"lakehouse/processed/{dataset}/_delta_log/{version:020}.json", b"{}")


def left(lake: Lake, dataset: str) -> None:
    """What the archive step does: the loaded CSVs leave."""
    for entry in list(lake.storage.list(f"lakehouse/raw/{dataset}/")):
        lake.storage.delete(entry.key)


def test_rows_that_wait_are_tried_again_whoever_changed_the_parent(lake: Lake) -> None:
    bring(lake, items=ITEMS)
    loaded(lake, "order_items", waiting=1)
    left(lake, "order_items")
    assert planning.check(lake, "order_items", "e2", 1, []).action == "skip"  # there is no table of products yet
    commit(lake, "products", 0)
    again = planning.check(lake, "order_items", "e3", 1, [{"dataset": "products", "status": "skipped"}])
    assert (again.action, again.files) == ("run", 0)
    manifest = json.loads(lake.storage.read(again.manifest))
    assert (manifest["retry_waiting"], manifest["parents"]) == (True, {"products": 0})


def test_rows_that_still_wait_are_tried_again_only_after_the_next_change(lake: Lake) -> None:
    bring(lake, items=ITEMS)
    commit(lake, "products", 4)
    loaded(lake, "order_items", waiting=1)
    left(lake, "order_items")
    assert planning.check(lake, "order_items", "e2", 1, []).action == "skip"
    commit(lake, "products", 5)
    assert loaded(lake, "order_items", "e3", waiting=0).action == "run"
    commit(lake, "products", 6)
    assert planning.check(lake, "order_items", "e4", 1, []).action == "skip"  # nothing waits any more


def test_a_job_that_broke_before_it_was_marked_has_tried_nothing(lake: Lake) -> None:
    bring(lake, items=ITEMS)
    loaded(lake, "order_items", waiting=1)
    left(lake, "order_items")
    commit(lake, "products", 0)
    assert planning.check(lake, "order_items", "e2", 1, []).action == "run"  # killed after it
    assert planning.check(lake, "order_items", "e3", 1, []).action == "run"


@pytest.mark.parametrize("torn", [b"", b'{"rows": 1, "tri'])
def test_a_torn_record_of_waiting_rows_means_that_some_may_wait(lake: Lake, torn: bytes) -> None:
    lake.storage.write("lakehouse/rejected/waiting/order_items.json", torn)
    assert planning.check(lake, "order_items", "e1", 1, []).action == "skip"
    commit(lake, "products", 0)
    assert planning.check(lake, "order_items", "e1", 1, []).action == "run"


def test_a_record_of_an_older_lakectl_is_understood(lake: Lake) -> None:
    lake.storage.write("lakehouse/rejected/waiting/order_items.json", b'{"waiting": 2}')
    commit(lake, "products", 7)
    assert planning.check(lake, "order_items", "e1", 1, []).action == "run"


def test_rows_that_wait_are_remembered_before_the_files_are_marked(lake: Lake) -> None:
    bring(lake, items=ITEMS)
    check = planning.check(lake, "order_items", "e1", 1, [])
    lake.storage.write("result", json.dumps({"dataset": "order_items", "waiting": 3, "table_version": 5}).encode())
    broken = replace(lake, markers=Refusing(lake.markers))
    with pytest.raises(ConnectionError):
        planning.mark(broken, check.manifest, "result")
    assert waiting.tell(lake.storage, "order_items") == waiting.Waiting(3, {"products": None}, 5)


class Refusing(ObjectMarkers):
    """Markers of a lake whose connection breaks as soon as one is to be written."""

    def __init__(self, _markers: object) -> None:
        pass

    def known(self, dataset: str) -> set[str]:
        return set()

    def put(self, markers: Iterable[Marker]) -> None:
        raise ConnectionError


def test_sheets_of_an_upload_whose_marking_broke_off_are_read_together_again(lake: Lake) -> None:
    bring(lake, a=ORDERS, b=ORDERS.replace(b"9.50", b"7.50"))
    [first, second] = raw.lying(lake.storage, "orders")
    sheet = replace(second, source_file=first.source_file, position=2)  # as if both were sheets of one workbook
    raw.describe(lake.storage, sheet)
    lake.markers.put([Marker("orders", sheet.id, sheet.key, sheet.source_file, "", "", "processed", "", "e0", "")])
    assert planning.split(lake, "orders") == ([first, sheet], [])
    lake.markers.put([Marker("orders", first.id, first.key, first.source_file, "", "", "processed", "", "e0", "")])
    assert planning.split(lake, "orders") == ([], [first, sheet])
