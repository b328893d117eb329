"""Continues an execution that failed or was stopped, as a new one: what was loaded is marked, the rest is done."""

from __future__ import annotations

import datetime as dt

from lakectl.operations.progress import Progress
from lakectl.operations.result import Execution
from lakectl.operations.run import follow
from lakectl.operations.status import new_name, resumable
from lakectl.ports import Platform


def resume(platform: Platform, name: str | None, progress: Progress) -> Execution | None:
    """Continues a failed or stopped execution, by default the newest, as a new one; None where there is none."""
    broken = resumable(platform, name)
    if broken is None:
        return None
    return follow(platform, new_name(dt.datetime.now(dt.UTC)), "resume", broken.name, progress)
