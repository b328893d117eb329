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
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from lakectl.platforms.local.clock import Clock
from lakectl.ports import LogLine

Event = dict[str, Any]
_BLOCK = 8192  # bytes: the last event of most executions is shorter


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
            yield _event(line)


def read_ends(path: Path) -> tuple[Event, Event] | None:
    """The first and the last event, without reading those between; None where there are none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        first = file.readline()
        if not first.endswith(b"\n"):
            return None
        return _event(first.decode("utf-8", "replace")), _event(_last_line(file).decode("utf-8", "replace"))


def _last_line(file: BinaryIO) -> bytes:
    """The last line that is whole. There is one."""
    position, tail = file.seek(0, os.SEEK_END), b""
    while position and tail.count(b"\n") < 2:
        block = min(_BLOCK, position)
        position = file.seek(position - block)
        tail = file.read(block) + tail
    return tail[: tail.rindex(b"\n")].rpartition(b"\n")[2]


def _event(line: str) -> Event:
    event: Event = json.loads(line)
    event["timestamp"] = dt.datetime.fromisoformat(event["timestamp"])
    return event


class LocalLogs:
    """A history that is read while it grows (see `ports.Logs`): functions and jobs say nothing besides."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = 0

    def new(self) -> tuple[list[Event], list[LogLine]]:
        """The events since the last call; no lines."""
        events = [event for event in read_history(self._path) if event["id"] > self._told]
        self._told = events[-1]["id"] if events else self._told
        return events, []
