"""Two engines, one definition: the local runner and moto's interpreter take the same path to the same end.

Compared are how a run ended, its output, error and cause, every event in order with what went in and out of each state,
and how long each retry waited. Where moto falls short is written in `moto_engine`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.local.moto_engine import Answer, Work, run_on_moto
from tests.unit.asl.fakes import FakeClock, FakeTasks

from lakectl.platforms.local.asl import Machine, StateError

# Step Functions' wording of these causes is its own, and so is moto's.
_OWN_WORDS = {"States.QueryEvaluationError", "States.NoChoiceMatched", "States.Timeout"}


def _run_here(definition: dict[str, Any], value: Any, work: Work) -> Answer:
    events: list[dict[str, Any]] = []
    clock = FakeClock(patience=30)  # no task of these tests is meant to time out
    outcome = Machine.load(definition).run(value, "x1", FakeTasks(**work), events.append, clock)
    return Answer(outcome.status, outcome.output, outcome.error, outcome.cause, events, clock.slept)


def _trace(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(event["type"], *_told(event)) for event in events]


def _told(event: dict[str, Any]) -> tuple[Any, ...]:
    found = (value for name, value in event.items() if name.endswith("EventDetails"))
    details = next(found, {})
    if event["type"].endswith(("StateEntered", "StateExited")):
        value = details.get("input", details.get("output"))
        return details["name"], json.loads(value)
    return tuple(details.get(name) for name in ("error", "index", "resource"))


def _cause(answer: Answer) -> Any:
    if answer.error in _OWN_WORDS or not answer.cause:
        return None
    try:
        return json.loads(answer.cause)
    except ValueError:
        return answer.cause


def compare(
    definition: dict[str, Any], value: Any, work: Callable[[], Work], monkeypatch: pytest.MonkeyPatch
) -> Answer:
    """Runs a definition on both engines, each on work of its own, and returns what both made of it."""
    here = _run_here(definition, value, work())
    there = run_on_moto(definition, value, work(), monkeypatch)
    assert _trace(here.events) == _trace(there.events)
    assert (here.status, here.output, here.error) == (there.status, there.output, there.error)
    assert _cause(here) == _cause(there)
    assert _waits(here) == _waits(there)
    return here


def failing_job(name: str) -> Callable[[Any], Any]:
    """A Glue job whose run fails. Its cause is compared as text, so it has boto3's order of fields."""
    job_run = {"Id": "jr_0", "JobName": name, "JobRunState": "FAILED", "ErrorMessage": "no"}

    def work(_: Any) -> None:
        raise StateError("States.TaskFailed", json.dumps(job_run))

    return work


def _waits(answer: Answer) -> list[float]:
    """How long it slept, each time; a sleep of no time may be left out."""
    return [seconds for seconds in answer.slept if seconds]
