"""Converts one batch of uploads to raw CSVs, one per sheet."""

from __future__ import annotations

from typing import Any

from lakehouse.intake import convert_batch
from lakehouse.lake import open_lake


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake", "execution", "batch"}` -> `{}`: what became of each upload is in the lake."""
    convert_batch(open_lake(event["lake"]), event["execution"], event["batch"])
    return {}
