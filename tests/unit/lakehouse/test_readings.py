"""The same content, read otherwise, is something else; read the same way, it is what it was."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.unit.lakehouse.conftest import NOW, ORDERS
from tests.unit.lakehouse.test_uploads_apart import Converter

from lakehouse import inbox, intake, layout, outcomes, raw, readings
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.lake import Lake
from lakehouse.markers import Marker, sheet_id

COMMA = Reading(decimal_separator=",")


def bring(lake: Lake, execution: str, reading: Reading = NONE) -> outcomes.UploadOutcome:
    """What becomes of the orders when a call brings them, and another execution finds them."""
    call = f"20260401T120000Z-{execution}"
    inbox.announce(lake, call, ["o.csv"], readings.as_json(reading), NOW)
    lake.storage.write(inbox.staged(call, 1, "o.csv"), ORDERS)
    inbox.complete(lake, call)
    for batch in inbox.find_uploads(lake, execution, 1, NOW):
        intake.convert_batch(lake, execution, batch, converter=Converter())
    return outcomes.report(lake.storage, execution).uploads[-1]


def load(lake: Lake) -> None:
    for file in raw.lying(lake.storage, "orders"):
        marker = Marker(
            "orders", file.id, file.key, file.source_file, "", file.upload_sha256, "processed", "", "e0", ""
        )
        lake.markers.put([marker])
        lake.storage.delete(file.key)
    for entry in list(lake.storage.list(layout.INCOMING)):
        lake.storage.delete(entry.key)


def set_in_contract(lake: Lake, dataset: str, reading: Reading, column: str = "") -> None:
    contract = lake.contracts[dataset]
    if column:
        columns = tuple(replace(each, reading=reading) if each.name == column else each for each in contract.columns)
        lake.contracts[dataset] = replace(contract, columns=columns)
    else:
        lake.contracts[dataset] = replace(contract, reading=reading)


def test_without_settings_every_key_and_identity_is_what_it_always_was(lake: Lake) -> None:
    outcome = bring(lake, "e1")
    (file,) = raw.lying(lake.storage, "orders")
    assert file.id == sheet_id(outcome.sha256, "")
    assert lake.storage.exists(f"lakehouse/conversions/{outcome.sha256}.json")


def test_a_call_that_reads_otherwise_loads_the_same_content_again_and_once(lake: Lake) -> None:
    bring(lake, "e1")
    load(lake)
    assert bring(lake, "e2").status == "skipped"
    load(lake)
    assert bring(lake, "e3", COMMA).status == "converted"
    load(lake)
    assert bring(lake, "e4", COMMA).status == "skipped"
    assert bring(lake, "e5", Reading(decimal_separator=".")).status == "converted"


def test_whichever_execution_finds_a_file_reads_it_as_its_call_said(lake: Lake) -> None:
    bring(lake, "e1", Reading(date_formats=("%d.%m.%Y", "%d/%m/%y")))
    (listed,) = json.loads(lake.storage.read("lakehouse/executions/e1/inbox.001.json"))
    assert readings.from_json(inbox.Upload(**listed).reading) == Reading(date_formats=("%d.%m.%Y", "%d/%m/%y"))


def test_a_contract_that_reads_its_dataset_otherwise_loads_it_again(lake: Lake) -> None:
    bring(lake, "e1")
    load(lake)
    set_in_contract(lake, "products", COMMA)  # another dataset's affair
    assert bring(lake, "e2").status == "skipped"
    load(lake)
    set_in_contract(lake, "orders", COMMA)
    assert bring(lake, "e3").status == "converted"
    load(lake)
    assert bring(lake, "e4").status == "skipped"
    load(lake)
    set_in_contract(lake, "orders", Reading(null_values=("n/a",)), "total_amount")
    assert bring(lake, "e5").status == "converted"


def test_a_call_that_says_what_the_contract_says_changes_nothing(lake: Lake) -> None:
    set_in_contract(lake, "orders", COMMA)
    bring(lake, "e1")
    load(lake)
    outcome = bring(lake, "e2", COMMA)
    assert (outcome.status, "loaded by execution e0" in outcome.reason) == ("skipped", True)


def test_csvs_that_were_read_by_settings_that_hold_no_longer_are_not_loaded(lake: Lake) -> None:
    bring(lake, "e1")
    (before,) = raw.lying(lake.storage, "orders")
    set_in_contract(lake, "orders", COMMA)
    bring(lake, "e2")
    (after,) = raw.lying(lake.storage, "orders")
    assert after.id != before.id
