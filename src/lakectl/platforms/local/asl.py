"""Runs an Amazon States Language definition in this process: the state machine that Step Functions runs on AWS.

A definition is loaded once, and refused then if it holds anything that would not run here as it does there (`asl_load`,
`asl_names`). Running it (`asl_run`, `asl_states`) calls tasks through a port, records each event in Step Functions'
words, and takes time and chance from a clock, so that the same machine runs under tests without waiting.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakectl.platforms.local.asl_load import load_flow
from lakectl.platforms.local.asl_model import DefinitionError, Flow, StateError
from lakectl.platforms.local.asl_names import check_names
from lakectl.platforms.local.asl_run import Aborted, Run, Scope, TimedOut, instant
from lakectl.platforms.local.asl_states import BEHAVIOURS
from lakectl.platforms.local.asl_task import Tasks
from lakectl.platforms.local.clock import Abort, Clock, SystemClock
from lakectl.platforms.local.history import Event, Journal

__all__ = ["Abort", "DefinitionError", "Machine", "Outcome", "StateError", "Tasks"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended: SUCCEEDED with an output; FAILED, TIMED_OUT or ABORTED with an error name and a cause."""

    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Machine:
    """A definition that can be run, any number of times and side by side."""

    name: str
    flow: Flow
    timeout_seconds: int | None = None

    @classmethod
    def load(
        cls,
        definition: Mapping[str, Any],
        substitutions: Mapping[str, str] | None = None,
        name: str = "lakehouse_etl_flow",
    ) -> Machine:
        """The machine that a definition (parsed JSON) describes, with each `${name}` in it replaced.

        Raises DefinitionError, naming state and field, on anything that this runner does not do.
        """
        flow = load_flow(definition, substitutions or {})
        check_names(flow)
        return cls(name, flow, definition.get("TimeoutSeconds"))

    def run(
        self,
        value: Any,
        execution: str,
        tasks: Tasks,
        record: Callable[[Event], None],
        clock: Clock | None = None,
        abort: Abort | None = None,
    ) -> Outcome:
        """Runs the machine on an input (plain JSON) to its end, in this thread and threads of its own.

        `record` gets every event, one at a time. `abort.set()` from another thread, or KeyboardInterrupt in this one,
        ends the run ABORTED once running tasks have been stopped.
        """
        clock = clock or SystemClock()
        journal = Journal(clock, record)
        scope = Scope(abort or Abort())
        scope.last = journal.add("ExecutionStarted", 0, input=value)
        outcome = self._outcome(self._run(execution, value, tasks, journal, clock), value, scope)
        _note_end(journal, scope, outcome)
        return outcome

    def _run(self, execution: str, value: Any, tasks: Tasks, journal: Journal, clock: Clock) -> Run:
        started = clock.now()
        limit = self.timeout_seconds
        context = {
            "Execution": {"Id": execution, "Name": execution, "Input": value, "StartTime": instant(started)},
            "StateMachine": {"Id": self.name, "Name": self.name},
        }
        deadline = None if limit is None else started + dt.timedelta(seconds=limit)
        return Run(context, tasks, journal, clock, deadline, BEHAVIOURS)

    def _outcome(self, run: Run, value: Any, scope: Scope) -> Outcome:
        try:
            # Through JSON, so that nobody's later change of the input changes the run.
            output = run.flow(self.flow, json.loads(json.dumps(value)), scope)
        except StateError as error:
            return Outcome("FAILED", error=error.error, cause=error.cause)
        except TimedOut:
            return Outcome("TIMED_OUT", error="States.Timeout", cause=f"It took over {self.timeout_seconds} seconds.")
        except (Aborted, KeyboardInterrupt):
            return Outcome("ABORTED", error="Interrupted", cause="The execution was stopped.")
        return Outcome("SUCCEEDED", output)


_ENDS = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}


def _note_end(journal: Journal, scope: Scope, outcome: Outcome) -> None:
    if outcome.status == "SUCCEEDED":
        journal.add("ExecutionSucceeded", scope.last, output=outcome.output)
    else:
        journal.add(_ENDS[outcome.status], scope.last, error=outcome.error, cause=outcome.cause)
