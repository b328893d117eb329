"""The record of a conversion: what became of an upload and of each of its sheets, by content.

The record is kept by the upload's SHA-256, so that the same file under any name is recognised, and one that was half
done is finished. It is written last. A file that a call reads by settings of its own has a record of its own, and a
record remembers by which settings of contracts each sheet was read: under others, it is converted again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse import layout, raw, readings
from lakehouse.contracts.load import fingerprint
from lakehouse.contracts.reading import Reading
from lakehouse.convert.model import Note, Sheet
from lakehouse.inbox import Upload
from lakehouse.lake import Lake
from lakehouse.markers import sheet_id
from lakehouse.outcomes import UploadOutcome, sheet_outcome
from lakehouse.raw import RawFile
from lakehouse.records import read_record

_AT_ONCE = 8  # sheets that are put into the lake; on S3 each waits for two small requests


def read(lake: Lake, sha256: str, settings: str = "") -> dict[str, Any] | None:
    """What became of the upload with this content, where it has been here before."""
    return read_record(lake.storage, layout.conversion(sha256, settings))


def write(lake: Lake, record: Mapping[str, Any]) -> None:
    """Keeps a record; what is known of this content by now is then this."""
    lake.storage.write(layout.conversion(record["sha256"], record["settings"]), json.dumps(record).encode())


def everything(lake: Lake) -> Iterator[dict[str, Any]]:
    """All records there are."""
    keys = [entry.key for entry in lake.storage.list(layout.CONVERSIONS)]
    with ThreadPoolExecutor(16) as pool:
        yield from filter(None, pool.map(partial(read_record, lake.storage), keys))


def begun(lake: Lake, execution: str, upload: Upload, sha256: str) -> dict[str, Any]:
    """A record that says nothing yet of what became of the upload."""
    record = {"sha256": sha256, "key": upload.key, "source_file": upload.source_file, "execution": execution}
    record |= {"settings": readings.of_call(upload.reading), "readings": readings.of_contracts(lake.contracts)}
    return record | {"contracts": fingerprint(lake.contracts), "reason": "", "sheets": []}


def refused(record: dict[str, Any], reason: str, detail: str = "") -> dict[str, Any]:
    """The record of an upload that is refused as a whole."""
    return record | {"status": "refused", "reason": reason, "detail": detail}


def stored(lake: Lake, record: dict[str, Any], upload: Upload, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Puts the CSVs of converted sheets into `raw/`, unless they are loaded already; the record of all sheets."""
    reading = readings.from_json(upload.reading)
    seen: dict[str, int] = {}
    planned = []
    for position, sheet in enumerate(sheets, 1):
        part = seen[sheet.name] = seen.get(sheet.name, 0) + 1
        planned.append((position, part, sheet))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        kept = list(pool.map(lambda each: _stored(lake, record, upload, reading, *each), planned))
    return record | {"sheets": kept} | _verdict(sheets)


def _stored(
    lake: Lake, record: Mapping[str, Any], upload: Upload, reading: Reading, position: int, part: int, sheet: Sheet
) -> dict[str, Any]:
    kept = {"name": sheet.name, "position": sheet.position, "status": sheet.status, "reason": sheet.reason}
    kept |= {"dataset": sheet.dataset, "rows": sheet.rows, "header_row": sheet.header_row}
    kept["notes"] = [asdict(note) for note in (*sheet.notes, *_kept_out(sheet))]
    if sheet.csv is None:
        return kept
    settings = readings.of_sheet(reading, lake.contracts[sheet.dataset])
    # Of tables below each other in one sheet, and of sheets of one name, each has an identity of its own.
    name = sheet.name if part == 1 else f"{sheet.name}\n{part}"
    identity = sheet_id(record["sha256"], name, settings)
    key = layout.raw_csv(sheet.dataset, Path(upload.name).name, sheet.name, identity)
    if lake.markers.get(sheet.dataset, identity) is None:
        file = RawFile(
            sheet.dataset, identity, key, upload.source_file, sheet.name, position, sheet.columns, sheet.rows,
            upload.key, record["sha256"], sheet.marked,
        )  # fmt: skip
        raw.describe(lake.storage, file)
        lake.storage.upload(sheet.csv, key)
    return kept | {"id": identity, "key": key, "settings": settings}


def _kept_out(sheet: Sheet) -> Iterator[Note]:
    """A note of each unknown column, where the conversion itself has made none."""
    if any(note.kind in {"kept_out", "no_header"} for note in sheet.notes):
        return
    for column in sheet.unknown_columns:
        letters = column.removeprefix("(no header: column ").removesuffix(")")
        if letters != column:
            yield Note("no_header", "this column has no header, and is kept out", letters)
        else:
            yield Note("kept_out", "the contract does not know this column, and it is kept out", column)


def _verdict(sheets: Sequence[Sheet]) -> dict[str, str]:
    if any(sheet.status == "converted" for sheet in sheets):
        return {"status": "converted"}
    reasons = "; ".join(f"sheet {sheet.name}: {sheet.reason}" if sheet.name else sheet.reason for sheet in sheets)
    return {"status": "refused", "reason": reasons or "it holds no sheet"}


def supersede(lake: Lake, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Takes CSVs away that wait to be loaded and were read by settings that hold no longer."""
    valid = {sheet["key"] for sheet in new["sheets"] if "key" in sheet}
    for sheet in old["sheets"]:
        if "key" in sheet and sheet["key"] not in valid and lake.markers.get(sheet["dataset"], sheet["id"]) is None:
            lake.storage.delete(sheet["key"])
            lake.storage.delete(raw.story(sheet["key"]))


def holds(lake: Lake, record: Mapping[str, Any], reading: Mapping[str, Any]) -> bool:
    """Whether the contracts would have this content read as it was read."""
    call, sheets = readings.from_json(reading), record["sheets"]
    same = all(
        sheet.get("settings", "") == readings.of_sheet(call, lake.contracts.get(sheet["dataset"]))
        for sheet in sheets
        if sheet["status"] == "converted"
    )
    whole = all(sheet["status"] == "converted" for sheet in sheets)
    return same and (whole or record.get("readings", "") == readings.of_contracts(lake.contracts))


def is_kept(lake: Lake, sheet: Mapping[str, Any]) -> bool:
    """Whether a sheet's CSV still waits, or is loaded, where there is one."""
    if sheet["status"] != "converted":
        return True
    return (lake.storage.exists(sheet["key"]) and raw.read(lake.storage, sheet["key"]) is not None) or lake.markers.get(
        sheet["dataset"], sheet["id"]
    ) is not None


def outcome(upload: Upload, record: Mapping[str, Any]) -> UploadOutcome:
    """What is to be told of an upload."""
    sheets = tuple(map(sheet_outcome, record["sheets"]))
    broken = [f"sheet {sheet.name}: {sheet.reason}" for sheet in sheets if sheet.status == "refused"]
    return UploadOutcome(
        file=upload.name,
        status=record["status"],
        reason=record["reason"] or "; ".join(broken),
        key=upload.key,
        sha256=record["sha256"],
        source_file=record["source_file"],
        sheets=sheets,
        detail=record.get("detail", ""),
        settings=record.get("settings", ""),
    )
