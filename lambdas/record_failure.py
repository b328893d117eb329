"""Writes down that a dataset failed and why, so that the summary and `status` tell it."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "dataset", "error", "cause"}` -> the dataset's outcome, with status `failed`."""
    lake = open_lake(event["lake"])
    why = outcomes.reason(event["error"], event["cause"])
    outcome = {"dataset": event["dataset"], "status": "failed", "error": why}
    outcomes.record_dataset(lake.storage, event["execution"], event["round"], outcome)
    return outcome
