"""The workflow of the aws target: Step Functions runs the state machine; here it is started, watched and stopped.

Commands start the alias, so that an execution keeps the version it began with whatever is deployed meanwhile. Watching
is asking, every second or so: an execution goes on whether or not somebody watches.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lakectl.errors import Unreachable
from lakectl.platforms.aws.calls import Calls
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.history import History
from lakectl.platforms.aws.job_runs import JobRuns
from lakectl.platforms.aws.logs import AwsLogs
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.session import Session
from lakectl.ports import ExecutionState, HistoryEvent, Status
from lakehouse.errors import LakehouseError, ObjectMissing

_STATUS: dict[str, Status] = {
    "RUNNING": "RUNNING",
    "PENDING_REDRIVE": "RUNNING",
    "SUCCEEDED": "SUCCEEDED",
    "FAILED": "FAILED",
    "TIMED_OUT": "FAILED",
    "ABORTED": "ABORTED",
}
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # seconds between two questions; the last one again and again
_AT_ONCE = 16
_STOPPED = {"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"}


class StepFunctionsWorkflow:
    """Runs executions and tells of those that ran (see `ports.Workflow`)."""

    def __init__(self, session: Session, names: Names, sleep: Callable[[float], None] = time.sleep) -> None:
        self._session = session
        self._states = session.client("stepfunctions")
        self._glue = session.client("glue")
        self._names = names
        self._sleep = sleep

    def follow(
        self, execution: str, given: Mapping[str, Any], observe: Callable[[HistoryEvent], None]
    ) -> ExecutionState:
        """Starts an execution and tells of every event until it ends; Ctrl-C ends the telling, not the execution."""
        with translated():
            self._states.start_execution(
                stateMachineArn=self._names.alias_arn, name=execution, input=json.dumps(dict(given))
            )
        return self.watch(execution, observe)

    def watch(self, execution: str, observe: Callable[[HistoryEvent], None]) -> ExecutionState:
        """Tells of every event, past and to come, and of Glue's runs, until the execution ends or Ctrl-C.

        Raises Unreachable when AWS is, or credentials expire, and says that the execution goes on.
        """
        history, runs = History(self._states, self._names.execution_arn(execution)), JobRuns(self._glue)
        pauses = iter(_PAUSES)
        try:
            while True:
                state = self.describe(execution)  # before the events, so that those of an ended one are all read
                with translated():
                    new = list(history.new())
                for event in new:
                    observe(event)
                    runs.add(event)
                with translated():
                    changes = list(runs.changes()) if state.status == "RUNNING" else []
                for event in changes:
                    observe(event)
                if state.status != "RUNNING":
                    return state
                self._sleep(next(pauses, _PAUSES[-1]))
        except KeyboardInterrupt:
            return self.describe(execution)
        except Unreachable as error:
            goes_on = f"The execution goes on meanwhile: `lakectl status {execution} --watch` follows it."
            raise Unreachable(error.message, f"{error.hint} {goes_on}") from error

    def stop(self, execution: str) -> ExecutionState:
        """Stops an execution and the jobs that it has started, and waits until they have ended."""
        arn = self._names.execution_arn(execution)
        with translated():
            self._states.stop_execution(executionArn=arn, error="Stopped", cause="stopped by lakectl stop")
            runs = _job_runs(History(self._states, arn).new())
            for job, run in runs:
                self._glue.batch_stop_job_run(JobName=job, JobRunIds=[run])
            for job, run in runs:
                self._wait_until_ended(job, run)
        return self.describe(execution)

    def logs(self, execution: str) -> AwsLogs:
        """What is said in an execution."""
        return AwsLogs(self._states, self._session.client("logs"), self._names, execution)

    def describe(self, execution: str) -> ExecutionState:
        """How an execution stands. Raises ObjectMissing."""
        with translated():
            try:
                found = self._states.describe_execution(executionArn=self._names.execution_arn(execution))
            except self._states.exceptions.ExecutionDoesNotExist:
                raise ObjectMissing(f"there is no execution {execution}") from None
        return _state(found)

    def list(self, limit: int = 100) -> Iterator[ExecutionState]:
        """The newest executions, newest first, by one call for each and one for a page of names."""
        with translated():
            paginator = self._states.get_paginator("list_executions")
            pages = paginator.paginate(stateMachineArn=self._names.machine_arn, PaginationConfig={"MaxItems": limit})
            names = [found["name"] for page in pages for found in page["executions"]]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for first in range(0, len(names), _AT_ONCE):
                yield from pool.map(self.describe, names[first : first + _AT_ONCE])

    def newest(self) -> str | None:
        """The name of the newest execution, by one call; None where nothing has run."""
        with translated():
            found = self._states.list_executions(stateMachineArn=self._names.machine_arn, maxResults=1)["executions"]
        return str(found[0]["name"]) if found else None

    def _wait_until_ended(self, job: str, run: str) -> None:
        for _ in range(150):
            if self._glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"] in _STOPPED:
                return
            self._sleep(2)
        raise Unreachable(f"the run {run} of {job} has not ended 5 minutes after it was stopped", "Try again later.")


def _job_runs(events: Iterable[HistoryEvent]) -> list[tuple[str, str]]:
    """The Glue runs that were submitted and have not ended, as (job, run)."""
    calls = Calls()
    for event in events:
        calls.add(event)
    return [(call.name, call.run) for call in calls.running_jobs]


def _state(found: Mapping[str, Any]) -> ExecutionState:
    status = found["status"]
    if status not in _STATUS:
        raise LakehouseError(f"execution {found['name']} has the status {status}, which this version does not know")
    told = ": ".join(text for name in ("error", "cause") if (text := found.get(name)))
    return ExecutionState(
        name=found["name"],
        status=_STATUS[status],
        started_at=found["startDate"],
        finished_at=found.get("stopDate"),
        given=json.loads(found.get("input") or "{}"),
        error=told or ("it took too long" if status == "TIMED_OUT" else ""),
    )
