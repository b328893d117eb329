"""Takes the pipeline's lock for an execution, or tells who has it."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake
from lakehouse.liveness import is_execution
from lakehouse.lock import PIPELINE


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution"}` -> `{"acquired": bool, "holder": owner, "wait": bool}`.

    An execution that has the lock looks for new files before it ends, so whoever finds it there may end at once.
    Maintenance does not: it is worth waiting for.
    """
    lake, execution = open_lake(event["lake"]), event["execution"]
    holder = lake.lock.acquire(PIPELINE, execution)
    wait = not is_execution(holder)
    if holder != execution and not wait:
        note = f"Execution {holder} is running; it looks for new files before it ends, and loads these."
        outcomes.record_end(lake.storage, execution, {"status": "SUCCEEDED", "note": note})
    return {"acquired": holder == execution, "holder": holder, "wait": wait}
