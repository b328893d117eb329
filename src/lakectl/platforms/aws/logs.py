"""What an execution, its functions and its jobs say: Step Functions' history and CloudWatch's logs.

A job's lines are those of its run's streams. A function's stream serves whoever calls it, so the lines of one execution
are those that were written while this execution had called the function; of two executions, one writes at a time, and
the other has asked for the lock at most.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lakectl.platforms.aws.calls import Call, Calls
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.history import History
from lakectl.platforms.aws.names import PYTHON_SHELL, Names
from lakectl.ports import HistoryEvent, Level, LogLine

_AT_ONCE = 8
_SLACK = dt.timedelta(seconds=1)  # between the clocks of two services
_LATE = 60_000  # ms that CloudWatch may take to show a line
_BOOKKEEPING = re.compile(r"(START|END|REPORT) RequestId: |INIT_START ")
_ERROR = re.compile(r"^(\S+ \S+ )?\[?(ERROR|FATAL|CRITICAL)\b|^[\w.]*(Error|Exception)\b|Task timed out after")
_WARNING = re.compile(r"^(\S+ \S+ )?\[?WARN(ING)?\b")


@dataclass(frozen=True)
class Source:
    """Where CloudWatch has lines of somebody: a log group, or one of its streams."""

    name: str
    group: str
    stream: str = ""


class AwsLogs:
    """The log of one execution (see `ports.Logs`)."""

    def __init__(self, states: Any, logs: Any, names: Names, execution: str) -> None:
        self._logs = logs
        self._names = names
        self._history = History(states, names.execution_arn(execution))
        self._calls = Calls()
        self._told: set[tuple[Any, ...]] = set()  # identities of lines
        self._latest: dict[Source, int] = {}  # ms

    def new(self) -> tuple[list[HistoryEvent], list[LogLine]]:
        """The events and the lines since the last call. Raises UsageError, Unreachable."""
        with translated():
            events = list(self._history.new())
            for event in events:
                self._calls.add(event)
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                read = list(pool.map(lambda item: list(self._read(*item)), self._sources().items()))
        return events, [line for lines in read for line in lines]

    def _sources(self) -> Mapping[Source, list[Call]]:
        """Where to look, and the calls that are to be found there."""
        sources: dict[Source, list[Call]] = {}
        for call in self._calls.all:
            for source in self._of_call(call):
                sources.setdefault(source, []).append(call)
        return sources

    def _of_call(self, call: Call) -> Iterator[Source]:
        short = call.name.removeprefix(f"{self._names.target.prefix}-")
        if call.service == "lambda" and call.name:
            yield Source(f"lambda {short}", f"/aws/lambda/{call.name}")
        elif call.service == "glue" and call.run:
            # A Python-shell job takes no log group of ours.
            group = "/aws-glue/python-jobs" if short in PYTHON_SHELL else self._names.job_logs
            for kind in ("output", "error"):
                yield Source(f"job {short}", f"{group}/{kind}", call.run)

    def _read(self, source: Source, calls: list[Call]) -> Iterator[LogLine]:
        """The lines of a source that have not been told and that belong to the calls."""
        for found in self._found(source, calls):
            at = dt.datetime.fromtimestamp(found["timestamp"] / 1000, dt.UTC)
            identity = _identity(found)
            if identity in self._told or not (source.stream or _during(at, calls)):
                continue
            self._told.add(identity)
            self._latest[source] = max(found["timestamp"], self._latest.get(source, 0))
            text = found["message"].strip().replace("\r", "\n")
            if text and not _BOOKKEEPING.match(text):
                yield LogLine(at, source.name, _level(text), text)

    def _found(self, source: Source, calls: list[Call]) -> Iterator[dict[str, Any]]:
        since = max(_ms(calls[0].begun - _SLACK), self._latest.get(source, 0) - _LATE)
        given: dict[str, Any] = {"logGroupName": source.group, "startTime": since}
        ends = [call.ended for call in calls if call.ended]
        if source.stream:
            given["logStreamNames"] = [source.stream]
        elif len(ends) == len(calls):
            given["endTime"] = _ms(max(ends) + _SLACK)
        try:
            for page in self._logs.get_paginator("filter_log_events").paginate(**given):
                yield from page["events"]
        except self._logs.exceptions.ResourceNotFoundException:
            return  # a group or stream begins to exist when the first line is written to it


def _identity(found: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a line from every other. Its id need not be given (FilteredLogEvent of CloudWatch Logs' API)."""
    known = found.get("eventId")
    return (known,) if known else (found.get("logStreamName"), found["timestamp"], found["message"])


def _during(at: dt.datetime, calls: list[Call]) -> bool:
    return any(call.begun - _SLACK <= at and (call.ended is None or at <= call.ended + _SLACK) for call in calls)


def _level(text: str) -> Level:
    return "error" if _ERROR.search(text) else "warning" if _WARNING.search(text) else "info"


def _ms(when: dt.datetime) -> int:
    return int(when.timestamp() * 1000)
