"""What was said during an execution, in order of time: by the workflow, and on AWS by functions and jobs, too.

What became of uploads is told when the workflow leaves the state that converts them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lakectl.operations.follow import Datasets, details_of, told
from lakectl.operations.status import named
from lakectl.operations.telling import of_upload
from lakectl.ports import ExecutionState, HistoryEvent, Level, LogLine, Logs, Platform
from lakehouse import outcomes
from lakehouse.outcomes import UploadOutcome

WORKFLOW = "workflow"
_PAUSE = 3.0  # seconds between two looks
_LAST_LOOKS = 2  # after the end: logs arrive seconds after they were written
# The states whose beginning is worth a line: those that do something, or wait.
_WORTH = ("TaskStateEntered", "MapStateEntered", "WaitStateEntered", "FailStateEntered")


@dataclass(frozen=True)
class Log:
    """What was said in an execution. `first_error` is that of an execution that failed or was stopped."""

    lines: Iterable[LogLine]
    first_error: LogLine | None = None


def logs(platform: Platform, name: str | None, follow: bool, sleep: Callable[[float], None] = time.sleep) -> Log | None:
    """What was said in an execution, by default the newest; None where nothing has run.

    With `follow` the lines go on until the execution ends, or Ctrl-C ends the telling. Raises UsageError for a wrong
    name.
    """
    wanted = name or platform.workflow.newest()
    if wanted is None:
        return None
    state = named(platform, wanted)
    if follow:
        return Log(_followed(platform, state, sleep))
    lines = list(_teller(platform, state.name).new())
    broken = state.status in {"FAILED", "ABORTED"}
    return Log(lines, next((line for line in lines if broken and line.level == "error"), None))


def _followed(platform: Platform, state: ExecutionState, sleep: Callable[[float], None]) -> Iterator[LogLine]:
    teller = _teller(platform, state.name)
    with contextlib.suppress(KeyboardInterrupt):
        while state.status == "RUNNING":
            yield from teller.new()
            sleep(_PAUSE)
            state = platform.workflow.describe(state.name)
        yield from teller.new()
        for _ in range(_LAST_LOOKS if platform.target == "aws" else 0):
            sleep(_PAUSE)
            yield from teller.new()


def _teller(platform: Platform, execution: str) -> Teller:
    return Teller(platform.workflow.logs(execution), lambda: outcomes.report(platform.lake.storage, execution).uploads)


class Teller:
    """Turns what a reader has found, and what is reported of `uploads`, into lines, in order of time."""

    def __init__(self, reader: Logs, uploads: Callable[[], Sequence[UploadOutcome]] = tuple) -> None:
        self._reader = reader
        self._uploads = uploads
        self._told = 0
        self._datasets = Datasets()

    def new(self) -> Iterator[LogLine]:
        """The lines since the last call."""
        events, lines = self._reader.new()
        own = [line for event in events for line in self._lines(event)]
        yield from sorted([*own, *lines], key=lambda line: line.at)

    def _lines(self, event: HistoryEvent) -> Iterator[LogLine]:
        if line := self._line(event):
            yield line
        if event["type"] == "MapStateExited" and event.get("state") == "Convert":
            uploads = self._uploads()
            for upload in uploads[self._told :]:
                yield from _of_upload(upload, event["timestamp"])
            self._told = len(uploads)

    def _line(self, event: HistoryEvent) -> LogLine | None:
        dataset = self._datasets.of(event)
        error = told(event)["error"] if "error" in details_of(event) else ""
        text = _text(event) or (f"{event.get('state', '')} failed" if error else "")
        if not text:
            return None
        words = ": ".join(filter(None, (dataset, text, error)))
        return LogLine(event["timestamp"], WORKFLOW, "error" if error else "info", words)


def _of_upload(upload: UploadOutcome, at: dt.datetime) -> Iterator[LogLine]:
    """A line for each fact; for what ended a converter, all that is known of it."""
    for line in of_upload(upload):
        level: Level = "info" if upload.status != "refused" else "warning"
        yield LogLine(at, WORKFLOW, level, f"{upload.file}: {line}")
    if upload.detail:
        yield LogLine(at, WORKFLOW, "warning", f"{upload.file}: {upload.detail.strip()}")


def _text(event: HistoryEvent) -> str:
    """What an event says to people; empty where it says nothing."""
    kind, details = event["type"], details_of(event)
    if kind.startswith("Execution"):
        return f"the execution {kind.removeprefix('Execution').lower()}"
    if kind in _WORTH:
        return f"{event['state']} begins"
    if kind == "TaskSubmitted":
        return f"{event['state']} runs as {told(event).get('JobRunId', '')}"
    if kind == "TaskScheduled" and details.get("resourceType") == "sns":
        given = json.loads(details.get("parameters") or "{}")  # empty for who may not read an execution's data
        return f"notification: {given.get('Subject', '')}"
    return ""
