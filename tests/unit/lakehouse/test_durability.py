"""What is promised is on the disk before anybody relies on it, or whole, or not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.unit.lakehouse.disk import Disk

from lakehouse import archive
from lakehouse.errors import ObjectMissing
from lakehouse.storage import DirectoryStorage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a handle is")


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "lake")


@pytest.fixture
def storage(tmp_path: Path, disk: Disk) -> DirectoryStorage:
    return DirectoryStorage(tmp_path / "lake", sync=disk.sync)


def test_what_is_written_survives_with_the_folders_that_it_needed(storage: DirectoryStorage, disk: Disk) -> None:
    storage.write("a/b/c.json", b"one")
    assert disk.survivors() == {"a/b/c.json": b"one"}
    storage.write("a/b/c.json", b"two")
    assert storage.create("a/d.json", b"three")
    assert storage.replace("a/d.json", b"four", expected=b"three")
    assert disk.survivors() == {"a/b/c.json": b"two", "a/d.json": b"four"}


def test_files_that_are_brought_or_copied_survive(storage: DirectoryStorage, disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "here.csv").write_bytes(b"1,2\n")
    storage.upload(tmp_path / "here.csv", "x/there.csv")
    storage.copy("x/there.csv", "y/z/copy.csv")
    assert disk.survivors() == {"x/there.csv": b"1,2\n", "y/z/copy.csv": b"1,2\n"}


def test_no_moment_shows_a_torn_file(storage: DirectoryStorage, disk: Disk) -> None:
    storage.write("a.json", b"old")
    seen: set[bytes] = set()
    disk.watch = lambda: seen.add(disk.survivors()["a.json"])
    storage.write("a.json", b"new")
    assert seen == {b"old", b"new"}


def test_what_others_have_written_survives_once_it_is_persisted(
    storage: DirectoryStorage, disk: Disk, tmp_path: Path
) -> None:
    part = tmp_path / "lake" / "table" / "day=1"
    part.mkdir(parents=True)
    (part / "rows.parquet").write_bytes(b"rows")
    assert disk.survivors() == {}
    storage.persist(["table/day=1/rows.parquet"])
    assert disk.survivors() == {"table/day=1/rows.parquet": b"rows"}
    with pytest.raises(ObjectMissing, match="gone"):
        storage.persist(["table/gone"])


def test_an_upload_is_in_the_inbox_or_in_the_archive_at_every_moment(storage: DirectoryStorage, disk: Disk) -> None:
    storage.write("uploads/a.csv", b"content")
    kept: list[bool] = []

    def either() -> None:
        left = disk.survivors()
        kept.append(b"content" in (left.get("uploads/a.csv"), left.get("lakehouse/archived/uploads/1/a.csv")))

    disk.watch = either
    archive.move(storage, "uploads/a.csv", "lakehouse/archived/uploads/1/a.csv")
    either()
    assert kept
    assert all(kept)


def test_without_it_nothing_is_synced(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path / "lake", sync=None)
    storage.write("a/b.json", b"one")
    storage.persist(["a/none"])  # not even looked at
    assert storage.read("a/b.json") == b"one"
