"""The run of a state machine: from state to state, with what surrounds each of them.

A visit to a state is: enter, behave (`asl_states`), retry or catch, exit. What differs between the types of state is
their behaviour only; errors, variables, sizes, history and interruption are the same for all and live here.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lakectl.platforms.local.asl_jsonata import ExpressionError, evaluate
from lakectl.platforms.local.asl_model import Flow, State, StateError
from lakectl.platforms.local.asl_retry import Retries, catcher_for
from lakectl.platforms.local.asl_task import Tasks
from lakectl.platforms.local.clock import Abort, Clock
from lakectl.platforms.local.history import Journal

# Step Functions' quota for the input or output of a state, in bytes of UTF-8 JSON.
DATA_LIMIT = 256 * 1024


class Aborted(Exception):
    """The run, or the branch of it, was told to stop."""


class TimedOut(Exception):
    """The run took longer than the definition's TimeoutSeconds."""


@dataclass
class Scope:
    """What the states of one flow share: variables, the id of the last event, and how to stop them."""

    abort: Abort
    last: int = 0
    outer: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)

    def variables(self) -> dict[str, Any]:
        """All that can be read here."""
        return {**self.outer, **self.own}

    def inner(self, abort: Abort, context: Mapping[str, Any] | None = None) -> Scope:
        """A flow inside: it reads what is here and assigns for itself."""
        return Scope(abort, self.last, self.variables(), {**self.context, **(context or {})})


@dataclass
class Visit:
    """One stay in a state."""

    state: State
    input: Any
    scope: Scope
    entered: dt.datetime
    entered_id: int = 0
    retries: int = 0


Following = tuple[Any, str | None]
Behaviour = Callable[["Run", Visit], Following]


class Run:
    """One execution of one machine."""

    def __init__(
        self,
        execution: Mapping[str, Any],
        tasks: Tasks,
        journal: Journal,
        clock: Clock,
        deadline: dt.datetime | None,
        behaviours: Mapping[str, Behaviour],
    ) -> None:
        self.tasks = tasks
        self.clock = clock
        self.journal = journal
        self._context = execution
        self._deadline = deadline
        self._behaviours = behaviours

    def flow(self, flow: Flow, value: Any, scope: Scope) -> Any:
        """Runs a flow to its end and returns its output. Raises StateError, Aborted, TimedOut."""
        following: str | None = flow.start_at
        while following is not None:
            value, following = self._visit(flow.states[following], value, scope)
        return value

    def _visit(self, state: State, value: Any, scope: Scope) -> Following:
        self.check(scope)
        visit = Visit(state, value, scope, self.clock.now())
        visit.entered_id = self.note(visit, f"{state.type}StateEntered", name=state.name, input=value)
        output, following = self._attempts(visit)
        self.note(visit, f"{state.type}StateExited", name=state.name, output=output)
        return output, following

    def _attempts(self, visit: Visit) -> Following:
        retries = Retries(visit.state.fields.get("Retry", ()))
        while True:
            try:
                self.limited(visit, visit.input, "input")
                return self._behaviours[visit.state.type](self, visit)
            except StateError as error:
                delay = retries.delay(error, self.clock.random)
                if delay is None:
                    return self._caught(visit, error)
            self.sleep(visit.scope, delay)
            visit.retries = retries.count

    def _caught(self, visit: Visit, error: StateError) -> Following:
        catcher = catcher_for(visit.state.fields.get("Catch", ()), error)
        if catcher is None:
            raise error
        caught = {"errorOutput": error.as_json()}
        return self.leave(visit, catcher, catcher["Next"], error.as_json(), caught)

    def leave(
        self, visit: Visit, fields: Mapping[str, Any], following: str | None, default: Any, more: Mapping[str, Any]
    ) -> Following:
        """The end of a visit: Output (or the default) and Assign, both evaluated before any variable changes."""
        output = self.evaluate(visit, fields["Output"], "Output", more) if "Output" in fields else default
        assigned = self.evaluate(visit, fields.get("Assign", {}), "Assign", more)
        self.limited(visit, output, "output")
        for name, value in assigned.items():
            self.limited(visit, value, f"variable {name}")
        visit.scope.own.update(assigned)
        return output, following

    def evaluate(self, visit: Visit, value: Any, name: str, more: Mapping[str, Any] | None = None) -> Any:
        """A field's value with its expressions evaluated. Raises StateError States.QueryEvaluationError."""
        states = {"input": visit.input, "context": self.context(visit), **(more or {})}
        try:
            return evaluate(value, {**visit.scope.variables(), "states": states}, self.clock.random)
        except ExpressionError as error:
            raise self.query_error(visit, name, str(error)) from error

    def query_error(self, visit: Visit, field: str, text: str) -> StateError:
        """States.QueryEvaluationError of a field, recorded; for whoever raises it."""
        error, cause = "States.QueryEvaluationError", self._cause(visit, f"Field '{field}': {text}")
        self.note(visit, "EvaluationFailed", error=error, cause=cause, location=field, state=visit.state.name)
        return StateError(error, cause)

    def context(self, visit: Visit) -> dict[str, Any]:
        """The value of `$states.context`."""
        state = {"Name": visit.state.name, "EnteredTime": instant(visit.entered), "RetryCount": visit.retries}
        return {**self._context, **visit.scope.context, "State": state}

    def limited(self, visit: Visit, value: Any, what: str) -> None:
        """Raises StateError States.DataLimitExceeded where the value would not pass through Step Functions."""
        size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
        if size > DATA_LIMIT:
            text = f"The {what} has {size:,} bytes, more than the {DATA_LIMIT:,} that Step Functions allows."
            raise StateError("States.DataLimitExceeded", self._cause(visit, text))

    def note(self, visit: Visit, kind: str, /, **details: Any) -> int:
        """Records an event of the visit and returns its id."""
        visit.scope.last = self.journal.add(kind, visit.scope.last, visit.state.name, **details)
        return visit.scope.last

    def sleep(self, scope: Scope, seconds: float) -> None:
        """Waits, unless the run is stopped or its time is over. Raises Aborted, TimedOut."""
        left = self.left()
        with scope.abort.waking(threading.Event()) as stop:
            self.clock.sleep(seconds if left is None else min(seconds, left), stop)
        self.check(scope)

    def left(self) -> float | None:
        """Seconds until the run times out, None where it never does."""
        return None if self._deadline is None else max(0.0, (self._deadline - self.clock.now()).total_seconds())

    def check(self, scope: Scope) -> None:
        """Raises Aborted or TimedOut where the run must not go on."""
        if scope.abort.is_set():
            raise Aborted
        if self.left() == 0:
            raise TimedOut

    def _cause(self, visit: Visit, text: str) -> str:
        where = f"the state '{visit.state.name}' (entered at the event id #{visit.entered_id})"
        return f"An error occurred while executing {where}. {text}"


def instant(moment: dt.datetime) -> str:
    """An instant as the context object shows it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
