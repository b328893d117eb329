"""From the events of a state machine to what a person wants to hear: which piece of work began, ended, or tries again."""

from __future__ import annotations

import json
from typing import Any

from lakectl.operations.progress import Event, Phase, Progress
from lakectl.ports import HistoryEvent

# What people call the states whose work they wait for. Others pass in silence.
NAMES = {
    "FindUploads": "look",
    "Convert": "convert",
    "RunJob": "load",
    "Archive": "archive",
    "Skip": "load",
    "Blocked": "load",
    "RecordFailure": "load",
}
_QUIET = {"Skip": "skipped", "Blocked": "failed", "RecordFailure": "failed"}


def heard(event: HistoryEvent, progress: Progress) -> None:
    """Tells of an event of the history, if it is one that a person wants to hear."""
    name = NAMES.get(event.get("state", ""))
    phase = _phase(event) if name else None
    if name is None or phase is None:
        return
    told = _told(event)
    progress.event(
        Event(
            at=event["timestamp"],
            state=name,
            phase=phase,
            dataset=str(told.get("dataset", "")),
            rows=told.get("read"),
            detail=str(told.get("error") or ""),
        )
    )


def _phase(event: HistoryEvent) -> Phase | None:
    kind, state = event["type"], event["state"]
    if kind.endswith("StateEntered"):
        return None if state in _QUIET else "started"
    if kind.endswith("StateExited"):
        return _QUIET.get(state, "finished")  # type: ignore[return-value]
    return "retrying" if kind in {"TaskFailed", "LambdaFunctionFailed"} else None


def _told(event: HistoryEvent) -> dict[str, Any]:
    """What the event says of the dataset: the state's output where it has one, else its input, or the failure."""
    details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    if "error" in details:
        return {"error": f"{details['error']}: {details.get('cause', '')}"}
    text = details.get("output") or details.get("input") or "{}"
    value = json.loads(text)
    return value if isinstance(value, dict) else {}
