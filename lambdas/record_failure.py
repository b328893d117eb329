"""Writes down what failed and why, so that the summary and `status` tell it: a dataset, or an upload of a batch."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.intake import blame
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "round", "dataset", "error", "cause"}` -> the dataset's outcome, with status `failed`.

    `{"lake", "execution", "batch", "error", "cause"}` -> `{"refused": name}`, the upload of which the converter's job
    died; the rest of the batch is still to be converted. Raises LakehouseError where no upload is to blame.
    """
    lake = open_lake(event["lake"])
    why = outcomes.reason(event["error"], event["cause"])
    if "batch" in event:
        return {"refused": blame(lake, event["execution"], event["batch"], why)}
    outcome = {"dataset": event["dataset"], "status": "failed", "error": why}
    outcomes.record_dataset(lake.storage, event["execution"], event["round"], outcome)
    return outcome
