"""Writes down what lies in the inbox, in the order of delivery, cut into batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from lakehouse.intake import find_uploads
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round"}` -> `{"batches": [{"manifest", "first", "last", "bytes"}]}`."""
    lake = open_lake(event["lake"])
    return {"batches": find_uploads(lake, event["execution"], event["round"], dt.datetime.now(dt.UTC))}
