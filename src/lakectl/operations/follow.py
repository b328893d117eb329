"""From the events of a state machine to what a person wants to hear: which piece of work began, ended, tries again."""

from __future__ import annotations

import json
from typing import Any

from lakectl.operations.progress import Event, Phase, Progress
from lakectl.ports import HistoryEvent
from lakehouse.outcomes import reason

# What people call the states whose work they wait for, and which phase their entry and their exit mean. Others pass in
# silence; so does the end of a job, since its rows are told when they are marked.
_STATES: dict[str, tuple[str, Phase | None, Phase | None]] = {
    "FindUploads": ("look", "started", "finished"),
    "Convert": ("convert", "started", "finished"),
    "RunJob": ("load", "started", None),
    "MarkProcessed": ("load", None, "finished"),
    "Skip": ("load", None, "skipped"),
    "Blocked": ("load", None, "failed"),
    "RecordFailure": ("load", None, "failed"),
    "Archive": ("archive", "started", "finished"),
}


class Narrator:
    """Tells `progress` of the events of one execution, given in order, that a person wants to hear.

    An event without a dataset of its own belongs to the dataset that the event before it belongs to.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._datasets: dict[int, str] = {}

    def __call__(self, event: HistoryEvent) -> None:
        told = _told(event)
        dataset = str(told.get("dataset") or self._datasets.get(event["previousEventId"], ""))
        self._datasets[event["id"]] = dataset
        state = event.get("state", "")
        phase = _phase(event) if state in _STATES else None
        if phase is not None:
            error, rows = str(told.get("error") or ""), told.get("read") if state == "MarkProcessed" else None
            self._progress.event(Event(event["timestamp"], _STATES[state][0], phase, dataset, rows, error))


def _phase(event: HistoryEvent) -> Phase | None:
    _, entry, leaving = _STATES[event["state"]]
    if event["type"].endswith("StateEntered"):
        return entry
    if event["type"].endswith("StateExited"):
        return leaving
    return "retrying" if event["type"] in {"TaskFailed", "LambdaFunctionFailed"} else None


def _told(event: HistoryEvent) -> dict[str, Any]:
    """What the event says of the dataset: the state's output where it has one, else its input, or the failure."""
    details: dict[str, Any] = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    if "error" in details:
        return {"error": reason(details["error"], details.get("cause") or "")}
    value = json.loads(details.get("output") or details.get("input") or "{}")
    return value if isinstance(value, dict) else {}
