"""Ends a round: archives uploads, releases the lock, and looks once more for files that arrived meanwhile."""

from __future__ import annotations

from typing import Any

from lakehouse.closing import archive_uploads, arrived_meanwhile, release
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "results"}` -> `{"archived": n, "more": bool}`."""
    lake = open_lake(event["lake"])
    archived = archive_uploads(lake, event["execution"])
    release(lake, event["execution"])
    return {"archived": archived, "more": arrived_meanwhile(lake, event["execution"], event["results"])}
