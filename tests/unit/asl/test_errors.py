"""Retry, Catch and timeouts."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.unit.asl.fakes import FakeClock, FakeTasks, call, failing, kinds, machine, passing, run

from lakectl.platforms.local.asl_retry import matches

OK = "{% $states.result.Payload %}"


def test_retry_backs_off_up_to_its_limit_then_succeeds() -> None:
    clock = FakeClock()
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4, "MaxDelaySeconds": 20}]
    tasks = FakeTasks(work=failing("E", "E", "E", "E", then="done"))
    assert run(machine({"A": call("work", Retry=retry, Output=OK)}), None, tasks, clock).output == "done"
    assert clock.slept == [2, 6, 18, 20]


def test_retry_has_the_defaults_of_the_language() -> None:
    clock = FakeClock()
    tasks = FakeTasks(work=failing("E", "E", "E", "E", then="done"))
    outcome = run(machine({"A": call("work", Retry=[{"ErrorEquals": ["E"]}])}), None, tasks, clock)
    assert outcome.error == "E"
    assert clock.slept == [1, 2, 4]


def test_full_jitter_waits_a_random_part() -> None:
    clock = FakeClock(chance=0.25)
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 8, "JitterStrategy": "FULL"}]
    run(machine({"A": call("work", Retry=retry)}), None, FakeTasks(work=failing("E", "E")), clock)
    assert clock.slept == [2, 4]


def test_each_retrier_counts_its_own_attempts_and_zero_means_none() -> None:
    retry = [
        {"ErrorEquals": ["Never"], "MaxAttempts": 0},
        {"ErrorEquals": ["A"], "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2},
    ]
    for errors, calls in ((["Never"], 1), (["A", "A"], 2), (["A", "B", "B", "B"], 4)):
        tasks = FakeTasks(work=failing(*errors, then="done"))
        assert run(machine({"S": call("work", Retry=retry)}), None, tasks).status == "FAILED"
        assert len(tasks.calls) == calls


def test_the_retry_count_is_in_the_context() -> None:
    payload = "{% $states.context.State.RetryCount %}"
    tasks = FakeTasks(work=failing("E", "E", then="done"))
    run(machine({"A": call("work", payload, Retry=[{"ErrorEquals": ["E"]}])}), None, tasks)
    assert [given for _, given in tasks.calls] == [0, 1, 2]


def test_catch_gives_error_and_cause_assigns_and_goes_on() -> None:
    catch = [
        {"ErrorEquals": ["Other"], "Next": "Wrong"},
        {
            "ErrorEquals": ["ValueError"],
            "Assign": {"message": "{% $parse($states.errorOutput.Cause).errorMessage %}"},
            "Next": "Caught",
        },
    ]
    states = {
        "A": call("work", Catch=catch),
        "Caught": passing({"error": "{% $states.input.Error %}", "message": "{% $message %}"}),
        "Wrong": {"Type": "Fail"},
    }
    output = run(machine(states), None, FakeTasks(work=failing("ValueError"))).output
    assert output == {"error": "ValueError", "message": "no"}


def test_catch_comes_after_retry() -> None:
    states = {
        "A": call("work", Retry=[{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}], Catch=[
            {"ErrorEquals": ["States.ALL"], "Next": "B", "Output": "caught"},
        ]),
        "B": {"Type": "Succeed"},
    }  # fmt: skip
    tasks = FakeTasks(work=failing("E", "E", "E"))
    assert run(machine(states), None, tasks).output == "caught"
    assert len(tasks.calls) == 2


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["E"], "E", True),
        (["E"], "F", False),
        (["States.ALL"], "F", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.TaskFailed"], "ValueError", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.QueryEvaluationError", True),
    ],
)
def test_wildcards_have_their_exceptions(names: list[str], error: str, expected: bool) -> None:
    assert matches(names, error) is expected


def test_an_undefined_result_is_a_query_error_that_names_state_field_and_expression() -> None:
    outcome = run(machine({"A": passing("{% $states.input.missing %}")}), {"a": 1})
    assert outcome.error == "States.QueryEvaluationError"
    for part in ("'A'", "#2", "'Output'", "$states.input.missing"):
        assert part in str(outcome.cause)


def test_a_query_error_in_a_tasks_output_is_caught() -> None:
    states = {
        "A": call("work", Output="{% $states.result.Payload.nothing %}", Catch=[
            {"ErrorEquals": ["States.QueryEvaluationError"], "Next": "B"},
        ]),
        "B": passing("{% $states.input.Error %}"),
    }  # fmt: skip
    assert run(machine(states), None, FakeTasks(work=lambda _: {})).output == "States.QueryEvaluationError"


def test_an_error_inside_a_catcher_fails_the_run() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": "{% $states.input.nothing %}"}]
    states = {"A": call("work", Catch=catch), "B": {"Type": "Succeed"}}
    assert run(machine(states), {}, FakeTasks(work=failing("E"))).error == "States.QueryEvaluationError"


def _endless(ended: threading.Event) -> Any:
    def work(_: Any) -> None:
        try:
            while True:
                threading.Event().wait(0.005)
        finally:
            ended.set()

    return work


def test_a_task_that_takes_too_long_is_stopped_and_times_out() -> None:
    ended = threading.Event()
    events: list[dict[str, Any]] = []
    states = {
        "A": call(
            "work", TimeoutSeconds="{% $states.input %}", Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "B"}]
        ),
        "B": passing("{% $states.input.Error %}"),
    }
    outcome = run(machine(states), 5, FakeTasks(work=_endless(ended)), events=events)
    assert outcome.output == "States.Timeout"
    assert ended.is_set()
    assert "TaskTimedOut" in kinds(events)


def test_the_whole_run_times_out() -> None:
    ended = threading.Event()
    events: list[dict[str, Any]] = []
    definition = machine(
        {"A": call("work", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]), "B": {"Type": "Succeed"}}
    )
    outcome = run({**definition, "TimeoutSeconds": 60}, None, FakeTasks(work=_endless(ended)), events=events)
    assert (outcome.status, outcome.error) == ("TIMED_OUT", "States.Timeout")
    assert ended.is_set()
    assert kinds(events)[-1] == "ExecutionTimedOut"


def test_waiting_does_not_outlast_the_run() -> None:
    clock = FakeClock()
    definition = machine({"A": {"Type": "Wait", "Seconds": 600, "End": True}}, TimeoutSeconds=60)
    assert run(definition, None, clock=clock).status == "TIMED_OUT"
    assert clock.slept == [60]


def test_a_failed_job_has_its_run_as_cause() -> None:
    states = {
        "A": call("job", Catch=[{"ErrorEquals": ["States.TaskFailed"], "Next": "B"}]),
        "B": passing("{% $parse($states.input.Cause).errorType %}"),
    }
    assert run(machine(states), None, FakeTasks(job=failing("States.TaskFailed"))).output == "States.TaskFailed"
