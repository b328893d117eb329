"""The history: its events, its file, and how a run is stopped."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.asl.fakes import START, FakeClock, FakeTasks, call, failing, kinds, machine, passing, run

from lakectl.platforms.local.asl import Abort, Machine
from lakectl.platforms.local.asl_task import TaskThread
from lakectl.platforms.local.clock import SystemClock
from lakectl.platforms.local.history import HistoryFile, Journal, read_ends, read_history


def test_events_have_step_functions_names_ids_and_details() -> None:
    events: list[dict[str, Any]] = []
    states = {"A": call("f", Retry=[{"ErrorEquals": ["E"]}], Output="{% $states.result.Payload %}")}
    run(machine(states), {"é": 1}, FakeTasks(f=failing("E", then=7)), events=events)
    assert kinds(events) == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "TaskScheduled",
        "TaskStarted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    assert [event["id"] for event in events] == list(range(1, 11))
    assert [event["previousEventId"] for event in events] == list(range(10))
    assert events[0]["executionStartedEventDetails"] == {"input": '{"é": 1}'}
    assert events[1]["stateEnteredEventDetails"] == {"name": "A", "input": '{"é": 1}'}
    assert events[2]["taskScheduledEventDetails"]["resource"] == "invoke"
    assert events[4]["taskFailedEventDetails"]["error"] == "E"
    assert events[8]["stateExitedEventDetails"] == {"name": "A", "output": "7"}
    assert events[8]["state"] == "A"


def test_events_of_a_map_point_back_along_their_own_iteration() -> None:
    events: list[dict[str, Any]] = []
    processor = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    run(machine({"M": {"Type": "Map", "ItemProcessor": processor, "End": True}}), [1, 2, 3], events=events)
    by_id = {event["id"]: event for event in events}
    for event in events:
        if event["type"] == "PassStateEntered":
            assert by_id[event["previousEventId"]]["type"] == "MapIterationStarted"
        if event["type"] == "MapIterationStarted":
            assert by_id[event["previousEventId"]]["type"] == "MapStateStarted"


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "history.jsonl"
    with HistoryFile(path) as file:
        journal = Journal(FakeClock(), file.append)
        journal.add("ExecutionStarted", 0, input={"text": "Überschrift\u2028x"})
        journal.add("PassStateEntered", 1, "A", name="A", input=None)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    events = list(read_history(path))
    assert kinds(events) == ["ExecutionStarted"]
    assert events[0]["timestamp"] == START
    assert json.loads(events[0]["executionStartedEventDetails"]["input"]) == {"text": "Überschrift\u2028x"}


def test_no_file_no_events(tmp_path: Path) -> None:
    assert list(read_history(tmp_path / "none.jsonl")) == []
    assert read_ends(tmp_path / "none.jsonl") is None


@pytest.mark.parametrize("length", [1, 8000, 8192, 30_000])
@pytest.mark.parametrize("events", [1, 2, 5])
def test_the_ends_of_a_history_are_its_first_and_its_last_whole_event(tmp_path: Path, events: int, length: int) -> None:
    path = tmp_path / "history.jsonl"
    with HistoryFile(path) as file:
        journal = Journal(FakeClock(), file.append)
        for number in range(events):
            journal.add("PassStateEntered", number, "A", name="A", input="ä\u2028" * length)
    told = list(read_history(path))
    assert read_ends(path) == (told[0], told[-1])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    left = list(read_history(path))
    assert len(left) == events - 1
    assert read_ends(path) == ((left[0], left[-1]) if left else None)


def test_abort_stops_the_running_task_and_enters_no_state_after_it() -> None:
    started, ended = threading.Event(), threading.Event()
    abort = Abort()

    def work(_: Any) -> None:
        started.set()
        try:
            while True:
                threading.Event().wait(0.005)
        finally:
            ended.set()

    def stop() -> None:
        assert started.wait(30)
        abort.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    events: list[dict[str, Any]] = []
    states = {"A": call("work", Next="B", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]), "B": passing(1)}
    outcome = run(machine(states), None, FakeTasks(work=work), abort=abort, events=events)
    stopper.join()
    assert outcome.status == "ABORTED"
    assert ended.is_set()
    assert kinds(events)[-1] == "ExecutionAborted"
    assert "PassStateEntered" not in kinds(events)


def test_abort_ends_a_wait_on_the_real_clock() -> None:
    abort = Abort()
    entered = threading.Event()

    def record(event: dict[str, Any]) -> None:
        if event["type"] == "WaitStateEntered":
            entered.set()

    def stop() -> None:
        assert entered.wait(30)
        abort.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    loaded = Machine.load(machine({"A": {"Type": "Wait", "Seconds": 3600, "End": True}}))
    assert loaded.run(None, "x1", FakeTasks(), record, SystemClock(), abort).status == "ABORTED"
    stopper.join()


def test_abort_before_the_start_enters_nothing() -> None:
    abort = Abort()
    abort.set()
    events: list[dict[str, Any]] = []
    assert run(machine({"A": passing(1)}), abort=abort, events=events).status == "ABORTED"
    assert kinds(events) == ["ExecutionStarted", "ExecutionAborted"]


def test_ctrl_c_inside_a_map_stops_every_iteration() -> None:
    ended = []

    class Interrupted(FakeTasks):
        def call(self, resource: str, arguments: Any, submitted: Any) -> Any:
            if arguments["Payload"] == 0:
                raise KeyboardInterrupt
            try:
                while True:
                    threading.Event().wait(0.005)
            finally:
                ended.append(arguments["Payload"])

    processor = {"StartAt": "I", "States": {"I": call("f")}}
    states = {"M": {"Type": "Map", "ItemProcessor": processor, "Next": "Z"}, "Z": passing(1)}
    outcome = run(machine(states), [1, 2, 0], Interrupted())
    assert outcome.status == "ABORTED"
    assert set(ended) <= {1, 2}


def test_a_childs_abort_leaves_its_parent_alone() -> None:
    parent = Abort()
    child = Abort(parent)
    child.set()
    assert (child.is_set(), parent.is_set()) == (True, False)
    other = Abort(parent)
    with other.waking(threading.Event()) as event:
        assert not event.is_set()
        parent.set()
        assert event.is_set()
    with other.waking(threading.Event()) as event:
        assert event.is_set()


def test_a_task_thread_hands_on_what_its_work_raised() -> None:
    def work() -> None:
        raise ValueError("no")

    thread = TaskThread(work)
    thread.start()
    assert thread.done.wait(30)
    thread.stop()
    with pytest.raises(ValueError, match="no"):
        thread.result()
