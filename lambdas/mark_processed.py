"""Remembers that the files of a dataset are loaded, after the job's commit."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake
from lakehouse.planning import mark


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "manifest", "result"}` -> the dataset's counts, with status `loaded`."""
    lake = open_lake(event["lake"])
    outcome = {**mark(lake, event["manifest"], event["result"]), "status": "loaded", "error": None}
    outcomes.record_dataset(lake.storage, event["execution"], event["round"], outcome)
    return outcome
