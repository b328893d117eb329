"""Which events of a history a person hears of, and in which words."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.unit.heard import Heard

from lakectl.operations.follow import Narrator
from lakectl.ports import HistoryEvent

BEGUN = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)


def told(*events: HistoryEvent) -> list[tuple[Any, ...]]:
    heard = Heard()
    narrate = Narrator(heard)
    for event in events:
        narrate(event)
    return [(each.state, each.phase, each.dataset, each.rows, each.detail) for each in heard.events]


def entered(number: int, kind: str, state: str, **given: Any) -> HistoryEvent:
    details = {"name": state, "input": json.dumps(given)}
    return _event(number, f"{kind}StateEntered", state, stateEnteredEventDetails=details)


def exited(number: int, kind: str, state: str, **output: Any) -> HistoryEvent:
    details = {"name": state, "output": json.dumps(output)}
    return _event(number, f"{kind}StateExited", state, stateExitedEventDetails=details)


def _event(number: int, kind: str, state: str, **details: Any) -> HistoryEvent:
    return {"id": number, "previousEventId": number - 1, "timestamp": BEGUN, "type": kind, "state": state, **details}


def test_rows_are_told_once_they_are_marked_with_those_rejected():
    marked = {"dataset": "orders", "read": 7500, "rejected": 1204}
    assert told(
        entered(1, "Task", "RunJob", dataset="orders"),
        exited(2, "Task", "RunJob", dataset="orders"),
        exited(3, "Task", "MarkProcessed", **marked),
        entered(4, "Task", "Archive", **marked),
        exited(5, "Task", "Archive", **marked),
    ) == [
        ("load", "started", "orders", None, ""),
        ("load", "finished", "orders", 7500, "1,204 rejected"),
        ("archive", "started", "orders", None, ""),
        ("archive", "finished", "orders", None, ""),
    ]


def test_nothing_is_said_of_rejected_rows_where_there_are_none():
    assert told(exited(1, "Task", "MarkProcessed", dataset="orders", read=2, rejected=0)) == [
        ("load", "finished", "orders", 2, "")
    ]


def test_whoever_waits_hears_what_for():
    assert told(
        entered(1, "Wait", "UpkeepRuns"),
        exited(2, "Wait", "UpkeepRuns"),
        entered(3, "Wait", "UntilQuiet"),
    ) == [
        ("wait for upkeep", "started", "", None, ""),
        ("wait for upkeep", "finished", "", None, ""),
        ("wait for quiet", "started", "", None, ""),
    ]


def test_what_nobody_waits_for_passes_in_silence():
    assert told(entered(1, "Task", "Plan"), exited(2, "Task", "Plan"), entered(3, "Choice", "NextLevel")) == []
