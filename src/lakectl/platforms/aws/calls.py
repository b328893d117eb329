"""What an execution has called: Lambda functions and Glue jobs, read from its history, whose events name each other."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from lakectl.ports import HistoryEvent

_ENDS = {"TaskSucceeded", "TaskFailed", "TaskTimedOut"}


@dataclass
class Call:
    """One call, as far as it has come. Instants are UTC."""

    service: str  # lambda, glue, sns
    name: str  # of the function or the job; empty for others, and where the history does not tell
    begun: dt.datetime
    ended: dt.datetime | None = None
    run: str = ""  # of a job, once it was submitted
    event: int = 0  # the last of its events
    state: str = ""  # of the state machine


class Calls:
    """The calls of one execution, given its events in order."""

    def __init__(self) -> None:
        self.all: list[Call] = []
        self._of_event: dict[int, Call] = {}

    @property
    def running_jobs(self) -> list[Call]:
        """The Glue runs that were submitted and have not ended; of a job whose name is known."""
        runs = (call for call in self.all if call.service == "glue" and call.run and call.name)
        return [call for call in runs if call.ended is None]

    def add(self, event: HistoryEvent) -> None:
        """Takes an event in: one that begins a call, tells more of it or ends it, or has nothing to do with calls."""
        call = _begun(event)
        if call:
            self.all.append(call)
        else:
            call = self._of_event.get(event["previousEventId"])
        if call is None:
            return
        if submitted := event.get("taskSubmittedEventDetails"):
            output = json.loads(submitted.get("output") or "{}")
            call.run, call.name = output.get("JobRunId", ""), call.name or output.get("JobName", "")
        if event["type"] in _ENDS:
            call.ended = event["timestamp"]
        else:
            self._of_event[event["id"]] = call
            call.event = event["id"]


def _begun(event: HistoryEvent) -> Call | None:
    details = event.get("taskScheduledEventDetails")
    if details is None:
        return None
    given = json.loads(details.get("parameters") or "{}")
    function = str(given.get("FunctionName", "")).rpartition("function:")[2].partition(":")[0]
    name = given.get("JobName") or function
    return Call(details["resourceType"], name, event["timestamp"], event=event["id"], state=event.get("state", ""))
