"""Decides what happens to a dataset: run, archive, skip or blocked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lakehouse import outcomes
from lakehouse.lake import open_lake
from lakehouse.planning import check


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "dataset", "results"}` -> `{"action", "reason", "manifest", "files"}`."""
    lake = open_lake(event["lake"])
    decision = check(lake, event["dataset"], event["execution"], event["round"], event["results"])
    if decision.action != "run":
        status = "blocked" if decision.action == "blocked" else "skipped"
        outcome = {
            "dataset": event["dataset"],
            "status": status,
            "error": decision.reason if status == "blocked" else None,
        }
        outcomes.record_dataset(lake.storage, event["execution"], event["round"], outcome)
    return asdict(decision)
