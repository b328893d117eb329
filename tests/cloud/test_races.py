"""Who writes at the same moment over HTTP: one wins, the others learn it, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from tests.unit.lakehouse.aws import new_table

from lakehouse import outcomes
from lakehouse.dynamodb import DynamoLocks
from lakehouse.lock import Places
from lakehouse.storage import Storage, open_storage

MANY = range(12)


@pytest.fixture
def storage(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    for name, value in {
        "AWS_ENDPOINT_URL": emulator,
        "AWS_ACCESS_KEY_ID": "000000000051",  # an account of its own
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="races", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield open_storage("s3://races")
    bucket = boto3.resource("s3").Bucket("races")
    bucket.objects.delete()
    bucket.delete()


@pytest.fixture(params=["s3", "dynamodb"])
def places(request: pytest.FixtureRequest, storage: Storage) -> Places:
    if request.param == "s3":
        return storage
    return DynamoLocks(new_table(f"state-{request.node.name[:20]}"), boto3.client("dynamodb"))


def at_once(action: Callable[[int], bool]) -> int:
    """How many of many threads succeed."""
    with ThreadPoolExecutor(len(MANY)) as pool:
        return sum(pool.map(action, MANY))


def test_a_lock_is_taken_by_one(places: Places) -> None:
    assert at_once(lambda number: places.create("pipeline", f"e{number}".encode())) == 1


def test_a_lock_left_behind_is_taken_over_by_one(places: Places) -> None:
    places.create("pipeline", b"dead")
    assert at_once(lambda number: places.replace("pipeline", f"e{number}".encode(), expected=b"dead")) == 1
    assert places.read("pipeline") != b"dead"


def test_a_file_that_many_remove_is_gone_for_all_of_them(storage: Storage) -> None:
    storage.write("raw/a.csv", b"1")
    sha256 = storage.sha256("raw/a.csv")
    assert at_once(lambda _: storage.delete_if("raw/a.csv", sha256)) == len(MANY)
    assert not storage.exists("raw/a.csv")


def test_a_report_written_by_many_holds_what_each_said(storage: Storage) -> None:
    def record(number: int) -> bool:
        outcomes.record_dataset(storage, "e1", 1, {"dataset": f"d{number:02}", "status": "skipped"})
        return True

    assert at_once(record) == len(MANY)
    told = outcomes.report(storage, "e1").datasets
    assert sorted(outcome["dataset"] for outcome in told) == [f"d{number:02}" for number in MANY]
