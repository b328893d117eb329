"""What a target must offer. `platforms.local` and `platforms.aws` implement these; `wiring` puts them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from lakehouse.lake import Lake

Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]


@dataclass(frozen=True)
class ExecutionState:
    """How an execution of the state machine stands. Instants are UTC; `given` is its input."""

    name: str
    status: Status
    started_at: dt.datetime
    finished_at: dt.datetime | None
    given: Mapping[str, Any]
    error: str = ""


@dataclass(frozen=True)
class Change:
    """Something that happened in an execution, for whoever watches: a state was entered or left, or failed."""

    at: dt.datetime
    kind: str  # the Step Functions event type, such as TaskStateEntered
    state: str
    dataset: str
    detail: Mapping[str, Any]


Observer = Callable[[Change], None]


class Workflow(Protocol):
    """Runs the state machine."""

    def follow(self, execution: str, given: Mapping[str, Any], observe: Observer) -> ExecutionState:
        """Starts an execution and tells of every change until it ends. Raises KeyboardInterrupt when it was aborted."""

    def describe(self, execution: str) -> ExecutionState:
        """How an execution stands. Raises ObjectMissing."""

    def list(self) -> list[ExecutionState]:
        """All executions, newest first."""


@dataclass(frozen=True)
class Platform:
    """One target, open: what operations work with."""

    target: str
    engine: str
    project: Path
    lake: Lake
    workflow: Workflow
