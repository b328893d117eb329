"""Stops an execution, whoever started it. What it has loaded stays loaded, and `resume` does the rest."""

from __future__ import annotations

from lakectl.errors import UsageError
from lakectl.operations.result import Execution
from lakectl.operations.status import named, report
from lakectl.ports import ExecutionState, Platform
from lakehouse import outcomes
from lakehouse.closing import close


def stop(platform: Platform, name: str | None = None) -> Execution | None:
    """Stops a running execution, by default the newest, with its jobs, and frees the lock; None where none runs.

    Raises UsageError for one that does not run.
    """
    running = _running(platform, name)
    if running is None:
        return None
    state = platform.workflow.stop(running.name)
    told = outcomes.report(platform.lake.storage, state.name)
    if state.status == "ABORTED" and not told.ending:
        close(platform.lake, state.name, told.datasets, 0, "stopped by `lakectl stop`")
    return report(platform, state)


def _running(platform: Platform, name: str | None) -> ExecutionState | None:
    if name is None:
        return next((state for state in platform.workflow.list() if state.status == "RUNNING"), None)
    state = named(platform, name)
    if state.status != "RUNNING":
        raise UsageError(f"execution {name} does not run: it is {state.status}")
    return state
