"""Whether an execution still runs, asked of whoever surely knows, with no heartbeat and no clock.

Of a lake in a directory: its process holds a lock on a file for as long as it lives. The operating system gives the
lock back when the process ends, however it ends. Of a lake in S3: Step Functions tells.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lakehouse import layout
from lakehouse.aws import Clients

# Owners of the lock that are no executions begin like this: maintenance, which loads nothing, and ends soon.
GLUE, UPKEEP, ARCHIVING = "glue:", "upkeep-", "archive-"


def is_execution(owner: str) -> bool:
    """Whether an owner of the lock is an execution, which looks for new files before it ends."""
    return not owner.startswith((GLUE, UPKEEP, ARCHIVING))


@contextmanager
def alive(lake_root: str, execution: str) -> Iterator[None]:
    """Inside the block the execution counts as running. `lake_root` is an absolute directory."""
    path = _path(lake_root, execution)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_running(lake_root: str, execution: str) -> bool:
    """Whether a process on this machine is inside `alive` for the execution; False for one that never was."""
    try:
        file = _path(lake_root, execution).open()
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def process(lake_root: str, execution: str) -> int:
    """The process that runs, or ran, the execution. Raises FileNotFoundError for one that never was."""
    return int(_path(lake_root, execution).read_text("ascii"))


def glue_owner(job: str, run: str) -> str:
    """How a Glue run that belongs to no execution, such as one started by the clock, calls itself as a lock's owner."""
    return f"{GLUE}{job}:{run}"


def is_running_on_aws(clients: Clients, machine_arn: str, owner: str) -> bool:
    """Whether the state machine runs the execution, or Glue the run, of this name; False for one that never was."""
    if owner.startswith(GLUE):
        return _glue_runs(clients("glue"), *owner[len(GLUE) :].rsplit(":", 1))
    states = clients("stepfunctions")
    arn = f"{machine_arn.replace(':stateMachine:', ':execution:')}:{owner}"
    try:
        status = states.describe_execution(executionArn=arn)["status"]
    except states.exceptions.ExecutionDoesNotExist:
        return False
    return status in {"RUNNING", "PENDING_REDRIVE"}


def _glue_runs(glue: Any, job: str, run: str) -> bool:
    try:
        state = glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"]
    except glue.exceptions.EntityNotFoundException:
        return False
    return state in {"STARTING", "RUNNING", "STOPPING", "WAITING"}


def _path(lake_root: str, execution: str) -> Path:
    return Path(lake_root, layout.execution(execution, "alive"))
