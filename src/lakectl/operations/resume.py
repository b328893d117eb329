"""Continues an execution that failed or was stopped, as a new one: what was loaded is marked, the rest is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from lakectl.operations.progress import Progress
from lakectl.operations.result import DatasetResult, Execution
from lakectl.operations.run import check, follow
from lakectl.operations.status import new_name, report, resumable
from lakectl.ports import Platform
from lakehouse.planning import split


@dataclass(frozen=True)
class Outlook:
    """What continuing an execution will come to: `waiting` is how many files of a dataset have no marker yet."""

    broken: Execution
    waiting: Mapping[str, int]

    @property
    def skipped(self) -> list[DatasetResult]:
        """What the execution loaded, and nothing has come since."""
        return [each for each in self.broken.datasets if each.status == "loaded" and not self.waiting[each.dataset]]

    @property
    def left(self) -> list[str]:
        """The datasets that have files to load, or did not load."""
        broken = {each.dataset for each in self.broken.datasets if each.status in {"failed", "blocked"}}
        return [name for name, files in self.waiting.items() if files or name in broken]


def outlook(platform: Platform, name: str | None) -> Outlook | None:
    """What `resume` will do about an execution, by default the newest that failed or was stopped; None where there is
    none. Raises UsageError for one that cannot be resumed."""
    broken = resumable(platform, name)
    if broken is None:
        return None
    told = report(platform, broken)
    # What has no contract any more was reported by the broken execution at most, and nothing waits for it.
    reported = dict.fromkeys((each.dataset for each in told.datasets), 0)
    return Outlook(told, reported | {name: len(split(platform.lake, name)[0]) for name in platform.lake.contracts})


def resume(platform: Platform, name: str, progress: Progress) -> Execution:
    """Continues an execution that failed or was stopped, as a new one. Raises ContractError, UsageError."""
    check(platform)
    return follow(platform, new_name(dt.datetime.now(dt.UTC)), "resume", name, progress)
