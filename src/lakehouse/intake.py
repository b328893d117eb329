"""Uploads become raw CSVs: find what lies in `uploads/`, put it in order of delivery, convert it, remember the outcome.

Identity is content. The record of a conversion is kept by the upload's SHA-256, so that the same file under any name is
recognised, and one that was half done is finished. An upload is given its `source_file` when it is found, under the
lock: `TIME-NUMBER/name`, unique for ever and sorted, as text, in the order of delivery.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from lakehouse import layout, outcomes, raw
from lakehouse.contracts.load import fingerprint
from lakehouse.convert import Sheet, convert
from lakehouse.errors import UploadRefused
from lakehouse.lake import Lake
from lakehouse.markers import UPLOADS, Marker, sheet_id
from lakehouse.outcomes import UploadOutcome
from lakehouse.raw import RawFile
from lakehouse.storage import Entry

BATCH_FILES, BATCH_BYTES = 50, 32 * 2**20


@dataclass(frozen=True)
class Upload:
    """One file in `uploads/` (or put into `raw/` by hand), with its place in the order of delivery."""

    key: str
    source_file: str
    size: int
    modified: str

    @property
    def name(self) -> str:
        """What the sender called it."""
        return self.source_file.partition("/")[2]

    @property
    def number(self) -> str:
        """Its place in the order of delivery."""
        return self.source_file.partition("/")[0]

    @property
    def arrival(self) -> tuple[str, int, str]:
        """The same for the same file however often it is looked at; another once it is replaced."""
        return self.key, self.size, self.modified


def find_uploads(lake: Lake, execution: str, round_: int, now: dt.datetime) -> list[dict[str, Any]]:
    """Writes down what lies in the inbox, and returns it in batches small enough to be converted in one go.

    A batch is `{"manifest": key, "first": i, "last": j, "bytes": n}`, a slice of the list that the manifest holds.
    """
    found = arrivals(lake, execution, now)
    manifest = layout.execution(execution, f"inbox.{round_:03}.json")
    lake.storage.write(manifest, json.dumps([asdict(upload) for upload in found]).encode())
    return [{"manifest": manifest, **batch} for batch in _batches(found)]


def unrest(lake: Lake, quiet: float, waited: float, now: dt.datetime) -> int:
    """How many seconds to wait until nothing has arrived for `quiet` seconds; 0 where it is quiet.

    Who sends a batch of files sends them one after another, and wants one run. Somebody who never stops sending must
    not keep the others waiting, so after ten quiet periods it counts as quiet.
    """
    if quiet <= 0 or waited >= 10 * quiet:
        return 0
    latest = max((entry.modified for entry in lake.storage.list(layout.UPLOADS) if is_upload(entry.key)), default=None)
    return 0 if latest is None else max(0, math.ceil(quiet - (now - latest).total_seconds()))


def arrivals(lake: Lake, execution: str, now: dt.datetime) -> list[Upload]:
    """What lies in the inbox and this execution has not looked at in any of its rounds."""
    seen = {upload.arrival for upload in considered(lake, execution)}
    return [upload for upload in inbox(lake, now) if upload.arrival not in seen]


def inbox(lake: Lake, now: dt.datetime) -> list[Upload]:
    """All uploads that lie in the lake, in the order of delivery: time of arrival, then key."""
    inboxes = chain.from_iterable(map(lake.storage.list, (layout.UPLOADS, layout.INCOMING)))
    lying = [*(entry for entry in inboxes if is_upload(entry.key)), *raw.strangers(lake.storage)]
    lying.sort(key=lambda entry: (entry.modified, entry.key))
    stamp, width = now.strftime("%Y%m%dT%H%M%S%f")[:-3] + "Z", max(4, len(str(len(lying))))
    return [_upload(entry, f"{stamp}-{i:0{width}}") for i, entry in enumerate(lying, 1)]


def considered(lake: Lake, execution: str) -> list[Upload]:
    """The uploads that an execution has looked at in any of its rounds."""
    entries = lake.storage.list(layout.execution(execution, "inbox."))
    return [Upload(**fields) for entry in entries for fields in json.loads(lake.storage.read(entry.key))]


def staged(execution: str, number: int, name: str) -> str:
    """The key of the file that `ingest` brings as the n-th: the files of one moment sort in the order of arguments."""
    return f"{layout.INCOMING}{execution}-{number:05}-{name}"


def _upload(entry: Entry, number: str) -> Upload:
    name = entry.key.removeprefix(layout.UPLOADS)
    if entry.key.startswith(layout.INCOMING):
        name = name.removeprefix(layout.INCOMING).split("-", 3)[3]  # EXECUTION is TIME-RANDOM
    return Upload(entry.key, f"{number}/{name}", entry.size, entry.modified.isoformat())


def is_upload(key: str) -> bool:
    """Whether somebody sent this: not a folder's marker, nor what Excel and file managers leave beside a workbook."""
    name = key.rpartition("/")[2]
    return bool(name) and not name.startswith((".", "~$")) and name not in {"Thumbs.db", "desktop.ini"}


def _batches(found: list[Upload]) -> Iterator[dict[str, int]]:
    first, size = 0, 0
    for i, upload in enumerate(found):
        if i > first and (i - first >= BATCH_FILES or size + upload.size > BATCH_BYTES):
            yield {"first": first, "last": i, "bytes": size}
            first, size = i, 0
        size += upload.size
    if first < len(found):
        yield {"first": first, "last": len(found), "bytes": size}


def convert_batch(lake: Lake, execution: str, batch: Mapping[str, Any]) -> None:
    """Converts the uploads of a batch, one after another; one that cannot be read does not keep the others waiting."""
    listed = json.loads(lake.storage.read(batch["manifest"]))[batch["first"] : batch["last"]]
    for upload in (Upload(**fields) for fields in listed):
        outcome = take_in(lake, execution, upload)
        outcomes.record_upload(lake.storage, execution, upload.number, outcome)


def take_in(lake: Lake, execution: str, upload: Upload) -> UploadOutcome:
    """Converts one upload unless its content is known; returns what became of it and why."""
    sha256 = lake.storage.sha256(upload.key)
    record = conversion(lake, sha256)
    if record and (known := _known(lake, record, upload)):
        if known.status == "skipped" and record["status"] == "converted":
            remember_skip(lake, known, execution)
        return known
    return _converted(lake, execution, upload, sha256)


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


def _is_kept(lake: Lake, sheet: Mapping[str, Any]) -> bool:
    if sheet["status"] != "converted":
        return True
    return lake.storage.exists(sheet["key"]) or lake.markers.get(sheet["dataset"], sheet["id"]) is not None


def remember_skip(lake: Lake, outcome: UploadOutcome, execution: str) -> None:
    """Keeps, beside the markers, that a file was not needed and why, so that `markers list` can tell."""
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    identity = sheet_id(outcome.sha256, f"{execution}/{outcome.key}/{outcome.file}")
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


def _converted(lake: Lake, execution: str, upload: Upload, sha256: str) -> UploadOutcome:
    record: dict[str, Any] = {"sha256": sha256, "key": upload.key, "source_file": upload.source_file}
    record |= {"execution": execution, "contracts": fingerprint(lake.contracts), "reason": "", "sheets": []}
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder, "upload")
        lake.storage.download(upload.key, local)
        try:
            sheets = convert(local, Path(upload.name).name, lake.contracts, Path(folder))
            record["sheets"] = [_stored(lake, upload, sha256, sheet) for sheet in sheets]
            record |= _verdict(sheets)
        except UploadRefused as refusal:
            record |= {"status": "refused", "reason": refusal.message, "hint": refusal.hint}
    lake.storage.write(layout.conversion(sha256), json.dumps(record).encode())
    return _outcome(upload, record)


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
            upload.key, sha256,
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
