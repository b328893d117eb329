"""What each type of state does, alone and in a flow."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.asl.fakes import FakeClock, FakeTasks, call, machine, passing, run

from lakectl.platforms.local.asl import Outcome
from lakectl.platforms.local.asl_model import GLUE, SNS


def test_pass_gives_its_input_on_and_an_output_replaces_it() -> None:
    assert run(machine({"A": {"Type": "Pass", "End": True}}), {"n": 1}) == Outcome("SUCCEEDED", {"n": 1})
    assert run(machine({"A": passing({"twice": "{% $states.input.n * 2 %}"})}), {"n": 4}).output == {"twice": 8}


def test_a_task_gives_the_function_its_payload_and_returns_the_whole_answer() -> None:
    tasks = FakeTasks(double=lambda n: n * 2)
    result = run(machine({"A": call("double")}), 21, tasks)
    assert result.output == {"ExecutedVersion": "$LATEST", "Payload": 42, "StatusCode": 200}
    assert tasks.calls == [("double", 21)]


def test_output_and_assign_of_a_task_see_its_result() -> None:
    states = {
        "A": call(
            "double",
            Assign={"answer": "{% $states.result.Payload %}"},
            Output="{% $states.result.StatusCode %}",
            Next="B",
        ),
        "B": passing({"answer": "{% $answer %}", "status": "{% $states.input %}"}),
    }
    assert run(machine(states), 4, FakeTasks(double=lambda n: n * 2)).output == {"answer": 8, "status": 200}


def test_glue_and_sns_are_called_by_name() -> None:
    states = {
        "A": {
            "Type": "Task",
            "Resource": GLUE,
            "Arguments": {"JobName": "etl", "Arguments": {"--lake": "x"}},
            "Output": "{% $states.result.JobRunState %}",
            "Next": "B",
        },
        "B": {
            "Type": "Task",
            "Resource": SNS,
            "Arguments": {"TopicArn": "ops", "Message": "{% $states.input %}"},
            "End": True,
        },
    }
    tasks = FakeTasks(etl=lambda given: {"JobRunState": "SUCCEEDED"}, ops=lambda message: {"MessageId": "1"})
    assert run(machine(states), None, tasks).output == {"MessageId": "1"}
    assert tasks.calls == [("etl", {"--lake": "x"}), ("ops", "SUCCEEDED")]


CHOICE = {
    "C": {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $states.input > 10 %}", "Next": "Big", "Assign": {"size": "big"}},
            {"Condition": "{% $states.input > 5 %}", "Next": "Middle", "Output": "replaced"},
        ],
        "Default": "Small",
        "Assign": {"size": "small"},
    },
    "Big": passing("{% $size %}"),
    "Middle": {"Type": "Succeed"},
    "Small": passing("{% $size %}"),
}


@pytest.mark.parametrize(("value", "output"), [(11, "big"), (6, "replaced"), (1, "small")])
def test_choice_takes_the_first_rule_that_holds_with_its_own_assign_and_output(value: int, output: str) -> None:
    assert run(machine(CHOICE), value).output == output


def test_choice_without_a_match_or_a_default_fails() -> None:
    states = {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input %}", "Next": "D"}]},
        "D": {"Type": "Succeed"},
    }
    assert run(machine(states), False).error == "States.NoChoiceMatched"


def test_a_condition_that_is_not_a_boolean_fails() -> None:
    states = {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input %}", "Next": "D"}], "Default": "D"},
        "D": {"Type": "Succeed"},
    }
    outcome = run(machine(states), "yes")
    assert outcome.error == "States.QueryEvaluationError"
    assert "Choices[0].Condition" in str(outcome.cause)


def test_fail_computes_error_and_cause() -> None:
    states = {"F": {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'because ' & $states.input.c %}"}}
    assert run(machine(states), {"e": "Shop.Closed", "c": "night"}) == Outcome(
        "FAILED", None, "Shop.Closed", "because night"
    )


def test_wait_takes_seconds_or_a_timestamp() -> None:
    clock = FakeClock()
    states = {
        "A": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "Next": "B"},
        "B": {"Type": "Wait", "Timestamp": "2026-11-23T03:01:30Z", "Next": "C"},
        "C": {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "End": True},
    }
    assert run(machine(states), {"n": 30}, clock=clock).output == {"n": 30}
    assert clock.slept == [30, 60, 0]


def test_wait_refuses_what_is_no_instant() -> None:
    states = {"A": {"Type": "Wait", "Timestamp": "{% $states.input %}", "End": True}}
    assert run(machine(states), "tomorrow").error == "States.QueryEvaluationError"
    assert run(machine(states), "2026-11-23T03:01:30").error == "States.QueryEvaluationError"


def test_assign_reads_the_variables_as_they_were_on_entry() -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x": "{% $y %}", "y": "{% $x %}"}, "Output": "{% $x %}", "Next": "C"},
        "C": passing(["{% $x %}", "{% $y %}", "{% $states.input %}"]),
    }
    assert run(machine(states)).output == [2, 1, 1]


def test_the_context_names_execution_and_state() -> None:
    states = {"A": passing("{% $states.context %}")}
    context = run(machine(states), {"n": 1}).output
    assert context["Execution"] == {
        "Id": "x1",
        "Name": "x1",
        "Input": {"n": 1},
        "StartTime": "2026-11-23T03:00:00.000Z",
    }
    assert context["State"] == {"Name": "A", "EnteredTime": "2026-11-23T03:00:00.000Z", "RetryCount": 0}


def test_more_than_256_kib_is_refused_in_and_out() -> None:
    big = "x" * (256 * 1024)
    outcome = run(machine({"A": call("big")}), None, FakeTasks(big=lambda _: big))
    assert outcome.error == "States.DataLimitExceeded"
    assert "'A'" in str(outcome.cause)
    assert run(machine({"A": {"Type": "Pass", "End": True}}), big).error == "States.DataLimitExceeded"
    assert run(machine({"A": {"Type": "Pass", "Assign": {"v": "{% $pad('', 300000, 'x') %}"}, "End": True}})).error == (
        "States.DataLimitExceeded"
    )
    just = "x" * (256 * 1024 - 2)
    assert run(machine({"A": {"Type": "Pass", "End": True}}), just).output == just


def test_nothing_that_runs_changes_the_input_it_was_given() -> None:
    def spoil(payload: Any) -> None:
        payload["items"].append(1)

    given: dict[str, Any] = {"items": []}
    run(machine({"A": call("spoil")}), given, FakeTasks(spoil=spoil))
    assert given == {"items": []}
