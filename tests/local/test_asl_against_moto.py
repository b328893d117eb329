"""Two engines, one definition: the local runner and moto's interpreter take the same path to the same end.

Compared are how a run ended, its output, error and cause, every event in order with what went in and out of each state,
and how long each retry waited. Where moto falls short is written in `moto_engine`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.local.moto_engine import Answer, Work, run_on_moto
from tests.unit.asl.fakes import FakeClock, FakeTasks, call, failing, machine, passing

from lakectl.platforms.local.asl import Machine, StateError
from lakectl.platforms.local.asl_load import substituted
from lakectl.platforms.local.asl_model import GLUE, SNS

TOPIC = "arn:aws:sns:us-east-1:123456789012:ops"
SHIPPED = Path(__file__).parents[2] / "state_machine" / "lakehouse_etl_flow.asl.json"
PAYLOAD = "{% $states.result.Payload %}"

# Step Functions' wording of these causes is its own, and so is moto's.
_OWN_WORDS = {"States.QueryEvaluationError", "States.NoChoiceMatched", "States.Timeout"}


def _run_here(definition: dict[str, Any], value: Any, work: Work) -> Answer:
    events: list[dict[str, Any]] = []
    clock = FakeClock(patience=1)
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


def _compare(
    definition: dict[str, Any], value: Any, work: Callable[[], Work], monkeypatch: pytest.MonkeyPatch
) -> Answer:
    here = _run_here(definition, value, work())
    there = run_on_moto(definition, value, work(), monkeypatch)
    assert _trace(here.events) == _trace(there.events)
    assert (here.status, here.output, here.error) == (there.status, there.output, there.error)
    assert _cause(here) == _cause(there)
    assert [seconds for seconds in here.slept if seconds] == there.slept
    return here


def _failing_job(name: str) -> Callable[[Any], Any]:
    """A Glue job whose run fails. Its cause is compared as text, so it has boto3's order of fields."""
    job_run = {"Id": "jr_0", "JobName": name, "JobRunState": "FAILED", "ErrorMessage": "no"}

    def work(_: Any) -> None:
        raise StateError("States.TaskFailed", json.dumps(job_run))

    return work


def _inline(states: dict[str, Any]) -> dict[str, Any]:
    return {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(states)), "States": states}


def _branch(states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


CHOICE = {
    "C": {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $states.input.n > 10 %}", "Next": "Big", "Assign": {"size": "big"}},
            {"Condition": "{% $states.input.n > 5 %}", "Next": "Middle", "Output": {"replaced": True}},
        ],
        "Default": "Small",
        "Assign": {"size": "small"},
    },
    "Big": passing({"size": "{% $size %}"}),
    "Middle": {"Type": "Succeed"},
    "Small": passing({"size": "{% $size %}"}),
}

MAP = {
    "A": {"Type": "Pass", "Assign": {"base": 100}, "Next": "M"},
    "M": {
        "Type": "Map",
        "Items": "{% $states.input.items %}",
        "ItemSelector": {"i": "{% $states.context.Map.Item.Index %}", "v": "{% $states.context.Map.Item.Value %}"},
        "MaxConcurrency": 1,
        "ItemProcessor": _inline(
            {
                "I": {"Type": "Pass", "Assign": {"own": "{% $base + $states.input.v %}"}, "Next": "J"},
                "J": passing({"own": "{% $own %}", "i": "{% $states.input.i %}"}),
            }
        ),
        "Assign": {"base": "{% $base + $count($states.result) %}"},
        "Next": "Z",
    },
    "Z": passing({"base": "{% $base %}", "items": "{% $states.input %}"}),
}

FAILING_MAP = {
    "M": {
        "Type": "Map",
        "Items": [1, 2, 3],
        "MaxConcurrency": 1,
        "ItemProcessor": _inline({"I": call("f")}),
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": {"was": "{% $states.errorOutput.Error %}"}}],
        "End": True,
    },
    "B": {"Type": "Succeed"},
}

PARALLEL = {
    "P": {
        "Type": "Parallel",
        "Arguments": {"n": "{% $states.input.n + 1 %}"},
        "Branches": [_branch({"L": passing({"l": "{% $states.input.n * 2 %}"})})],
        "Output": {"result": "{% $states.result %}", "was": "{% $states.input %}"},
        "End": True,
    }
}

RETRY = [
    {"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4, "MaxDelaySeconds": 20},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1},
]

CAUGHT = {
    "A": call(
        "f",
        Retry=[{"ErrorEquals": ["Never"], "MaxAttempts": 0}],
        Catch=[
            {"ErrorEquals": ["Other"], "Next": "W"},
            {"ErrorEquals": ["ValueError"], "Next": "B", "Assign": {"e": "{% $states.errorOutput.Error %}"}},
        ],
    ),
    "B": passing({"error": "{% $e %}", "cause": "{% $states.input.Cause %}"}),
    "W": {"Type": "Fail"},
}

JOB = {
    "A": {
        "Type": "Task",
        "Resource": GLUE,
        "Arguments": {"JobName": "etl", "Arguments": {"--lake": "{% $states.input.lake %}"}},
        "Retry": [{"ErrorEquals": ["Glue.ConcurrentRunsExceededException"], "IntervalSeconds": 7, "MaxAttempts": 1}],
        "Output": {"state": "{% $states.result.JobRunState %}"},
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "B"}],
        "End": True,
    },
    "B": passing({"error": "{% $states.input.Error %}"}),
}

PUBLISH = {
    "A": {
        "Type": "Task",
        "Resource": SNS,
        "Arguments": {"TopicArn": TOPIC, "Message": 'he said "hi"'},
        "Output": {"sent": "{% $states.result.MessageId %}"},
        "End": True,
    }
}

FAIL = {"F": {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'because ' & $states.input.c %}"}}

CASES: dict[str, tuple[dict[str, Any], Any, Callable[[], Work]]] = {
    "pass": (machine({"A": passing({"twice": "{% $states.input.n * 2 %}"})}), {"n": 4}, dict),
    "big": (machine(CHOICE), {"n": 11}, dict),
    "middle": (machine(CHOICE), {"n": 6}, dict),
    "small": (machine(CHOICE), {"n": 1}, dict),
    "wait": (machine({"W": {"Type": "Wait", "Seconds": 0, "End": True}}), {"n": 1}, dict),
    "fail": (machine(FAIL), {"e": "Shop.Closed", "c": "night"}, dict),
    "undefined": (machine({"A": passing({"a": "{% $states.input.missing %}"})}), {"n": 1}, dict),
    "map": (machine(MAP), {"items": [1, 2, 3]}, dict),
    "empty map": (machine(MAP), {"items": []}, dict),
    "map fails": (machine(FAILING_MAP), {}, lambda: {"f": failing("Odd", then={})}),
    "parallel": (machine(PARALLEL), {"n": 1}, dict),
    "retry": (
        machine({"A": call("f", Retry=RETRY, Output=PAYLOAD)}),
        {"n": 1},
        lambda: {"f": failing("Busy", "Busy", "Odd", "Busy", "Busy", then={"text": 'a "quoted" text'})},
    ),
    "retries end": (machine({"A": call("f", Retry=RETRY)}), {}, lambda: {"f": failing("Odd", "Odd", "Odd")}),
    "caught": (machine(CAUGHT), {}, lambda: {"f": failing("ValueError")}),
    "not caught": (machine(CAUGHT), {}, lambda: {"f": failing("KeyError")}),
    "job": (machine(JOB), {"lake": "x"}, lambda: {"etl": lambda given: {"JobRunState": "SUCCEEDED"}}),
    "job fails": (machine(JOB), {"lake": "x"}, lambda: {"etl": _failing_job("etl")}),
    "message": (machine(PUBLISH), {}, lambda: {TOPIC: lambda message: {"MessageId": "1"}}),
}


@pytest.mark.parametrize("name", CASES)
def test_both_engines_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    definition, value, work = CASES[name]
    _compare(definition, value, work, monkeypatch)


def _shipped() -> dict[str, Any]:
    """The definition as shipped, with one iteration at a time so that both engines' events come in one order."""
    handlers = {path.stem: path.stem for path in (SHIPPED.parents[1] / "lambdas").glob("*.py")}
    places = {"lake": "/lake", "contracts": "", "markers": "objects", "engine": "duckdb", "topic": TOPIC}
    values = {**handlers, **places, "job_prefix": "", "lambda_bytes": "1000"}
    definition: dict[str, Any] = substituted(json.loads(SHIPPED.read_text("utf-8")), values)
    for state in definition["States"].values():
        if state["Type"] == "Map":
            state["MaxConcurrency"] = 1
    # Jitter is left to chance by moto: without it both wait the same.
    text = json.dumps(definition).replace('"JitterStrategy": "FULL"', '"JitterStrategy": "NONE"')
    plain: dict[str, Any] = json.loads(text)
    return plain


def _work(**other: Callable[[Any], Any]) -> Work:
    """Handlers and jobs that find two uploads and load two levels of datasets, in one round."""

    def done(_: Any) -> dict[str, Any]:
        return {"JobRunState": "SUCCEEDED"}

    levels = [
        {"datasets": [{"dataset": "products", "job": "etl_products"}, {"dataset": "orders", "job": "etl_orders"}]},
        {"datasets": [{"dataset": "order_items", "job": "etl_order_items"}]},
    ]
    return {
        "acquire_lock": lambda given: {"acquired": True, "holder": given["execution"]},
        "find_uploads": lambda given: {"batches": [{"bytes": 10, "uploads": ["a"]}, {"bytes": 2000, "uploads": ["b"]}]},
        "convert_excel_to_csv": done,
        "plan_run": lambda given: {"levels": levels},
        "check_marker_lambda": lambda given: {"action": "run", "manifest": f"m/{given['dataset']}", "reason": ""},
        "etl_products": done,
        "etl_orders": done,
        "etl_order_items": done,
        "mark_processed": lambda given: {"dataset": given["manifest"][2:], "status": "loaded"},
        "archive_raw_csvs": done,
        "record_failure": lambda given: {"dataset": given["dataset"], "status": "failed", "error": given["error"]},
        "finish_round": lambda given: {"archived": 2, "more": False},
        "close_execution": lambda given: {
            "status": "FAILED" if given["failure"] or "failed" in str(given["results"]) else "SUCCEEDED",
            "error": given["failure"].get("Error", "a dataset failed"),
        },
        TOPIC: lambda message: {"MessageId": "1"},
        **other,
    }


def _in_turn(*answers: Any) -> Callable[[Any], Any]:
    left = list(answers)
    return lambda given: left.pop(0)


def _always(answer: Any) -> Callable[[Any], Any]:
    return lambda given: answer


SCENARIOS: dict[str, tuple[str, Callable[[], Work]]] = {
    "all is loaded": ("SUCCEEDED", _work),
    "more arrives": (
        "SUCCEEDED",
        lambda: _work(finish_round=_in_turn({"archived": 1, "more": True}, {"archived": 1, "more": False})),
    ),
    "somebody else runs": ("SUCCEEDED", lambda: _work(acquire_lock=_always({"acquired": False, "holder": "other"}))),
    "nothing to do": (
        "SUCCEEDED",
        lambda: _work(
            find_uploads=_always({"batches": []}),
            check_marker_lambda=_always({"action": "skip", "manifest": "", "reason": "nothing new"}),
        ),
    ),
    "a throttled function is called again": (
        "SUCCEEDED",
        lambda: _work(plan_run=failing("Lambda.TooManyRequestsException", then={"levels": []})),
    ),
    "a job fails": ("FAILED", lambda: _work(etl_orders=_failing_job("etl_orders"))),
    "a dataset is blocked": (
        "SUCCEEDED",
        lambda: _work(check_marker_lambda=_always({"action": "blocked", "manifest": "", "reason": "no orders"})),
    ),
    "the lock breaks": ("FAILED", lambda: _work(acquire_lock=failing("PermissionError"))),
    "conversion breaks": ("FAILED", lambda: _work(convert_excel_to_csv=failing("UploadRefused"))),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_engines_run_the_shipped_definition_alike(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, work = SCENARIOS[scenario]
    given = {"trigger": "run", "resumed_from": None, "engine": "duckdb"}
    assert _compare(_shipped(), given, work, monkeypatch).status == status
