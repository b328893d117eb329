"""One writer at a time, whatever dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from tests.unit.lakehouse.aws import bucket, table

from lakehouse.dynamodb import DynamoLocks
from lakehouse.errors import LockHeld
from lakehouse.lock import Lock
from lakehouse.storage import DirectoryStorage, open_storage


@pytest.fixture
def running() -> set[str]:
    return {"e1", "e2"}


@pytest.fixture(params=["directory", "s3", "dynamodb"])
def lock(
    request: pytest.FixtureRequest, tmp_path: Path, running: set[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lock]:
    if request.param == "directory":
        yield Lock(DirectoryStorage(tmp_path), running.__contains__)
    elif request.param == "s3":
        with bucket(monkeypatch) as name:
            yield Lock(open_storage(f"s3://{name}"), running.__contains__)
    else:
        with table(monkeypatch) as name:
            yield Lock(DynamoLocks(name, boto3.client("dynamodb")), running.__contains__)


def test_the_first_owner_has_it_until_it_lets_go(lock: Lock) -> None:
    assert lock.acquire("pipeline", "e1") == "e1"
    assert lock.acquire("pipeline", "e1") == "e1"
    assert lock.acquire("pipeline", "e2") == "e1"
    lock.release("pipeline", "e2")
    assert lock.holder("pipeline") == "e1"
    lock.release("pipeline", "e1")
    assert lock.acquire("pipeline", "e2") == "e2"


def test_it_is_taken_over_only_when_its_owner_no_longer_runs(lock: Lock, running: set[str]) -> None:
    lock.acquire("rejected_records", "e1/orders")
    assert lock.acquire("rejected_records", "e2/orders") == "e1/orders"
    running.remove("e1")
    assert lock.running_holder("rejected_records") == ""
    assert lock.acquire("rejected_records", "e2/orders") == "e2/orders"


def test_waiting_ends_with_who_has_it(lock: Lock) -> None:
    lock.acquire("x", "e1")
    with pytest.raises(LockHeld, match="e1 has held"), lock.held("x", "e2", patience=1, sleep=lambda _: None):
        raise AssertionError("the lock was not held")


def test_it_is_given_back_after_a_failure(lock: Lock) -> None:
    with pytest.raises(ZeroDivisionError), lock.held("x", "e1"):
        raise ZeroDivisionError
    assert lock.holder("x") == ""
