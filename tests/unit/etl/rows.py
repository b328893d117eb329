"""Rows as sheets have them, and what became of them."""

from __future__ import annotations

MONDAY, TUESDAY = "20260406T080000000Z-0001/monday.xlsx", "20260407T080000000Z-0001/tuesday.xlsx"
ZERO = {"inserted": 0, "updated": 0, "unchanged": 0, "duplicate": 0, "stale": 0, "rejected": 0}


def order(order_id: str | None, timestamp: str = "2026-04-01T10:00:00", amount: str = "1.00") -> dict[str, str | None]:
    return {"order_id": order_id, "order_timestamp": timestamp, "total_amount": amount}


def item(item_id: str, product_id: str, timestamp: str = "2026-04-01T10:00:00") -> dict[str, str | None]:
    return {"id": item_id, "product_id": product_id, "order_timestamp": timestamp, "reordered": "0"}


def counted(result: dict[str, object]) -> dict[str, object]:
    """The counts of a result that are not zero, but for `read`."""
    return {name: result[name] for name in ZERO if result[name]}
