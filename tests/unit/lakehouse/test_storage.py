"""A directory keeps the promises that markers, lock and archive rest on."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from lakehouse.errors import LakehouseError, ObjectMissing
from lakehouse.storage import DirectoryStorage, open_storage


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    return DirectoryStorage(tmp_path / "a lake é")


def test_what_is_written_is_read_and_listed(storage: DirectoryStorage) -> None:
    storage.write("a/b.txt", b"one")
    storage.write("a/b.txt", b"two")
    assert storage.read("a/b.txt") == b"two"
    assert [(entry.key, entry.size) for entry in storage.list("a/")] == [("a/b.txt", 3)]


def test_a_listing_is_sorted_by_key_and_not_by_folder(storage: DirectoryStorage) -> None:
    for key in ("a/b/c", "a/b.x", "a/b-1", "other"):
        storage.write(key, b"")
    assert [entry.key for entry in storage.list("a/")] == ["a/b-1", "a/b.x", "a/b/c"]
    assert [entry.key for entry in storage.list("a/b/")] == ["a/b/c"]


def test_1001_objects_are_listed(storage: DirectoryStorage) -> None:
    for number in range(1001):
        storage.create(f"uploads/{number:04}.csv", b"")
    assert sum(1 for _ in storage.list("uploads/")) == 1001


def test_create_has_one_winner_among_many(storage: DirectoryStorage) -> None:
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


def test_replace_needs_the_expected_content(storage: DirectoryStorage) -> None:
    assert not storage.replace("lock", b"new", expected=b"old")
    storage.write("lock", b"old")
    assert not storage.replace("lock", b"new", expected=b"other")
    assert storage.replace("lock", b"new", expected=b"old")
    assert storage.read("lock") == b"new"
    assert [entry.key for entry in storage.list("")] == ["lock"]


def test_delete_if_spares_what_somebody_has_replaced(storage: DirectoryStorage) -> None:
    storage.write("uploads/a.csv", b"newer")
    assert not storage.delete_if("uploads/a.csv", hashlib.sha256(b"older").hexdigest())
    assert storage.read("uploads/a.csv") == b"newer"
    assert storage.delete_if("uploads/a.csv", hashlib.sha256(b"newer").hexdigest())
    assert not storage.exists("uploads/a.csv")


def test_missing_objects_are_named(storage: DirectoryStorage, tmp_path: Path) -> None:
    for action in (storage.read, storage.sha256):
        with pytest.raises(ObjectMissing, match=r"no/such"):
            action("no/such")
    with pytest.raises(ObjectMissing, match=r"no/such"):
        storage.download("no/such", tmp_path / "x")
    with pytest.raises(ObjectMissing):
        storage.upload(tmp_path / "absent", "x")
    assert list(storage.list("")) == []


def test_an_unknown_kind_of_lake_is_refused() -> None:
    with pytest.raises(LakehouseError, match="ftp://x"):
        open_storage("ftp://x")
