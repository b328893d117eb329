"""A bucket and a table of moto's, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto import mock_aws


@contextmanager
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account, and credentials that belong to nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty bucket."""
    with account(monkeypatch):
        boto3.client("s3").create_bucket(Bucket="lake")
        yield "lake"


@contextmanager
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an empty DynamoDB table for markers and locks."""
    with account(monkeypatch):
        yield new_table("state")


def new_table(name: str) -> str:
    """Creates an empty table for markers and locks in the account that there is; returns its name."""
    keys = (("dataset", "HASH"), ("id", "RANGE"))
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return name
