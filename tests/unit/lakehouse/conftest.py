"""A lake in a folder, with the shipped contracts, in which nothing runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from lakehouse.lake import Lake, open_lake

NOW = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
PRODUCTS = b"product_id,department_id,department,product_name\n1,4,Books,Atlas\n2,4,Books,Novel\n"
ORDERS = b"order_id,order_num,user_id,order_timestamp,total_amount\n1,1,7,2026-04-01T10:00:00,9.50\n"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake({"root": str(tmp_path / "lake")})
