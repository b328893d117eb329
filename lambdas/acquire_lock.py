"""Takes the pipeline's lock for an execution, or tells who has it."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake
from lakehouse.lock import PIPELINE


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution"}` -> `{"acquired": bool, "holder": execution}`."""
    lake, execution = open_lake(event["lake"]), event["execution"]
    holder = lake.lock.acquire(PIPELINE, execution)
    if holder != execution:
        note = f"Execution {holder} is running; it looks for new files before it ends, and loads these."
        outcomes.record_end(lake.storage, execution, {"status": "SUCCEEDED", "note": note})
    return {"acquired": holder == execution, "holder": holder}
