"""Uploads become raw CSVs: convert what the inbox holds, one CSV per sheet, and remember what became of each upload.

Identity is content. The record of a conversion is kept by the upload's SHA-256, so that the same file under any name is
recognised, and one that was half done is finished.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse import layout, outcomes, raw
from lakehouse.contracts.load import fingerprint
from lakehouse.convert import Sheet, convert
from lakehouse.errors import UploadRefused
from lakehouse.inbox import Upload
from lakehouse.lake import Lake
from lakehouse.markers import UPLOADS, Marker, sheet_id
from lakehouse.outcomes import UploadOutcome
from lakehouse.raw import RawFile
from lakehouse.storage import file_sha256

_AT_ONCE = 8  # sheets that are put into the lake; on S3 each waits for two small requests


def convert_batch(lake: Lake, execution: str, batch: Mapping[str, Any]) -> None:
    """Converts the uploads of a batch, one after another; one that cannot be read does not keep the others waiting."""
    listed = json.loads(lake.storage.read(batch["manifest"]))[batch["first"] : batch["last"]]
    done: dict[str, UploadOutcome] = {}
    try:
        for upload in (Upload(**fields) for fields in listed):
            done[upload.number] = take_in(lake, execution, upload)
    finally:
        outcomes.record_uploads(lake.storage, execution, done)


def take_in(lake: Lake, execution: str, upload: Upload, path: Path | None = None) -> UploadOutcome:
    """Converts one upload unless its content is known; returns what became of it and why.

    `path` is the file itself where whoever asks has it at hand; else it is brought from the lake.
    """
    sha256 = file_sha256(path) if path else lake.storage.sha256(upload.key)
    record = conversion(lake, sha256)
    if record and _is_own(record, execution, upload) and all(_is_kept(lake, sheet) for sheet in record["sheets"]):
        return _outcome(upload, record)
    if record and (known := _known(lake, record, upload)):
        if known.status == "skipped" and record["status"] == "converted":
            remember_skip(lake, known, execution)
        return known
    return _converted(lake, execution, upload, sha256, path)


def prospect(lake: Lake, upload: Upload, sha256: str) -> tuple[str, str]:
    """What the next run would do with an upload, `pending` or `skipped`, and why. Changes nothing."""
    record = conversion(lake, sha256)
    known = _known(lake, record, upload) if record else None
    if known is None:
        return "pending", "not converted yet: the next run converts and loads it"
    if known.status == "converted":
        return "pending", "converted, not loaded yet: the next run loads it"
    return "skipped", known.reason


def conversion(lake: Lake, sha256: str) -> dict[str, Any] | None:
    """What became of the upload with this content, where it has been here before."""
    key = layout.conversion(sha256)
    return dict(json.loads(lake.storage.read(key))) if lake.storage.exists(key) else None


def _known(lake: Lake, record: Mapping[str, Any], upload: Upload) -> UploadOutcome | None:
    """The outcome that needs no conversion, or None where there is something to convert."""
    same = {"file": upload.name, "key": upload.key, "sha256": record["sha256"], "source_file": upload.source_file}
    if record["status"] == "refused":
        again = record["key"] == upload.key and record["contracts"] == fingerprint(lake.contracts)
        reason = f"refused by execution {record['execution']}: {record['reason']}"
        return UploadOutcome(**same, status="skipped", reason=reason) if again else None
    if reason := loaded_before(lake, record):
        return UploadOutcome(**same, status="skipped", reason=reason)
    if any(sheet["status"] == "refused" or not _is_kept(lake, sheet) for sheet in record["sheets"]):
        return None
    if record["key"] == upload.key:
        return _outcome(upload, record)
    return UploadOutcome(**same, status="skipped", reason=f"same content as {record['source_file']}")


def loaded_before(lake: Lake, record: Mapping[str, Any]) -> str:
    """Why nothing of this content needs loading; empty where something does (a sheet not loaded, or refused then)."""
    loaded = [s for s in record["sheets"] if s["status"] == "converted"]
    if any(s["status"] == "refused" for s in record["sheets"]) or not loaded:
        return ""
    markers = [lake.markers.get(sheet["dataset"], sheet["id"]) for sheet in loaded]
    first = markers[0]
    if first is None or not all(markers):
        return ""
    return f"same content as {first.source_file}, loaded by execution {first.execution}"


def is_settled(lake: Lake, record: Mapping[str, Any], key: str) -> bool:
    """Whether an upload may leave the inbox: all that could be loaded of it is.

    A refused one stays where its sender put it, and finds it; one that `ingest` brought is only a copy, and leaves.
    """
    if record["status"] == "refused":
        return key.startswith(layout.INCOMING)
    loaded = (sheet for sheet in record["sheets"] if sheet["status"] == "converted")
    return all(lake.markers.get(sheet["dataset"], sheet["id"]) for sheet in loaded)


def _is_own(record: Mapping[str, Any], execution: str, upload: Upload) -> bool:
    """Whether this very execution has converted this very upload: tried again, or done where `ingest` ran."""
    return bool(record["execution"] == execution and record["key"] == upload.key)


def _is_kept(lake: Lake, sheet: Mapping[str, Any]) -> bool:
    if sheet["status"] != "converted":
        return True
    return lake.storage.exists(sheet["key"]) or lake.markers.get(sheet["dataset"], sheet["id"]) is not None


def remember_skip(lake: Lake, outcome: UploadOutcome, execution: str) -> None:
    """Keeps, beside the markers, that a file was not needed and why, so that `markers list` can tell.

    The same file sent again and again is told once, of the last time.
    """
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    identity = sheet_id(outcome.sha256, f"{outcome.key}/{outcome.file}")
    lake.markers.put(
        [
            Marker(
                dataset=UPLOADS,
                id=identity,
                key=outcome.key,
                source_file=outcome.source_file or outcome.file,
                sheet="",
                sha256=outcome.sha256,
                status="skipped",
                reason=outcome.reason,
                execution=execution,
                marked_at=when,
            )
        ]
    )


def _converted(lake: Lake, execution: str, upload: Upload, sha256: str, path: Path | None) -> UploadOutcome:
    record: dict[str, Any] = {"sha256": sha256, "key": upload.key, "source_file": upload.source_file}
    record |= {"execution": execution, "contracts": fingerprint(lake.contracts), "reason": "", "sheets": []}
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = Path(folder, "upload")
            lake.storage.download(upload.key, path)
        try:
            sheets = convert(path, Path(upload.name).name, lake.contracts, Path(folder))
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                record["sheets"] = list(pool.map(partial(_stored, lake, upload, sha256), sheets))
            record |= _verdict(sheets)
        except UploadRefused as refusal:
            record |= {"status": "refused", "reason": _reason(refusal, Path(upload.name).name)}
    lake.storage.write(layout.conversion(sha256), json.dumps(record).encode())
    return _outcome(upload, record)


def _reason(refusal: UploadRefused, name: str) -> str:
    """What is wrong and what to do, to be told beside the upload's name."""
    return f"{refusal.message.removeprefix(f'{name}: ')}; {refusal.hint}"


def _verdict(sheets: list[Sheet]) -> dict[str, str]:
    if any(sheet.status == "converted" for sheet in sheets):
        return {"status": "converted"}
    reasons = "; ".join(f"sheet {sheet.name}: {sheet.reason}" if sheet.name else sheet.reason for sheet in sheets)
    return {"status": "refused", "reason": reasons or "it holds no sheet"}


def _stored(lake: Lake, upload: Upload, sha256: str, sheet: Sheet) -> dict[str, Any]:
    """Puts a converted sheet's CSV into `raw/`, unless it is loaded already; returns what the record keeps of it."""
    kept = {"name": sheet.name, "position": sheet.position, "status": sheet.status, "reason": sheet.reason}
    kept["unknown_columns"] = list(sheet.unknown_columns)
    if sheet.csv is None:
        return kept
    identity = sheet_id(sha256, sheet.name)
    key = layout.raw_csv(sheet.dataset, Path(upload.name).name, sheet.name, identity)
    if lake.markers.get(sheet.dataset, identity) is None:
        file = RawFile(
            sheet.dataset, identity, key, upload.source_file, sheet.name, sheet.position, sheet.columns, sheet.rows,
            upload.key, sha256, sheet.marked,
        )  # fmt: skip
        raw.describe(lake.storage, file)
        lake.storage.upload(sheet.csv, key)
    return kept | {"dataset": sheet.dataset, "id": identity, "key": key}


def _outcome(upload: Upload, record: Mapping[str, Any]) -> UploadOutcome:
    sheets = record["sheets"]
    refused = tuple(f"sheet {s['name']}: {s['reason']}" for s in sheets if s["status"] == "refused")
    return UploadOutcome(
        file=upload.name,
        status=record["status"],
        reason=record["reason"] or "; ".join(refused),
        sheets=sum(s["status"] == "converted" for s in sheets),
        key=upload.key,
        sha256=record["sha256"],
        source_file=record["source_file"],
        refused_sheets=refused,
        notes=tuple(_notes(sheets)),
    )


def _notes(sheets: list[dict[str, Any]]) -> Iterator[str]:
    for sheet in sheets:
        if sheet["status"] == "ignored":
            yield f"sheet {sheet['name']}: {sheet['reason']}"
        if sheet["unknown_columns"]:
            where = f"sheet {sheet['name']}: " if sheet["name"] else ""
            yield f"{where}unknown columns kept out: {', '.join(sheet['unknown_columns'])}"
