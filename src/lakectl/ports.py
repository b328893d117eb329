"""What a target must offer. `platforms.local` and `platforms.aws` implement these; `wiring` puts them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from lakehouse.lake import Lake

if TYPE_CHECKING:
    from lakectl.asking.answers import Queries

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


# An event of an execution's history, as Step Functions' GetExecutionHistory gives it, with `state`: its state's name.
HistoryEvent = Mapping[str, Any]
# The type of an event that is in no history: a job run has come to another `state` of its own.
JOB_RUN = "JobRunStateChanged"

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class LogLine:
    """What somebody said, one line or a few that belong together. The instant is UTC; `source` says who."""

    at: dt.datetime
    source: str
    level: Level
    message: str


class Logs(Protocol):
    """The log of one execution, read while it grows."""

    def new(self) -> tuple[Sequence[HistoryEvent], Sequence[LogLine]]:
        """What has come since the last call: the workflow's events, and the lines of functions and jobs."""


class Workflow(Protocol):
    """Runs the state machine."""

    def follow(
        self, execution: str, given: Mapping[str, Any], observe: Callable[[HistoryEvent], None]
    ) -> ExecutionState:
        """Starts an execution and tells of every event until it ends.

        Ctrl-C stops an execution that runs in this process, which ends ABORTED; of one that runs elsewhere it ends the
        telling only, and the state says RUNNING.
        """

    def watch(self, execution: str, observe: Callable[[HistoryEvent], None]) -> ExecutionState:
        """Tells of every event, past and to come, of an execution that somebody has started, until it ends or Ctrl-C
        ends the telling. Raises ObjectMissing."""

    def stop(self, execution: str) -> ExecutionState:
        """Stops an execution and its jobs, whoever started it, and waits until they have ended."""

    def newest(self) -> str | None:
        """The name of the newest execution; None where nothing has run."""

    def logs(self, execution: str) -> Logs:
        """What is said in an execution."""

    def describe(self, execution: str) -> ExecutionState:
        """How an execution stands. Raises ObjectMissing."""

    def list(self, limit: int = 100) -> Iterator[ExecutionState]:
        """The newest executions, newest first; who needs only the first few, takes only those."""


@dataclass(frozen=True)
class Platform:
    """One target, open: what operations work with. Workflow and queries are opened when first asked for."""

    target: str
    engine: str
    project: Path
    lake: Lake
    open_workflow: Callable[[], Workflow]
    open_queries: Callable[[], Queries]
    # What delta-rs has to be told to open the lake's tables; nothing in a directory.
    delta_options: Callable[[], dict[str, str]] = dict
    # Raises LakehouseError where the pipeline could not do, or would do something else than, what the project says.
    check: Callable[[], None] = lambda: None
    # Inside it, an owner of a lock that is no execution counts as running, where this machine can tell.
    living: Callable[[str], AbstractContextManager[None]] = lambda _owner: nullcontext()
    converts_here: bool = False  # whether `ingest` converts on this machine, before the workflow starts elsewhere

    @cached_property
    def workflow(self) -> Workflow:
        """Runs the state machine."""
        return self.open_workflow()

    @cached_property
    def queries(self) -> Queries:
        """Answers queries."""
        return self.open_queries()
