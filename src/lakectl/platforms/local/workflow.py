"""The workflow of the local target: the state machine runs in this process, its histories lie in the lake."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lakectl import assets
from lakectl.platforms.local.asl import Machine
from lakectl.platforms.local.asl_task import Tasks
from lakectl.platforms.local.clock import Clock, SystemClock
from lakectl.platforms.local.history import Event, HistoryFile, LocalLogs, read_ends, read_history
from lakectl.platforms.local.spark_session import LocalSpark
from lakectl.platforms.local.spark_training import train_later
from lakectl.platforms.local.tasks import LocalTasks
from lakectl.ports import ExecutionState, HistoryEvent, Status
from lakehouse import layout
from lakehouse.errors import LakehouseError, ObjectMissing
from lakehouse.liveness import alive, is_running, process

DEFINITION = "lakehouse_etl_flow.asl.json"
_HISTORY = "history.jsonl"
_LOOK_AGAIN, _PATIENCE = 0.2, 300.0  # seconds
_STATUS: dict[str, Status] = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "FAILED",
    "ExecutionAborted": "ABORTED",
}


def open_workflow(lake_root: Path, project: Path | None, values: Mapping[str, str]) -> LocalWorkflow:
    """The workflow of a lake: the definition, the project's or the packaged one, over local handlers and jobs.

    `values` are its substitutions besides the names of handlers and jobs, which are those of their files. Raises
    DefinitionError.
    """
    definition = json.loads(assets.find("state_machine", DEFINITION, project).read_text("utf-8"))
    handlers = {name: name for name in assets.stems("lambdas", project)}
    jobs = {f"job_{name}": name for name in assets.stems("glue_jobs", project)}
    machine = Machine.load(definition, {**handlers, **jobs, **values})
    (lake_root / layout.UPLOADS).mkdir(parents=True, exist_ok=True)  # where people put files
    spark = LocalSpark(raw=lake_root / layout.RAW) if values.get("engine") == "spark" else None
    return LocalWorkflow(lake_root, machine, LocalTasks(lake_root, project, spark=spark), spark=spark)


class LocalWorkflow:
    """Runs executions and tells of those that ran (see `ports.Workflow`)."""

    def __init__(
        self,
        lake_root: Path,
        machine: Machine,
        tasks: Tasks,
        clock: Clock | None = None,
        spark: LocalSpark | None = None,
    ) -> None:
        self._root = lake_root
        self._machine = machine
        self._tasks = tasks
        self._clock = clock or SystemClock()
        self._spark = spark

    def follow(
        self, execution: str, given: Mapping[str, Any], observe: Callable[[HistoryEvent], None]
    ) -> ExecutionState:
        """Runs an execution to its end, telling of every event once it is on disk; Ctrl-C ends it ABORTED.

        Raises LakehouseError where an execution of that name has run before.
        """
        path = self._path(execution)
        if path.exists():
            raise LakehouseError(f"execution {execution} has run before", "Start a new one under another name.")
        with _at_hand(self._spark), alive(str(self._root), execution), HistoryFile(path) as history:

            def record(event: Event) -> None:
                history.append(event)
                observe(event)

            self._machine.run(dict(given), execution, self._tasks, record, self._clock)
        return self.describe(execution)

    def watch(self, execution: str, observe: Callable[[HistoryEvent], None]) -> ExecutionState:
        """Tells of an execution that a process has started, past and to come, until it ends or Ctrl-C ends the telling.

        Raises ObjectMissing.
        """
        logs = self.logs(execution)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                state = self.describe(execution)
                for event in logs.new()[0]:
                    observe(event)
                if state.status != "RUNNING":
                    return state
                self._clock.sleep(_LOOK_AGAIN, threading.Event())
        return self.describe(execution)

    def stop(self, execution: str) -> ExecutionState:
        """Presses Ctrl-C in the process that runs the execution, and waits until it has ended.

        Raises LakehouseError where it does not end within five minutes.
        """
        os.kill(process(str(self._root), execution), signal.SIGINT)
        for _ in range(int(_PATIENCE / _LOOK_AGAIN)):
            if (state := self.describe(execution)).status != "RUNNING":
                return state
            self._clock.sleep(_LOOK_AGAIN, threading.Event())
        raise LakehouseError(f"execution {execution} does not stop", "Kill its process: what was loaded stays loaded.")

    def logs(self, execution: str) -> LocalLogs:
        """What is said in an execution."""
        return LocalLogs(self._path(execution))

    def describe(self, execution: str) -> ExecutionState:
        """How an execution stands. Raises ObjectMissing."""
        ends = read_ends(self._path(execution))
        if ends is None:
            raise ObjectMissing(f"there is no execution {execution}")
        return _state(execution, *ends, is_running(str(self._root), execution))

    def newest(self) -> str | None:
        """The name of the newest execution; None where nothing has run."""
        return next((state.name for state in self.list(1)), None)

    def list(self, limit: int = 100) -> Iterator[ExecutionState]:
        """The newest executions, newest first."""
        paths = self._root.glob(f"{layout.EXECUTIONS}*/{_HISTORY}")
        states = [self.describe(path.parent.name) for path in paths if path.stat().st_size]
        yield from sorted(states, key=lambda state: (state.started_at, state.name), reverse=True)[:limit]

    def history(self, execution: str) -> Iterator[Event]:
        """An execution's events, oldest first; none where it never ran."""
        return read_history(self._path(execution))

    def _path(self, execution: str) -> Path:
        return self._root / layout.execution(execution, _HISTORY)


@contextlib.contextmanager
def _at_hand(spark: LocalSpark | None) -> Iterator[None]:
    """Spark for the jobs that ask for it: known to be complete before the first, gone after the last."""
    if spark is None:
        yield
        return
    spark.check()
    with spark:
        yield
        slow = spark.slow_start
    if slow:
        train_later()


def _state(name: str, first: Event, last: Event, running: bool) -> ExecutionState:
    given = json.loads(first["executionStartedEventDetails"]["input"])
    started: dt.datetime = first["timestamp"]
    if last["type"] in _STATUS:
        return ExecutionState(name, _STATUS[last["type"]], started, last["timestamp"], given, _error(last))
    if running:
        return ExecutionState(name, "RUNNING", started, None, given)
    # No end was written and nobody runs it: the process was killed, at the latest sign of life or just after.
    return ExecutionState(name, "ABORTED", started, last["timestamp"], given, "The process ended before its work did.")


def _error(last: Event) -> str:
    found = (value for name, value in last.items() if name.endswith("EventDetails"))
    details: Mapping[str, str] = next(found, {})
    return ": ".join(text for name in ("error", "cause") if (text := details.get(name)))
