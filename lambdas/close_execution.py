"""Ends an execution: releases the lock whatever happened, and writes down how it ended."""

from __future__ import annotations

from typing import Any

from lakehouse import outcomes
from lakehouse.closing import close
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "results", "archived", "failure"}` -> `{"status", "error", "archived"}`."""
    lake = open_lake(event["lake"])
    failure = event["failure"]  # Step Functions' error output, empty where nothing but datasets failed
    told = outcomes.reason(failure["Error"], failure.get("Cause", "")) if failure else ""
    return close(lake, event["execution"], event["results"], event["archived"], told)
