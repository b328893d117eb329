"""From the events of a state machine to what a person wants to hear: which piece of work began, ended, tries again."""

from __future__ import annotations

import json
from typing import Any

from lakectl.operations.progress import Event, Phase, Progress
from lakectl.ports import JOB_RUN, HistoryEvent
from lakehouse.outcomes import reason

# What people call the states whose work they wait for, and which phase their entry and their exit mean. Others pass in
# silence; so does the end of a job, since its rows are told when they are marked.
_STATES: dict[str, tuple[str, Phase | None, Phase | None]] = {
    "UpkeepRuns": ("wait for upkeep", "started", "finished"),
    "FindUploads": ("look", "started", "finished"),
    "UntilQuiet": ("wait for quiet", "started", "finished"),
    "Convert": ("convert", "started", "finished"),
    "ConvertWithGlue": ("convert", None, None),
    "RunJob": ("load", "started", None),
    "MarkProcessed": ("load", None, "finished"),
    "Skip": ("load", None, "skipped"),
    "Blocked": ("load", None, "failed"),
    "RecordFailure": ("load", None, "failed"),
    "Archive": ("archive", "started", "finished"),
}


class Datasets:
    """Which dataset each event of an execution, given in order, belongs to: where it does not say so itself, the one
    that the event before it belongs to."""

    def __init__(self) -> None:
        self._of_event: dict[int, str] = {}

    def of(self, event: HistoryEvent) -> str:
        """The event's dataset; empty where it has none."""
        dataset = str(told(event).get("dataset") or self._of_event.get(event["previousEventId"], ""))
        self._of_event[event["id"]] = dataset
        return dataset


class Narrator:
    """Tells `progress` of the events of one execution, given in order, that a person wants to hear."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._datasets = Datasets()

    def __call__(self, event: HistoryEvent) -> None:
        dataset, said = self._datasets.of(event), told(event)
        state = event.get("state", "")
        phase = _phase(event) if state in _STATES else None
        if phase is not None:
            rows = said.get("read") if state == "MarkProcessed" else None
            detail = _job_run(event) or _rejected(event) or str(said.get("error") or "")
            self._progress.event(Event(event["timestamp"], _STATES[state][0], phase, dataset, rows, detail))


def _phase(event: HistoryEvent) -> Phase | None:
    _, entry, leaving = _STATES[event["state"]]
    if event["type"] == JOB_RUN:
        return "running"
    if event["type"].endswith("StateEntered"):
        return entry
    if event["type"].endswith("StateExited"):
        return leaving
    return "retrying" if event["type"] in {"TaskFailed", "LambdaFunctionFailed"} else None


def _job_run(event: HistoryEvent) -> str:
    """How a job's run stands, which a narrow terminal shows first; as much of its name as tells it from others."""
    details = details_of(event)
    return f"{details['state']} as Glue run {details['run'][:16]}" if event["type"] == JOB_RUN else ""


def _rejected(event: HistoryEvent) -> str:
    rejected = told(event).get("rejected") if event["state"] == "MarkProcessed" else 0
    return f"{rejected:,} rejected" if rejected else ""


def details_of(event: HistoryEvent) -> dict[str, Any]:
    """What the event has besides its number, time and type."""
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})


def told(event: HistoryEvent) -> dict[str, Any]:
    """What the event says of the dataset: the state's output where it has one, else its input, or the failure."""
    details = details_of(event)
    if "error" in details:
        return {"error": reason(details["error"], details.get("cause") or "")}
    value = json.loads(details.get("output") or details.get("input") or "{}")
    return value if isinstance(value, dict) else {}
