"""Feature by feature, the local runner and moto's engine take the same path to the same end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.local.moto_engine import Work
from tests.local.two_engines import compare, failing_job
from tests.unit.asl.fakes import call, failing, machine, passing

from lakectl.platforms.local.asl_model import GLUE, SNS

TOPIC = "arn:aws:sns:us-east-1:123456789012:ops"
PAYLOAD = "{% $states.result.Payload %}"


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
    "job fails": (machine(JOB), {"lake": "x"}, lambda: {"etl": failing_job("etl")}),
    "message": (machine(PUBLISH), {}, lambda: {TOPIC: lambda message: {"MessageId": "1"}}),
}


@pytest.mark.parametrize("name", CASES)
def test_both_engines_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    definition, value, work = CASES[name]
    compare(definition, value, work, monkeypatch)
