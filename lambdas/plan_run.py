"""Puts the datasets into levels by foreign key, and refuses a contract that an existing table cannot follow."""

from __future__ import annotations

from typing import Any

from lakehouse.lake import open_lake
from lakehouse.planning import plan


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"lake"}` -> `{"levels": [{"datasets": [{"dataset", "job"}]}]}`. Raises ContractError."""
    return {"levels": plan(open_lake(event["lake"]))}
