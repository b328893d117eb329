"""Starts the state machine on whatever is not loaded yet, and follows it to its end.

`ingest` and `resume` end in the same call. They differ in what is put into the inbox first, and in what the execution
remembers of its origin. Markers make a repetition safe, so nothing has to remember where an execution broke.
"""

from __future__ import annotations

import datetime as dt

from lakectl.operations.follow import Narrator
from lakectl.operations.progress import Progress
from lakectl.operations.result import Execution
from lakectl.operations.status import new_name, report
from lakectl.ports import Platform
from lakehouse import outcomes
from lakehouse.closing import close
from lakehouse.planning import refuse_contradictions


def check(platform: Platform) -> None:
    """What must hold before anything is touched. Raises ContractError, with the column and the way out; UsageError."""
    refuse_contradictions(platform.lake)
    platform.check()


def run(platform: Platform, progress: Progress) -> Execution:
    """Loads whatever lies in `uploads/` and `raw/` and is not loaded yet. Raises ContractError, UsageError."""
    check(platform)
    return follow(platform, new_name(dt.datetime.now(dt.UTC)), "run", None, progress)


def follow(platform: Platform, name: str, trigger: str, resumed_from: str | None, progress: Progress) -> Execution:
    """Runs the state machine under this name, to its end or to Ctrl-C; either way the lock is free afterwards."""
    given = {"trigger": trigger, "resumed_from": resumed_from, "engine": platform.engine}
    state = platform.workflow.follow(name, given, Narrator(progress))
    if state.status == "ABORTED":
        close(platform.lake, name, outcomes.report(platform.lake.storage, name).datasets, 0, "stopped by Ctrl-C")
    return report(platform, state)
