"""What the runner's tests give it instead of AWS and of time."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lakectl.platforms.local.asl import Abort, Machine, Outcome, StateError
from lakectl.platforms.local.asl_model import GLUE, LAMBDA, SNS
from lakectl.platforms.local.history import Event

START = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


class FakeClock:
    """Sleeps at once and remembers for how long; `patience` is what a task gets in real seconds before it times out."""

    def __init__(self, chance: float = 0.5, patience: float = 0.05) -> None:
        self.time = START
        self.slept: list[float] = []
        self._chance = chance
        self._patience = patience

    def now(self) -> dt.datetime:
        return self.time

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        self.slept.append(seconds)
        self.time += dt.timedelta(seconds=seconds)

    def join(self, done: threading.Event, seconds: float | None) -> bool:
        if seconds is None:
            return done.wait(30)
        if not done.wait(self._patience):
            self.time += dt.timedelta(seconds=seconds)
        return done.is_set()

    def random(self) -> float:
        return self._chance


class FakeTasks:
    """Functions, jobs and topics by name; each takes its payload or arguments and returns, or raises."""

    def __init__(self, **work: Callable[[Any], Any]) -> None:
        self._work = work
        self.calls: list[tuple[str, Any]] = []

    def interrupt(self) -> None:
        """There is no engine."""

    def call(self, resource: str, arguments: Any, submitted: Callable[[Any], None]) -> Any:
        name, given = _named(resource, arguments)
        self.calls.append((name, given))
        if resource == GLUE:
            submitted({"JobRunId": "jr_0", "JobName": name})
            return {"Id": "jr_0", "JobName": name, **self._work[name](given)}
        answer = self._work[name](given)
        return answer if resource != LAMBDA else {"ExecutedVersion": "$LATEST", "Payload": answer, "StatusCode": 200}


def _named(resource: str, arguments: Any) -> tuple[str, Any]:
    if resource == LAMBDA:
        return arguments["FunctionName"], arguments.get("Payload", {})
    if resource == GLUE:
        return arguments["JobName"], arguments.get("Arguments", {})
    assert resource == SNS
    return arguments["TopicArn"], arguments["Message"]


def failing(*errors: str, then: Any = None) -> Callable[[Any], Any]:
    """Work that raises these errors in turn, then returns."""
    left = list(errors)

    def work(given: Any) -> Any:
        if left:
            name = left.pop(0)
            raise StateError(name, json.dumps({"errorMessage": "no", "errorType": name}, separators=(",", ":")))
        return then

    return work


def machine(states: Mapping[str, Any], start: str | None = None, **more: Any) -> dict[str, Any]:
    """A JSONata definition of these states, which starts at the first of them."""
    return {"QueryLanguage": "JSONata", "StartAt": start or next(iter(states)), "States": dict(states), **more}


def call(name: str, payload: Any = "{% $states.input %}", **more: Any) -> dict[str, Any]:
    """A Task state that invokes a function; it ends the flow unless it has a Next."""
    state = {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": name, "Payload": payload}, **more}
    return state if "Next" in more else {**state, "End": True}


def passing(output: Any, **more: Any) -> dict[str, Any]:
    """A Pass state with that output; it ends the flow unless it has a Next."""
    state = {"Type": "Pass", "Output": output, **more}
    return state if "Next" in more else {**state, "End": True}


def run(
    definition: Mapping[str, Any],
    value: Any = None,
    tasks: FakeTasks | None = None,
    clock: Any = None,
    abort: Abort | None = None,
    events: list[Event] | None = None,
) -> Outcome:
    """Loads and runs a definition on fakes."""
    record = [] if events is None else events
    loaded = Machine.load(definition)
    return loaded.run(value, "x1", tasks or FakeTasks(), record.append, clock or FakeClock(), abort)


def kinds(events: Sequence[Event]) -> list[str]:
    """The types of events, in order."""
    return [event["type"] for event in events]
