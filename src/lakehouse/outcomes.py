"""What an execution leaves behind for people: what became of each upload, what each dataset counted, how it ended.

All of it is in one JSON, `lakehouse/executions/EXECUTION/report.json`, into which each handler puts what it knows. So a
status is told the same way on every target, during the execution and after it, with one read, and without the state
machine's history. Handlers that run side by side lose nothing of each other: whoever finds the report changed between
reading and writing reads it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from lakehouse import layout
from lakehouse.errors import ObjectMissing
from lakehouse.storage import Storage

COUNTS = ("files", "read", "inserted", "updated", "unchanged", "duplicate", "stale", "rejected")

UploadStatus = Literal["converted", "skipped", "refused"]


@dataclass(frozen=True)
class UploadOutcome:
    """What became of one upload: `converted`, `skipped` or `refused`, and why. `sheets` counts those converted."""

    file: str
    status: UploadStatus
    reason: str = ""
    sheets: int = 0
    key: str = ""
    sha256: str = ""
    source_file: str = ""
    refused_sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())  # ignored sheets, columns kept out


@dataclass(frozen=True)
class Report:
    """What is known of an execution by now: its uploads in order, what each dataset did, and how it ended.

    Datasets are in the order in which they were first reported, their rounds added up. `ending` has status, error,
    archived and note, and is empty while nobody has said how it ended.
    """

    uploads: list[UploadOutcome]
    datasets: list[dict[str, Any]]
    ending: dict[str, Any]


def report(storage: Storage, execution: str) -> Report:
    """What is known of an execution; nothing, where it has not said anything yet."""
    try:
        told = json.loads(storage.read(_key(execution)))
    except ObjectMissing:
        told = {}
    uploads = [_upload(fields) for _, fields in sorted(told.get("uploads", {}).items())]
    return Report(uploads, _merged(told.get("datasets", {}).values()), told.get("ending", {}))


def record_uploads(storage: Storage, execution: str, outcomes: Mapping[str, UploadOutcome]) -> None:
    """Keeps what became of uploads, by their numbers, which order the uploads of an execution."""
    if outcomes:
        _put(storage, execution, "uploads", {number: asdict(outcome) for number, outcome in outcomes.items()})


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
        told = json.loads(present)
        told[part] = {**told.get(part, {}), **facts}
        if storage.replace(key, json.dumps(told).encode(), expected=present):
            return


def _key(execution: str) -> str:
    return layout.execution(execution, "report.json")


def _upload(fields: dict[str, Any]) -> UploadOutcome:
    lists = {name: tuple(fields[name]) for name in ("refused_sheets", "notes")}
    return UploadOutcome(**{**fields, **lists})


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
