"""What an execution leaves behind for people: what became of each upload, what each dataset counted, how it ended.

Each fact is one small JSON under `lakehouse/executions/EXECUTION/`, written by the handler that knows it. So a status
is told the same way on every target, during the execution and after it, without reading a state machine's history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from lakehouse import layout
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


def record_upload(storage: Storage, execution: str, number: str, outcome: UploadOutcome) -> None:
    """Keeps an upload's outcome; `number` orders the uploads of an execution."""
    storage.write(layout.execution(execution, f"uploads/{number}.json"), json.dumps(asdict(outcome)).encode())


def uploads(storage: Storage, execution: str) -> list[UploadOutcome]:
    """The outcomes of an execution's uploads, in order."""
    entries = storage.list(layout.execution(execution, "uploads/"))
    return [_upload(json.loads(storage.read(entry.key))) for entry in entries]


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


def record_dataset(storage: Storage, execution: str, round_: int, outcome: Mapping[str, Any]) -> None:
    """Keeps what a dataset did in one round of an execution."""
    key = layout.execution(execution, f"datasets/{outcome['dataset']}.{round_:03}.json")
    storage.write(key, json.dumps(outcome).encode())


def datasets(storage: Storage, execution: str) -> list[dict[str, Any]]:
    """What each dataset did in an execution, its rounds added up, in the order in which they were first reported."""
    entries = sorted(storage.list(layout.execution(execution, "datasets/")), key=lambda entry: entry.modified)
    merged: dict[str, dict[str, Any]] = {}
    for entry in entries:
        outcome = json.loads(storage.read(entry.key))
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


def record_end(storage: Storage, execution: str, ending: Mapping[str, Any]) -> None:
    """Keeps how an execution ended: status, error, archived."""
    storage.write(layout.execution(execution, "summary.json"), json.dumps(ending).encode())


def ending(storage: Storage, execution: str) -> dict[str, Any]:
    """How an execution ended, or an empty dict while nobody has said so."""
    key = layout.execution(execution, "summary.json")
    return dict(json.loads(storage.read(key))) if storage.exists(key) else {}
