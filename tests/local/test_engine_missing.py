"""An engine that is not installed is missed before anything is touched."""

from __future__ import annotations

import sys

import pytest
from tests.local.shop import ATLAS, PRODUCTS, Shop


def test_without_spark_nothing_is_brought(local_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)  # as where the extra is not installed
    answer = local_shop.lakectl("ingest", "--engine", "spark", local_shop.csv("p.csv", PRODUCTS, ATLAS))
    assert (answer.code, "pip install 'lakectl[spark]'" in answer.json["error"]) == (2, True)
    assert local_shop.keys("lakehouse/incoming/") == []
