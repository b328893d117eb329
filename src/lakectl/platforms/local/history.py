"""The history of an execution: append-only JSON Lines, one event a line, in the words of Step Functions' own history.

    {"id": 3, "previousEventId": 2, "timestamp": "2026-11-23T03:00:00.123456+00:00", "type": "TaskStateEntered",
     "state": "Convert", "stateEnteredEventDetails": {"name": "Convert", "input": "{...}"}}

An event is what GetExecutionHistory would give, plus `state`, the name of the state it happened in. Every line is
flushed before the run goes on, so the file says what happened up to the instant at which a process was killed; a line
that was being written just then is torn, and the reader leaves it out.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lakectl.platforms.local.clock import Clock

Event = dict[str, Any]


class Journal:
    """Numbers the events of one execution and hands each to a sink, one at a time, whichever thread it comes from."""

    def __init__(self, clock: Clock, sink: Callable[[Event], None]) -> None:
        self._clock = clock
        self._sink = sink
        self._lock = threading.Lock()
        self._last = 0

    def add(self, kind: str, previous: int, state: str | None = None, /, **details: Any) -> int:
        """Records an event of a kind such as `TaskFailed` after the event `previous` (0: none); returns its id.

        `details` become the kind's details as Step Functions names them; `input`, `output`, `parameters` as JSON text.
        """
        with self._lock:
            self._last += 1
            event = {"id": self._last, "previousEventId": previous, "timestamp": self._clock.now(), "type": kind}
            if state is not None:
                event["state"] = state
            if details:
                event[_details_key(kind)] = {name: _text(name, value) for name, value in details.items()}
            self._sink(event)
            return self._last


def _details_key(kind: str) -> str:
    for ending in ("StateEntered", "StateExited"):
        if kind.endswith(ending):
            kind = ending
    return f"{kind[0].lower()}{kind[1:]}EventDetails"


def _text(name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name in {"input", "output", "parameters"} else value


class HistoryFile:
    """A history that is being written; a context manager."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def append(self, event: Event) -> None:
        """Puts one event on disk before it returns."""
        line = {**event, "timestamp": event["timestamp"].isoformat()}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> HistoryFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_history(path: Path) -> Iterator[Event]:
    """The events in order, `timestamp` as an aware datetime; none where the file is not there."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.endswith("\n"):  # the process was killed while it wrote this
                return
            event = json.loads(line)
            event["timestamp"] = dt.datetime.fromisoformat(event["timestamp"])
            yield event
