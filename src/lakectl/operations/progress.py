"""What a person hears of an execution while it runs. A workflow tells events; a terminal or a log shows them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol

Phase = Literal["started", "running", "retrying", "finished", "skipped", "failed"]


@dataclass(frozen=True)
class Event:
    """A change of one piece of work: a state of the machine, of one dataset where it has one.

    `state` and `dataset` together name the piece; `rows` are those it has dealt with, where that is known; `detail` is
    a few words, such as the reason of a retry, how a job's run stands, or that rows were rejected.
    """

    at: dt.datetime  # UTC
    state: str
    phase: Phase
    dataset: str = ""
    rows: int | None = None
    detail: str = ""


class Progress(Protocol):
    """Whoever shows progress."""

    def event(self, event: Event) -> None:
        """Shows a change. May be called from several threads; never raises for what an event holds."""
