"""Executions as people ask for them: what one did, which there were, which one `resume` means."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lakectl.errors import UsageError
from lakectl.operations.follow import Narrator
from lakectl.operations.progress import Progress
from lakectl.operations.result import DatasetResult, Execution, Fault
from lakectl.ports import ExecutionState, Platform
from lakehouse import outcomes
from lakehouse.errors import ObjectMissing


@dataclass(frozen=True)
class ExecutionLine:
    """One execution among others. Times are ISO 8601 in UTC; `resumed_from` is the execution it continued."""

    execution: str
    status: str
    started_at: str
    finished_at: str | None
    trigger: str
    resumed_from: str | None


def new_name(now: dt.datetime) -> str:
    """A name for a new execution: sorts by time, and two of the same second differ."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def status(platform: Platform, name: str | None = None) -> Execution | None:
    """What an execution did, by default the newest; None where nothing has run. Raises UsageError for a wrong name."""
    state = _meant(platform, name)
    return report(platform, state) if state else None


def watch(platform: Platform, name: str | None, progress: Progress) -> Execution | None:
    """Tells of an execution, by default the newest, until it ends or Ctrl-C ends the telling; None where nothing has
    run. Raises UsageError for a wrong name."""
    state = _meant(platform, name)
    return report(platform, platform.workflow.watch(state.name, Narrator(progress))) if state else None


def _meant(platform: Platform, name: str | None) -> ExecutionState | None:
    if name is not None:
        return named(platform, name)
    newest = platform.workflow.newest()
    return platform.workflow.describe(newest) if newest else None


def executions(platform: Platform, limit: int) -> list[ExecutionLine]:
    """The newest executions, at most so many, newest first."""
    return [_line(state) for state in platform.workflow.list(limit)]


def _line(state: ExecutionState) -> ExecutionLine:
    return ExecutionLine(
        execution=state.name,
        status=state.status,
        started_at=_instant(state.started_at),
        finished_at=_instant(state.finished_at) if state.finished_at else None,
        trigger=state.given.get("trigger", "event"),
        resumed_from=state.given.get("resumed_from"),
    )


def resumable(platform: Platform, name: str | None = None) -> ExecutionState | None:
    """The execution that `resume` continues: the named one, else the newest that failed or was stopped and was not
    resumed since; None where there is none. Raises UsageError for a name that cannot be resumed."""
    if name is None:
        return _newest_broken(platform.workflow.list())
    found = named(platform, name)
    if found.status not in {"FAILED", "ABORTED"}:
        raise UsageError(f"execution {name} is {found.status}: only a failed or stopped one can be resumed")
    return found


def _newest_broken(states: Iterable[ExecutionState]) -> ExecutionState | None:
    """The first that is broken. What has resumed it comes before it, since it is newer."""
    resumed = set()
    for state in states:
        if state.status in {"FAILED", "ABORTED"} and state.name not in resumed:
            return state
        resumed.add(state.given.get("resumed_from"))
    return None


def named(platform: Platform, name: str) -> ExecutionState:
    """The execution of that name. Raises UsageError where there is none."""
    try:
        return platform.workflow.describe(name)
    except ObjectMissing:
        raise UsageError(f"there is no execution {name!r}", "`lakectl executions list` shows the newest.") from None


def report(platform: Platform, state: ExecutionState) -> Execution:
    """The one object that ingest, run, resume and status answer with."""
    told = outcomes.report(platform.lake.storage, state.name)
    ending = told.ending
    return Execution(
        execution=state.name,
        target=platform.target,
        engine=state.given.get("engine", platform.engine),
        status=state.status,
        started_at=_instant(state.started_at),
        finished_at=_instant(state.finished_at) if state.finished_at else None,
        uploads=tuple(told.uploads),
        ignored=told.ignored,
        datasets=tuple(_dataset(outcome) for outcome in told.datasets),
        archived=ending.get("archived", 0),
        error=ending.get("error") or state.error or None,
        note=ending.get("note", ""),
    )


def _dataset(outcome: Mapping[str, Any]) -> DatasetResult:
    counts = {name: outcome.get(name, 0) for name in outcomes.COUNTS}
    return DatasetResult(
        dataset=outcome["dataset"],
        status=outcome["status"],
        **counts,
        table_version=outcome.get("table_version"),
        error=outcome.get("error"),
        faults=tuple(Fault(**fault) for fault in outcome.get("faults", [])),
    )


def _instant(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
