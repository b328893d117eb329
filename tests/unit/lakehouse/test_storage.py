"""A directory and S3 keep the promises that markers, lock and archive rest on."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.unit.lakehouse.aws import bucket

from lakehouse.errors import LakehouseError, ObjectMissing
from lakehouse.s3 import S3Storage
from lakehouse.storage import DirectoryStorage, Storage, _put_back, open_storage


@pytest.fixture(params=["directory", "s3", "s3 with a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    if request.param == "directory":
        yield DirectoryStorage(tmp_path / "a lake é")
        return
    with bucket(monkeypatch) as name:
        yield open_storage(f"s3://{name}/some/lake" if "prefix" in request.param else f"s3://{name}")


def test_what_is_written_is_read_and_listed(storage: Storage) -> None:
    storage.write("a/b.txt", b"one")
    storage.write("a/b.txt", b"two")
    assert storage.read("a/b.txt") == b"two"
    assert [(entry.key, entry.size) for entry in storage.list("a/")] == [("a/b.txt", 3)]


def test_a_listing_is_sorted_by_key_and_not_by_folder(storage: Storage) -> None:
    for key in ("a/b/c", "a/b.x", "a/b-1", "other"):
        storage.write(key, b"")
    assert [entry.key for entry in storage.list("a/")] == ["a/b-1", "a/b.x", "a/b/c"]
    assert [entry.key for entry in storage.list("a/b/")] == ["a/b/c"]


def test_1001_objects_are_listed(storage: Storage) -> None:
    for number in range(1001):
        storage.create(f"uploads/{number:04}.csv", b"")
    assert sum(1 for _ in storage.list("uploads/")) == 1001


def test_create_has_one_winner_among_many(tmp_path: Path) -> None:
    # Of S3, tests/cloud/test_races.py says the same: moto looks and writes in two steps, between which others write.
    storage = DirectoryStorage(tmp_path)
    won: list[int] = []
    start = threading.Barrier(8)

    def race(number: int) -> None:
        start.wait()
        if storage.create("lock", str(number).encode()):
            won.append(number)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert storage.read("lock") == str(won[0]).encode()


def test_replace_needs_the_expected_content(storage: Storage) -> None:
    assert not storage.replace("lock", b"new", expected=b"old")
    storage.write("lock", b"old")
    assert not storage.replace("lock", b"new", expected=b"other")
    assert storage.replace("lock", b"new", expected=b"old")
    assert storage.read("lock") == b"new"
    assert [entry.key for entry in storage.list("")] == ["lock"]


def test_delete_if_spares_what_somebody_has_replaced(storage: Storage) -> None:
    storage.write("uploads/a.csv", b"newer")
    assert not storage.delete_if("uploads/a.csv", hashlib.sha256(b"older").hexdigest())
    assert storage.read("uploads/a.csv") == b"newer"
    assert storage.delete_if("uploads/a.csv", hashlib.sha256(b"newer").hexdigest())
    assert not storage.exists("uploads/a.csv")


NAMES = [
    "x" * 251 + ".csv",
    "订" * 83 + ".csv",
    "a\nb.csv",
    "50% #2+3.csv",
    "q'uo\"te.csv",
    "-o.csv",
    "🍕.csv",
    "a b.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_kind_are_listed_moved_and_deleted(storage: Storage, name: str) -> None:
    storage.write(f"uploads/{name}", b"x")
    assert [entry.key for entry in storage.list("uploads/")] == [f"uploads/{name}"]
    storage.copy(f"uploads/{name}", f"archived/1/{name}")
    assert storage.read(f"archived/1/{name}") == b"x"
    assert storage.delete_if(f"uploads/{name}", storage.sha256(f"uploads/{name}"))
    assert list(storage.list("uploads/")) == []


def test_a_long_name_that_somebody_has_taken_meanwhile_is_put_back_beside_it(tmp_path: Path) -> None:
    aside, path = tmp_path / "aside", tmp_path / ("订" * 83 + ".csv")
    aside.write_text("old")
    path.write_text("new")
    _put_back(aside, path)
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["new", "old"]


def test_a_pipe_is_no_object(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "o.csv").touch()
    assert [entry.key for entry in DirectoryStorage(tmp_path).list("")] == ["o.csv"]


def test_missing_objects_are_named(storage: Storage, tmp_path: Path) -> None:
    for action in (storage.read, storage.sha256):
        with pytest.raises(ObjectMissing, match=r"no/such"):
            action("no/such")
    with pytest.raises(ObjectMissing, match=r"no/such"):
        storage.download("no/such", tmp_path / "x")
    with pytest.raises(ObjectMissing):
        storage.upload(tmp_path / "absent", "x")
    assert list(storage.list("")) == []


def test_a_copy_is_what_it_was_copied_from(storage: Storage) -> None:
    storage.write("uploads/März + 1 (2).csv", b"one")
    storage.copy("uploads/März + 1 (2).csv", "archived/b")
    assert storage.read("archived/b") == b"one"
    assert (
        storage.sha256("archived/b") == storage.sha256("uploads/März + 1 (2).csv") == hashlib.sha256(b"one").hexdigest()
    )
    with pytest.raises(ObjectMissing, match="no/such"):
        storage.copy("no/such", "archived/c")


def test_a_file_goes_up_and_comes_down(storage: Storage, tmp_path: Path) -> None:
    content = b"0123456789" * 2**20  # more than one part of a multipart upload
    (tmp_path / "up").write_bytes(content)
    storage.upload(tmp_path / "up", "uploads/a.csv")
    storage.download("uploads/a.csv", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == content
    assert storage.sha256("uploads/a.csv") == hashlib.sha256(content).hexdigest()
    storage.copy("uploads/a.csv", "archived/a.csv")
    assert storage.sha256("archived/a.csv") == hashlib.sha256(content).hexdigest()


def test_what_is_deleted_is_gone_and_may_be_deleted_again(storage: Storage) -> None:
    storage.write("a", b"1")
    storage.delete("a")
    storage.delete("a")
    assert not storage.exists("a")
    assert storage.delete_if("a", "whatever")


def test_replace_has_one_winner_among_many(tmp_path: Path) -> None:
    # Not on moto, which compares and puts in two steps; tests/cloud does the same over HTTP.
    storage = DirectoryStorage(tmp_path)
    storage.write("count", b"0")

    def count() -> None:
        while True:
            present = storage.read("count")
            if storage.replace("count", str(int(present) + 1).encode(), expected=present):
                return

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.read("count") == b"8"


def test_a_copy_in_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(S3Storage):
        copied_whole = 60 * 2**20

    content = b"0123456789abcdef" * (4 * 2**20)
    with bucket(monkeypatch) as name:
        s3 = boto3.client("s3")
        s3.put_object(Bucket=name, Key="uploads/a.csv", Body=content)
        storage = Small(f"s3://{name}", s3)
        storage.copy("uploads/a.csv", "archived/a.csv")
        assert "-" in s3.head_object(Bucket=name, Key="archived/a.csv")["ETag"]
        assert storage.sha256("archived/a.csv") == hashlib.sha256(content).hexdigest()


def test_two_writers_at_once_try_again() -> None:
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(s3) as answers:
        answers.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        answers.add_response("put_object", {})
        assert S3Storage("s3://lake", s3).create("lock", b"e1")
        answers.assert_no_pending_responses()


def test_what_s3_refuses_for_another_reason_is_told() -> None:
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(s3) as answers:
        answers.add_client_error("put_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            S3Storage("s3://lake", s3).create("lock", b"e1")


def test_a_folder_of_the_console_is_no_object(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket(monkeypatch) as name:
        boto3.client("s3").put_object(Bucket=name, Key="uploads/")
        boto3.client("s3").put_object(Bucket=name, Key="uploads/a.csv", Body=b"1")
        assert [entry.key for entry in open_storage(f"s3://{name}").list("uploads/")] == ["uploads/a.csv"]


def test_an_unknown_kind_of_lake_is_refused() -> None:
    with pytest.raises(LakehouseError, match="ftp://x"):
        open_storage("ftp://x")
