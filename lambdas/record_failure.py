"""Writes down that a dataset failed and why, so that the summary and `status` tell it."""

from __future__ import annotations

import json
from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "dataset", "error", "cause"}` -> the dataset's outcome, with status `failed`."""
    lake = open_lake(event["lake"])
    outcome = {"dataset": event["dataset"], "status": "failed", "error": reason(event["error"], event["cause"])}
    outcomes.record_dataset(lake.storage, event["execution"], event["round"], outcome)
    return outcome


def reason(error: str, cause: str) -> str:
    """The sentence a person needs: a job's own message, a handler's, or the error's name where there is neither."""
    try:
        told = json.loads(cause)
    except ValueError:
        return cause or error
    if not isinstance(told, dict):
        return cause
    return str(told.get("ErrorMessage") or told.get("errorMessage") or error)
