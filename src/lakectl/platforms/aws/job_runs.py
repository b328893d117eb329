"""What Glue says of the runs of an execution while they last: a history knows only that they began and ended.

A run waits for capacity and starts up before its script does anything; whoever watches wants to know which it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from lakectl.platforms.aws.calls import Calls
from lakectl.ports import JOB_RUN, HistoryEvent


class JobRuns:
    """The runs of one execution, given its events in order."""

    def __init__(self, glue: Any) -> None:
        self._glue = glue
        self._calls = Calls()
        self._states: dict[str, str] = {}  # run -> what was told of it last

    def add(self, event: HistoryEvent) -> None:
        """Takes an event of the execution in."""
        self._calls.add(event)

    def changes(self) -> Iterator[HistoryEvent]:
        """An event of the type `JOB_RUN` for every run whose state is another than last time. One call for each run."""
        for call in self._calls.running_jobs:
            run = self._glue.get_job_run(JobName=call.name, RunId=call.run)["JobRun"]
            if self._states.get(call.run) != run["JobRunState"]:
                self._states[call.run] = run["JobRunState"]
                yield _event(call.event, call.state, call.run, run["JobRunState"])


def _event(submitted: int, state: str, run: str, now: str) -> HistoryEvent:
    return {
        "id": submitted,
        "previousEventId": submitted,
        "type": JOB_RUN,
        "timestamp": dt.datetime.now(dt.UTC),
        "state": state,
        "jobRunEventDetails": {"run": run, "state": now},
    }
