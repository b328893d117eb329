"""More files than one listing shows, and markers in DynamoDB: the same commands, the same answers."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws
from tests.local.shop import ATLAS, NOVEL, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop


def test_1001_files_are_loaded_once(local_shop: Shop) -> None:
    for number in range(1001):
        local_shop.csv(f"day/{number:04}.csv", ORDERS, f"1,{number},7,2025-04-01T10:00:00,9.50,")
    first = local_shop.ingest(local_shop.inbox / "day")
    assert first.counts("orders") == {"inserted": 1001}
    assert first.dataset("orders")["files"] == 1001
    assert len(local_shop.lakectl("markers", "list").json) == 1001
    again = local_shop.ingest(local_shop.inbox / "day")
    assert {upload["status"] for upload in again.json["uploads"]} == {"skipped"}
    assert local_shop.run().dataset("orders")["status"] == "skipped"


def test_markers_in_dynamodb_tell_the_same(local_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    settings = '[targets.local]\nmarkers = "dynamodb"\nmarkers_table = "markers"\n'
    (local_shop.project / "lakectl.toml").write_text(settings, encoding="utf-8")
    keys = (("dataset", "HASH"), ("id", "RANGE"))
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="markers",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        files = local_shop.csv("o.csv", ORDERS, ORDER_1, ORDER_2), local_shop.csv("p.csv", PRODUCTS, ATLAS, NOVEL)
        assert local_shop.ingest(*files).counts("orders") == {"inserted": 2}
        again = local_shop.ingest(*files)
        assert [upload["status"] for upload in again.json["uploads"]] == ["skipped", "skipped"]
        statuses = [marker["status"] for marker in local_shop.lakectl("markers", "list").json]
        assert sorted(statuses) == ["processed", "processed", "skipped", "skipped"]
        assert local_shop.lakectl("markers", "clear", "o.csv").json == {"cleared": 2}
        cleared = local_shop.ingest(files[0])
        assert cleared.counts("orders") == {"unchanged": 2}
    assert list((local_shop.project / "lake/lakehouse").glob("markers/*")) == []
