"""What an execution leaves behind adds up over its rounds."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from lakehouse import outcomes
from lakehouse.lake import Lake


def test_rounds_of_a_dataset_are_added_up_and_the_gravest_status_stays(lake: Lake) -> None:
    fault = {"column": "order_id", "rule": "required", "count": 2}
    first = {"dataset": "orders", "status": "loaded", "read": 5, "inserted": 3, "rejected": 2, "faults": [fault]}
    second = {"dataset": "orders", "status": "loaded", "read": 1, "inserted": 0, "rejected": 1, "faults": [fault]}
    for number, outcome in enumerate((first, second), 1):
        outcomes.record_dataset(lake.storage, "e1", number, outcome)
    outcomes.record_dataset(lake.storage, "e1", 3, {"dataset": "orders", "status": "skipped"})
    (orders,) = outcomes.report(lake.storage, "e1").datasets
    assert (orders["status"], orders["read"], orders["inserted"], orders["rejected"]) == ("loaded", 6, 3, 3)
    assert orders["faults"] == [{**fault, "count": 4}]


def test_uploads_keep_their_order_and_all_that_was_said(lake: Lake) -> None:
    note = outcomes.NoteOutcome("kept_out", "not known", "colour", (1, 2))
    sheet = outcomes.SheetOutcome("s", "refused", "orders", 7, 2, "x", (note,))
    one = outcomes.UploadOutcome("a.xlsx", "refused", "why", sheets=(sheet,), detail="Traceback", settings="ab")
    two = outcomes.UploadOutcome("b.xlsx", "converted")
    outcomes.record_uploads(lake.storage, "e1", {"t-0002": two})
    outcomes.record_uploads(lake.storage, "e1", {"t-0001": one})
    assert outcomes.report(lake.storage, "e1").uploads == [one, two]


def test_what_an_older_version_kept_can_be_told(lake: Lake) -> None:
    old = {"file": "a.xlsx", "status": "converted", "reason": "", "sheets": 3, "refused_sheets": [], "notes": ["n"]}
    lake.storage.write("lakehouse/executions/e1/report.json", json.dumps({"uploads": {"t-0001": old}}).encode())
    assert outcomes.report(lake.storage, "e1").uploads == [outcomes.UploadOutcome("a.xlsx", "converted")]


def test_an_execution_without_an_end_has_none(lake: Lake) -> None:
    assert outcomes.report(lake.storage, "e1") == outcomes.Report([], [], {})
    outcomes.record_end(lake.storage, "e1", {"status": "SUCCEEDED", "error": None, "archived": 2})
    assert outcomes.report(lake.storage, "e1").ending["archived"] == 2


def test_datasets_that_end_at_once_are_all_kept(lake: Lake) -> None:
    names = [f"d{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record(lake, name), names))
    assert {each["dataset"] for each in outcomes.report(lake.storage, "e1").datasets} == set(names)


def record(lake: Lake, name: str) -> None:
    outcomes.record_dataset(lake.storage, "e1", 1, {"dataset": name, "status": "skipped"})


def test_datasets_are_told_in_the_order_in_which_they_were_first_reported(lake: Lake) -> None:
    for round_, name in ((1, "products"), (1, "orders"), (2, "products")):
        outcomes.record_dataset(lake.storage, "e1", round_, {"dataset": name, "status": "skipped"})
    assert [each["dataset"] for each in outcomes.report(lake.storage, "e1").datasets] == ["products", "orders"]
