"""Writes down what lies in the inbox, in the order of delivery, cut into batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lakehouse.inbox import find_uploads, unrest
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "quiet_seconds", "waited"}` -> `{"batches", "wait"}`.

    A batch is `{"manifest", "first", "last", "bytes"}`. Where `wait` (seconds) is not 0, files are still arriving:
    there are no batches yet, and whoever asked waits and asks again.
    """
    lake, now = open_lake(event["lake"]), dt.datetime.now(dt.UTC)
    if wait := unrest(lake, event["quiet_seconds"], event["waited"], now):
        return {"batches": [], "wait": wait}
    return {"batches": find_uploads(lake, event["execution"], event["round"], now), "wait": 0}
