"""What an execution leaves behind for people: what became of each upload, what each dataset counted, how it ended.

All of it is in one JSON, `lakehouse/executions/EXECUTION/report.json`, into which each handler puts what it knows. So a
status is told the same way on every target, during the execution and after it, with one read, and without the state
machine's history. Handlers that run side by side lose nothing of each other: whoever finds the report changed between
reading and writing reads it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from lakehouse import layout
from lakehouse.errors import ObjectMissing
from lakehouse.records import parsed, read_record
from lakehouse.storage import Storage

COUNTS = ("files", "read", "inserted", "updated", "unchanged", "duplicate", "stale", "rejected")

UploadStatus = Literal["converted", "skipped", "refused"]
SheetStatus = Literal["converted", "refused", "ignored"]


@dataclass(frozen=True)
class NoteOutcome:
    """Something that is no fault, as `lakehouse.convert.model.Note` says it."""

    kind: str
    message: str
    column: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class SheetOutcome:
    """What became of a sheet, or of a part of one, as `lakehouse.convert.model.Sheet` says it."""

    name: str
    status: SheetStatus
    dataset: str = ""
    rows: int = 0
    header_row: int = 0
    reason: str = ""
    notes: tuple[NoteOutcome, ...] = ()


@dataclass(frozen=True)
class UploadOutcome:
    """What became of one upload: `converted`, `skipped` or `refused`, and why.

    `reason` is of the upload as a whole: why it is refused or skipped, and which sheets of it are refused. `detail` is
    for whoever repairs a converter: a traceback. `settings` is a hash of how the call said to read it.
    """

    file: str
    status: UploadStatus
    reason: str = ""
    key: str = ""
    sha256: str = ""
    source_file: str = ""
    sheets: tuple[SheetOutcome, ...] = ()
    detail: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Report:
    """What is known of an execution by now: its uploads in order, what each dataset did, and how it ended.

    Datasets are in the order in which they were first reported, their rounds added up. `ending` has status, error,
    archived and note, and is empty while nobody has said how it ended. `ignored` are files of a folder that were not
    taken.
    """

    uploads: list[UploadOutcome]
    datasets: list[dict[str, Any]]
    ending: dict[str, Any]
    ignored: tuple[str, ...] = ()


def report(storage: Storage, execution: str) -> Report:
    """What is known of an execution; nothing, where it has not said anything yet."""
    told = read_record(storage, _key(execution)) or {}
    uploads = [_upload(fields) for _, fields in sorted(told.get("uploads", {}).items())]
    datasets = _merged(told.get("datasets", {}).values())
    return Report(uploads, datasets, told.get("ending", {}), tuple(told.get("ignored", {}).get("files", ())))


def record_uploads(storage: Storage, execution: str, outcomes: Mapping[str, UploadOutcome]) -> None:
    """Keeps what became of uploads, by their numbers, which order the uploads of an execution."""
    if outcomes:
        _put(storage, execution, "uploads", {number: asdict(outcome) for number, outcome in outcomes.items()})


def record_ignored(storage: Storage, execution: str, files: Iterable[str]) -> None:
    """Keeps the names of files that lay in a folder and were not taken."""
    if names := list(files):
        _put(storage, execution, "ignored", {"files": names})


def record_dataset(storage: Storage, execution: str, round_: int, outcome: Mapping[str, Any]) -> None:
    """Keeps what a dataset did in one round of an execution."""
    _put(storage, execution, "datasets", {f"{outcome['dataset']}.{round_:03}": outcome})


def record_end(storage: Storage, execution: str, ending: Mapping[str, Any]) -> None:
    """Keeps how an execution ended: status, error, archived."""
    _put(storage, execution, "ending", ending)


def _put(storage: Storage, execution: str, part: str, facts: Mapping[str, Any]) -> None:
    key = _key(execution)
    while True:
        try:
            present = storage.read(key)
        except ObjectMissing:
            if storage.create(key, json.dumps({part: facts}).encode()):
                return
            continue
        told = parsed(present) or {}
        told[part] = {**told.get(part, {}), **facts}
        if storage.replace(key, json.dumps(told).encode(), expected=present):
            return


_FIELDS = {each.name for each in fields(UploadOutcome)}


def _key(execution: str) -> str:
    return layout.execution(execution, "report.json")


def _upload(kept: dict[str, Any]) -> UploadOutcome:
    """An outcome as it was kept, also by a version that counted sheets and told less."""
    known = {name: value for name, value in kept.items() if name in _FIELDS}
    sheets = known.get("sheets", ())
    return UploadOutcome(**{**known, "sheets": () if isinstance(sheets, int) else tuple(map(sheet_outcome, sheets))})


def sheet_outcome(kept: Mapping[str, Any]) -> SheetOutcome:
    """What became of a sheet, from JSON: of an outcome, or of an upload's record, which may be an old one."""
    notes = (NoteOutcome(**{**note, "rows": tuple(note["rows"])}) for note in kept.get("notes", ()))
    told = {name: kept[name] for name in ("name", "status", "dataset", "rows", "header_row", "reason") if name in kept}
    return SheetOutcome(**told, notes=tuple(notes))


def reason(error: str, cause: str) -> str:
    """The sentence a person needs of a failure: a job's own message, a handler's, or the error's name."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause or error
    if not isinstance(told, dict):
        return cause
    return str(told.get("ErrorMessage") or told.get("errorMessage") or error)


def _merged(reported: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for outcome in reported:
        merged[outcome["dataset"]] = _added(merged.get(outcome["dataset"]), outcome)
    return list(merged.values())


# The status that says most wins over rounds: a failure is never hidden by a later round in which nothing was left.
_WEIGHT = {"skipped": 0, "loaded": 1, "blocked": 2, "failed": 3}


def _added(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    if before is None:
        return now
    heavier = max(before, now, key=lambda outcome: _WEIGHT[outcome["status"]])
    counts = {name: before.get(name, 0) + now.get(name, 0) for name in COUNTS}
    faults = _added_faults([*before.get("faults", []), *now.get("faults", [])])
    return {**before, **now, **counts, "faults": faults, "status": heavier["status"], "error": heavier.get("error")}


def _added_faults(faults: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for fault in faults:
        name = fault["column"], fault["rule"]
        counts[name] = counts.get(name, 0) + fault["count"]
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"column": column, "rule": rule, "count": count} for (column, rule), count in ordered]
