"""Uploads become raw CSVs: order of delivery, identity by content, and what a second look finds."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from tests.unit.lakehouse.conftest import NOW, ORDERS, PRODUCTS

from lakehouse import inbox, intake, layout, outcomes, raw
from lakehouse.contracts.model import Column, Type
from lakehouse.lake import Lake
from lakehouse.markers import Marker


def take_in(lake: Lake, execution: str, now: dt.datetime = NOW, round_: int = 1) -> list[outcomes.UploadOutcome]:
    before = len(outcomes.report(lake.storage, execution).uploads)
    for batch in inbox.find_uploads(lake, execution, round_, now):
        intake.convert_batch(lake, execution, batch)
    return outcomes.report(lake.storage, execution).uploads[before:]


def mark_all(lake: Lake) -> None:
    for dataset in lake.contracts:
        for file in raw.lying(lake.storage, dataset):
            m = Marker(dataset, file.id, file.key, file.source_file, "", file.upload_sha256, "processed", "", "e0", "")
            lake.markers.put([m])


def arrive(lake: Lake, key: str, data: bytes, seconds: int) -> None:
    lake.storage.write(key, data)
    os.utime(lake.storage.uri(key), (seconds, seconds))


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


ORDER = ["order_id", "order_timestamp"]


def test_uploads_are_ordered_by_arrival_then_key(lake: Lake) -> None:
    arrive(lake, "uploads/z.csv", PRODUCTS, 100)
    arrive(lake, "uploads/b.csv", ORDERS, 200)
    arrive(lake, "uploads/a/b.csv", ORDERS, 200)
    found = [upload.source_file for upload in inbox.lying(lake, NOW)]
    stamp = "20260401T120000000Z"
    assert found == [f"{stamp}-0001/z.csv", f"{stamp}-0002/a/b.csv", f"{stamp}-0003/b.csv"]


def test_files_of_ingest_keep_their_names_and_the_order_of_the_arguments(lake: Lake) -> None:
    for number, name in enumerate(("z-1-a.csv", "a.csv"), 1):
        arrive(lake, inbox.staged("20260401T120000Z-abcdef", number, name), ORDERS, 100)
    assert [upload.name for upload in inbox.lying(lake, NOW)] == ["z-1-a.csv", "a.csv"]


def test_files_of_one_ingest_stay_in_the_order_of_the_arguments_whichever_was_copied_first(lake: Lake) -> None:
    arrive(lake, "uploads/between.csv", PRODUCTS, 150)
    for number, seconds in ((1, 300), (2, 100), (3, 200)):
        arrive(lake, inbox.staged("20260401T120000Z-abcdef", number, f"{number}.csv"), ORDERS, seconds)
    assert [upload.name for upload in inbox.lying(lake, NOW)] == ["1.csv", "2.csv", "3.csv", "between.csv"]
    places = [upload.source_file for upload in inbox.brought(lake, "20260401T120000Z-abcdef")]
    assert places == [f"19700101T000140000Z-0000{number}-abcdef/{number}.csv" for number in (1, 2, 3)]


def test_a_file_that_stays_while_others_of_its_ingest_leave_is_no_new_arrival(lake: Lake) -> None:
    for number, seconds in ((1, 100), (2, 200)):
        arrive(lake, inbox.staged("20260401T120000Z-abcdef", number, f"{number}.csv"), ORDERS, seconds)
    inbox.find_uploads(lake, "e1", 1, NOW)
    lake.storage.delete(inbox.staged("20260401T120000Z-abcdef", 1, "1.csv"))
    assert inbox.arrivals(lake, "e1", NOW) == []


def test_a_run_waits_until_nothing_has_arrived_for_a_while(lake: Lake) -> None:
    noon = NOW.timestamp()
    assert inbox.unrest(lake, 20, 0, NOW) == 0
    arrive(lake, "uploads/a.csv", ORDERS, int(noon) - 300)
    assert inbox.unrest(lake, 20, 0, NOW) == 0
    arrive(lake, "uploads/b.csv", ORDERS, int(noon) - 5)
    assert inbox.unrest(lake, 20, 0, NOW) == 15
    assert inbox.unrest(lake, 0, 0, NOW) == 0


def test_whoever_never_stops_sending_keeps_nobody_waiting_for_ever(lake: Lake) -> None:
    arrive(lake, "uploads/b.csv", ORDERS, int(NOW.timestamp()))
    assert inbox.unrest(lake, 20, 199, NOW) == 20
    assert inbox.unrest(lake, 20, 200, NOW) == 0


def test_same_name_in_two_folders_are_two_uploads(lake: Lake) -> None:
    arrive(lake, "uploads/north/day1.csv", ORDERS, 1)
    arrive(lake, "uploads/south/day1.csv", ORDERS.replace(b"9.50", b"1.00"), 2)
    assert [outcome.status for outcome in take_in(lake, "e1")] == ["converted", "converted"]
    assert len(raw.lying(lake.storage, "orders")) == 2


def test_sheets_that_differ_only_in_case_or_punctuation_do_not_collide(lake: Lake) -> None:
    rows = [ORDER, [1, "2026-04-01T00:00:00"]]
    lake.storage.write("uploads/w.xlsx", workbook({"Day 1": rows, "Day-1": rows, "Day.1": rows}))
    lake.storage.write("uploads/W.xlsx", workbook({"Day 1": rows, "day_1": [ORDER, [2, "2026-04-01T00:00:00"]]}))
    take_in(lake, "e1")
    keys = {file.key.casefold() for file in raw.lying(lake.storage, "orders")}
    assert len(keys) == 5


def test_the_same_content_under_another_name_is_skipped_in_the_same_run(lake: Lake) -> None:
    arrive(lake, "uploads/a.csv", ORDERS, 1)
    arrive(lake, "uploads/b.csv", ORDERS, 2)
    first, second = take_in(lake, "e1")
    assert (first.status, second.status) == ("converted", "skipped")
    assert second.reason == f"same content as {first.source_file}"
    assert len(raw.lying(lake.storage, "orders")) == 1


def test_loaded_content_is_skipped_and_says_who_loaded_it(lake: Lake) -> None:
    lake.storage.write("uploads/a.csv", ORDERS)
    take_in(lake, "e1")
    mark_all(lake)
    lake.storage.delete("uploads/a.csv")
    lake.storage.write("uploads/copy.csv", ORDERS)
    (outcome,) = take_in(lake, "e2")
    assert outcome.status == "skipped"
    assert outcome.reason.endswith("/a.csv, loaded by execution e0")
    (skip,) = lake.markers.list("_uploads")
    assert (skip.status, skip.key) == ("skipped", "uploads/copy.csv")
    take_in(lake, "e3")
    (skip,) = lake.markers.list("_uploads")  # sent each day, it is told once, of the last time
    assert skip.execution == "e3"


def test_a_corrected_file_of_the_same_name_is_converted(lake: Lake) -> None:
    lake.storage.write("uploads/a.csv", ORDERS)
    take_in(lake, "e1")
    mark_all(lake)
    lake.storage.write("uploads/a.csv", ORDERS.replace(b"9.50", b"8.50"))
    (outcome,) = take_in(lake, "e2")
    assert outcome.status == "converted"


def test_a_refused_upload_is_told_once_and_tried_again_when_it_comes_again(lake: Lake) -> None:
    lake.storage.write("uploads/notes.csv", b"dear all,\nsee below\n")
    (outcome,) = take_in(lake, "e1")
    assert outcome.status == "refused"
    (again,) = take_in(lake, "e2")
    assert again.status == "skipped"
    assert "refused by execution e1" in again.reason
    lake.storage.write(inbox.staged("20260401T120000Z-abcdef", 1, "notes.csv"), b"dear all,\nsee below\n")
    assert [outcome.status for outcome in take_in(lake, "e3")] == ["skipped", "refused"]


def test_why_an_upload_is_refused_and_what_to_do_are_told_beside_its_name(lake: Lake) -> None:
    lake.storage.write("uploads/april/orders.xlsx", b"dear all\n")
    (outcome,) = take_in(lake, "e1")
    assert outcome.file == "april/orders.xlsx"
    assert outcome.reason.startswith("the file holds plain text; open it in the program that made it, ")


def test_one_refused_sheet_does_not_keep_the_others(lake: Lake) -> None:
    sheets = {"good": [ORDER, [1, "2026-04-01T00:00:00"]], "bad": [["order_id", "user_id", "total_amount"], [1, 2, 3]]}
    lake.storage.write("uploads/w.xlsx", workbook(sheets))
    (outcome,) = take_in(lake, "e1")
    assert outcome.status == "converted"
    assert [(sheet.name, sheet.status) for sheet in outcome.sheets] == [("good", "converted"), ("bad", "refused")]
    assert outcome.reason == f"sheet bad: {outcome.sheets[1].reason}"
    assert "order_timestamp" in outcome.sheets[1].reason
    mark_all(lake)
    (again,) = take_in(lake, "e2")
    assert again.status == "converted"
    assert again.sheets[1].status == "refused"


def test_an_interrupted_conversion_is_done_again_with_the_same_keys_and_place(lake: Lake) -> None:
    lake.storage.write("uploads/a.csv", ORDERS)
    take_in(lake, "e1")
    (before,) = raw.lying(lake.storage, "orders")
    for entry in list(lake.storage.list(layout.CONVERSIONS)):
        lake.storage.delete(entry.key)
    take_in(lake, "e2", NOW + dt.timedelta(hours=1))
    (after,) = raw.lying(lake.storage, "orders")
    assert after.key == before.key
    assert after.source_file == before.source_file


def test_a_csv_put_into_raw_by_hand_is_taken_in_like_an_upload(lake: Lake) -> None:
    lake.storage.write("lakehouse/raw/orders/mine.csv", ORDERS)
    (outcome,) = take_in(lake, "e1")
    assert (outcome.status, outcome.key) == ("converted", "lakehouse/raw/orders/mine.csv")
    (file,) = raw.lying(lake.storage, "orders")
    assert file.key != outcome.key


def test_what_file_managers_leave_is_no_upload(lake: Lake) -> None:
    for name in ("~$a.xlsx", ".DS_Store", "sub/Thumbs.db"):
        lake.storage.write(f"uploads/{name}", b"x")
    assert inbox.lying(lake, NOW) == []


def test_batches_cover_all_uploads_once(lake: Lake) -> None:
    for number in range(120):
        lake.storage.write(f"uploads/{number:03}.csv", b"x")
    batches = inbox.find_uploads(lake, "e1", 1, NOW)
    listed = json.loads(lake.storage.read(batches[0]["manifest"]))
    assert len(listed) == 120
    assert [(batch["first"], batch["last"]) for batch in batches] == [(0, 50), (50, 100), (100, 120)]
    assert inbox.find_uploads(lake, "e1", 2, NOW) == []


def test_rows_know_where_they_came_from(lake: Lake, tmp_path: Path) -> None:
    lake.storage.write("uploads/p.csv", PRODUCTS)
    take_in(lake, "e1")
    (file,) = raw.lying(lake.storage, "products")
    assert (file.rows, file.position, file.sheet) == (2, 1, "")
    assert lake.storage.read(file.key).decode().splitlines()[0].endswith(",_source_row")


def test_what_waits_is_converted_by_the_contracts_of_today(lake: Lake) -> None:
    lake.storage.write("uploads/o.csv", b"order_id,order_timestamp,remark\n1,2026-04-01T10:00:00,late\n")
    take_in(lake, "e1")
    (before,) = raw.lying(lake.storage, "orders")
    orders = lake.contracts["orders"]
    lake.contracts["orders"] = replace(orders, columns=(*orders.columns, Column("remark", Type("string"))))
    (outcome,) = take_in(lake, "e2")
    (after,) = raw.lying(lake.storage, "orders")
    assert (outcome.status, after.key, after.columns) == ("converted", before.key, (*before.columns, "remark"))
    assert b"late" in lake.storage.read(after.key)


@pytest.mark.parametrize("torn", [b"", b'{"dataset": "ord'])
def test_records_that_a_power_cut_has_torn_are_made_anew(lake: Lake, torn: bytes) -> None:
    lake.storage.write("uploads/o.csv", ORDERS)
    take_in(lake, "e1")
    (before,) = raw.lying(lake.storage, "orders")
    for prefix in ("lakehouse/raw/orders/", "lakehouse/executions/e1/report"):
        for entry in list(lake.storage.list(prefix)):
            if entry.key.endswith(".json"):
                lake.storage.write(entry.key, torn)
    assert raw.lying(lake.storage, "orders") == []
    take_in(lake, "e2")
    assert raw.lying(lake.storage, "orders") == [before]
    for entry in list(lake.storage.list("lakehouse/conversions/")):
        lake.storage.write(entry.key, torn)
    take_in(lake, "e3")
    assert raw.lying(lake.storage, "orders") == [before]
