"""An execution's history as Step Functions tells it: events inside Map and Parallel, and each one's predecessor."""

from __future__ import annotations

import contextvars
import copy
import json
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions as sfn
from tests.cloud.emulator.step_functions import stop_if_over

_last: contextvars.ContextVar[tuple[str, int]] = contextvars.ContextVar("last", default=("", 0))
_item: contextvars.ContextVar[int] = contextvars.ContextVar("item", default=0)
_arguments: contextvars.ContextVar[Any] = contextvars.ContextVar("arguments", default=None)  # of the task at hand
_lock = threading.Lock()
_INTEGRATION = "arn:aws:states:::"


def patch() -> None:
    """Puts these in the place of MiniStack's. To be called after `step_functions.patch`."""
    plain_event, plain_machine = sfn._add_event, sfn._run_sub_machine
    plain_arguments = sfn._apply_jsonata_arguments

    def arguments(state: Any, value: Any, context: Any) -> Any:
        result = plain_arguments(state, value, context)
        _arguments.set(result)
        return result

    def add_event(execution: Any, kind: str, details: Any = None) -> Any:
        if execution["status"] != "RUNNING" and not kind.startswith("Execution"):
            return {}  # a branch that outlives its execution is silent
        details = {key: _integration(key, value) for key, value in (details or {}).items()}
        if kind == "TaskScheduled":
            details["taskScheduledEventDetails"]["parameters"] = json.dumps(_arguments.get())
        with _lock:
            event = plain_event(execution, kind, details)
            execution["events"][0].setdefault("previousEventId", 0)
        arn, previous = _last.get()
        event["previousEventId"] = previous if arn == execution["executionArn"] else event["id"] - 1
        _last.set((execution["executionArn"], event["id"]))
        if kind == "TaskScheduled":
            task = details["taskScheduledEventDetails"]
            named = {name: task[name] for name in ("resourceType", "resource") if name in task}
            add_event(execution, "TaskStarted", {"taskStartedEventDetails": named})
        return event

    def run_sub_machine(states: Any, first: str, value: Any, execution: Any, context: Any) -> Any:
        if not execution or "events" not in execution:
            return plain_machine(states, first, value, execution, context)
        return _in_iteration(lambda: _run(states, first, value, execution, context), execution, context)

    sfn._add_event, sfn._run_sub_machine = add_event, run_sub_machine
    sfn._apply_jsonata_arguments = arguments
    sfn._execute_map = _told("Map", sfn._execute_map)
    sfn._execute_parallel = _told("Parallel", sfn._execute_parallel)


def _integration(key: str, value: Any) -> Any:
    """The details of a task, with its resource in two parts: `glue` and `startJobRun.sync`."""
    resource = value.get("resource", "") if key.startswith("task") else ""
    if not resource.startswith(_INTEGRATION):
        return value
    kind, _, action = resource.removeprefix(_INTEGRATION).rpartition(":")
    return {**value, "resourceType": kind, "resource": action}


def _told(kind: str, execute: Callable[..., Any]) -> Callable[..., Any]:
    def told(state: Any, value: Any, execution: Any, context: Any) -> Any:
        sfn._add_event(execution, f"{kind}StateStarted", {"mapStateStartedEventDetails": {}} if kind == "Map" else None)
        try:
            result = execute(state, value, execution, context)
        except sfn._ExecutionError:
            sfn._add_event(execution, f"{kind}StateFailed")
            raise
        sfn._add_event(execution, f"{kind}StateSucceeded")
        return result

    return told


def _in_iteration(run: Callable[[], Any], execution: Any, context: Any) -> Any:
    """Runs the states of one item of a Map between the events of its iteration; those of a branch just so."""
    item = context.get("Map")
    if item is None or _item.get() == id(item):
        return run()
    _item.set(id(item))
    iteration = {"name": context["State"]["Name"], "index": item["Item"]["Index"]}
    sfn._add_event(execution, "MapIterationStarted", {"mapIterationStartedEventDetails": iteration})
    try:
        result = run()
    except sfn._ExecutionError:
        sfn._add_event(execution, "MapIterationFailed", {"mapIterationFailedEventDetails": iteration})
        raise
    sfn._add_event(execution, "MapIterationSucceeded", {"mapIterationSucceededEventDetails": iteration})
    return result


def _run(states: Any, first: str, given: Any, execution: Any, context: Any) -> Any:
    name: str | None = first
    value = copy.deepcopy(given)
    while name:
        stop_if_over(execution)
        if name not in states:
            raise sfn._ExecutionError("States.Runtime", f"State '{name}' not found")
        state, here = states[name], name
        kind = state["Type"]
        context["State"] = {"Name": name, "EnteredTime": sfn.now_iso(), "RetryCount": 0}
        entered = {"name": here, "input": json.dumps(value)}
        sfn._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
        value, name = _step(state, value, execution, context)
        exited = {"name": here, "output": json.dumps(value)}
        sfn._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": exited})
    return value


def _step(state: Any, value: Any, execution: Any, context: Any) -> tuple[Any, str | None]:
    """One state, by MiniStack's own functions: what comes out, and what is next."""
    kind = state["Type"]
    if kind == "Fail":
        raise sfn._ExecutionError(*sfn._fail_state_error(state, value, context))
    if kind == "Succeed":
        return sfn._apply_output_path(state, sfn._apply_input_path(state, value, context), context), None
    execute = getattr(sfn, f"_execute_{kind.lower()}")
    if kind in ("Task", "Parallel", "Map"):
        return execute(state, value, execution, context)  # type: ignore[no-any-return]
    return execute(state, value, context)  # type: ignore[no-any-return]
