"""Flows inside states: order, concurrency, variables, and what one failure does to the rest."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from tests.unit.asl.fakes import FakeTasks, call, kinds, machine, passing, run

from lakectl.platforms.local.asl import StateError


def _map(processor: dict[str, Any], **more: Any) -> dict[str, Any]:
    inner = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(processor)), "States": processor}
    return {"Type": "Map", "ItemProcessor": inner, "End": True, **more}


def test_map_keeps_the_order_of_its_items_whatever_runs_first() -> None:
    third = threading.Event()

    def slow(item: int) -> int:
        if item == 3:
            third.set()
        assert third.wait(30)
        return item * 10

    states = {"M": _map({"I": call("slow", Output="{% $states.result.Payload %}")}, Items="{% $states.input.items %}")}
    assert run(machine(states), {"items": [1, 2, 3]}, FakeTasks(slow=slow)).output == [10, 20, 30]


def test_map_selects_items_with_index_value_and_outer_variables() -> None:
    selector = {
        "i": "{% $states.context.Map.Item.Index %}",
        "v": "{% $states.context.Map.Item.Value %}",
        "p": "{% $prefix %}",
        "all": "{% $count($states.input) %}",
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"prefix": "p-"}, "Next": "M"},
        "M": _map({"I": {"Type": "Pass", "End": True}}, ItemSelector=selector),
    }
    output = run(machine(states), ["a", "b"]).output
    assert output == [{"i": 0, "v": "a", "p": "p-", "all": 2}, {"i": 1, "v": "b", "p": "p-", "all": 2}]


def test_map_over_nothing_yields_nothing_and_over_an_object_fails() -> None:
    states = {"M": _map({"I": {"Type": "Pass", "End": True}}, Items="{% $states.input %}")}
    assert run(machine(states), []).output == []
    assert run(machine(states), {"a": 1}).error == "States.QueryEvaluationError"


def test_map_never_runs_more_iterations_than_it_may() -> None:
    lock, most, now = threading.Lock(), [0], [0]

    def busy(item: int) -> int:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.01)
        with lock:
            now[0] -= 1
        return item

    states = {"M": _map({"I": call("busy")}, MaxConcurrency=2)}
    assert run(machine(states), list(range(8)), FakeTasks(busy=busy)).status == "SUCCEEDED"
    assert most[0] == 2


def test_the_first_failure_in_a_map_stops_the_other_iterations() -> None:
    def pick(item: int) -> int:
        if item == 0:
            raise KeyError("gone")
        return item

    states = {"M": _map({"I": call("pick")}, MaxConcurrency=1)}
    tasks = FakeTasks(pick=pick)
    with pytest.raises(KeyError):  # a bug in the tasks themselves is no error of the state machine
        run(machine(states), list(range(50)), tasks)
    assert len(tasks.calls) == 1


def test_a_failed_iteration_fails_the_map_with_its_error_and_the_rest_is_not_started() -> None:
    processor = {
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 2 %}", "Next": "F"}], "Default": "T"},
        "F": {"Type": "Fail", "Error": "Bad.Item", "Cause": "two"},
        "T": call("keep"),
    }
    tasks = FakeTasks(keep=lambda item: item)
    events: list[dict[str, Any]] = []
    outcome = run(machine({"M": _map(processor, MaxConcurrency=1)}), [1, 2, 3, 4], tasks, events=events)
    assert (outcome.status, outcome.error, outcome.cause) == ("FAILED", "Bad.Item", "two")
    assert tasks.calls == [("keep", 1)]
    assert [kind for kind in kinds(events) if kind.startswith("Map")] == [
        "MapStateEntered", "MapStateStarted", "MapIterationStarted", "MapIterationSucceeded", "MapIterationStarted",
        "MapIterationFailed", "MapStateFailed",
    ]  # fmt: skip


def test_parallel_gives_every_branch_its_arguments_and_collects_their_outputs() -> None:
    def branch(name: str, output: str) -> dict[str, Any]:
        return {"StartAt": name, "States": {name: passing(output)}}

    states = {
        "P": {
            "Type": "Parallel",
            "Arguments": {"n": "{% $states.input + 1 %}"},
            "Branches": [branch("L", "{% $states.input.n * 2 %}"), branch("R", "{% $states.input.n * 3 %}")],
            "Output": {"sum": "{% $sum($states.result) %}", "was": "{% $states.input %}"},
            "End": True,
        }
    }
    assert run(machine(states), 1).output == {"sum": 10, "was": 1}


def test_a_failed_branch_stops_its_siblings_and_can_be_caught() -> None:
    started = threading.Event()

    def long(_: Any) -> None:
        started.set()
        while True:
            threading.Event().wait(0.005)

    def fails(_: Any) -> None:
        assert started.wait(30)
        raise StateError("Shop.Closed", "night")

    states = {
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "L", "States": {"L": call("long", Next="After"), "After": call("after")}},
                {"StartAt": "R", "States": {"R": call("fails")}},
            ],
            "Catch": [{"ErrorEquals": ["Shop.Closed"], "Next": "Caught", "Output": "{% $states.errorOutput.Error %}"}],
            "End": True,
        },
        "Caught": {"Type": "Succeed"},
    }
    tasks = FakeTasks(long=long, fails=fails, after=lambda _: None)
    assert run(machine(states), None, tasks).output == "Shop.Closed"
    assert "after" not in [name for name, _ in tasks.calls]


def test_inner_flows_read_outer_variables_and_keep_their_own() -> None:
    processor = {
        "I": {"Type": "Pass", "Assign": {"own": "{% $base + $states.input %}"}, "Next": "J"},
        "J": passing("{% $own %}"),
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"base": 100}, "Next": "M"},
        "M": {**_map(processor), "Assign": {"base": "{% $base + $count($states.result) %}"}, "Next": "Z"},
        "Z": passing({"base": "{% $base %}", "items": "{% $states.input %}"}),
    }
    del states["M"]["End"]
    assert run(machine(states), [1, 2]).output == {"base": 102, "items": [101, 102]}
