"""An execution's history, read while it grows: every event once, in the shape that the local target writes.

GetExecutionHistory gives pages. The last one is incomplete while the execution runs, so it is asked for again, from its
own token on, and what has been told is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakectl.ports import HistoryEvent

_PAGE = 1000  # the most that Step Functions gives


class History:
    """The history of one execution."""

    def __init__(self, client: Any, execution_arn: str) -> None:
        self._client = client
        self._arn = execution_arn
        self._token = ""
        self._told = 0
        self._states: dict[int, str] = {}  # event -> the state it happened in

    def new(self) -> Iterator[HistoryEvent]:
        """The events since the last call, oldest first, each with `state`, the name of its state, where it has one."""
        while True:
            given = {"nextToken": self._token} if self._token else {}
            page = self._client.get_execution_history(executionArn=self._arn, maxResults=_PAGE, **given)
            for event in page["events"]:
                if event["id"] > self._told:
                    self._told = event["id"]
                    yield self._with_state(event)
            if not page.get("nextToken"):
                return
            self._token = page["nextToken"]

    def _with_state(self, event: dict[str, Any]) -> HistoryEvent:
        own = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails") or {}
        before = event.get("previousEventId", 0)  # the first has none before it
        state = own.get("name") or self._states.get(before, "")
        self._states[event["id"]] = state
        return {**event, "previousEventId": before, **({"state": state} if state else {})}
