"""Takes the pipeline's lock for an execution, or tells who has it."""

from __future__ import annotations

from typing import Any

from lakehouse.lake import open_lake
from lakehouse.lock import PIPELINE


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution"}` -> `{"acquired": bool, "holder": execution}`."""
    holder = open_lake(event["lake"]).lock.acquire(PIPELINE, event["execution"])
    return {"acquired": holder == event["execution"], "holder": holder}
