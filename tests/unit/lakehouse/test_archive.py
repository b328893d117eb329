"""Archiving loses nothing: verified before deletion, nothing overwritten, only what was loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.archive import archive_upload, move
from lakehouse.errors import LakehouseError
from lakehouse.storage import DirectoryStorage


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    return DirectoryStorage(tmp_path)


def test_a_file_moves_and_moving_again_does_nothing(storage: DirectoryStorage) -> None:
    storage.write("a", b"rows")
    assert move(storage, "a", "lakehouse/archived/a")
    assert not storage.exists("a")
    assert storage.read("lakehouse/archived/a") == b"rows"
    assert not move(storage, "a", "lakehouse/archived/a")


def test_a_copy_left_by_a_crash_is_finished(storage: DirectoryStorage) -> None:
    storage.write("a", b"rows")
    storage.write("archived/a", b"rows")
    assert move(storage, "a", "archived/a")
    assert not storage.exists("a")


def test_other_content_in_the_archive_is_never_overwritten(storage: DirectoryStorage) -> None:
    storage.write("a", b"rows")
    storage.write("archived/a", b"other rows")
    with pytest.raises(LakehouseError, match="archived/a is not what"):
        move(storage, "a", "archived/a")
    assert (storage.read("a"), storage.read("archived/a")) == (b"rows", b"other rows")


def test_an_upload_replaced_while_it_was_loaded_stays(storage: DirectoryStorage) -> None:
    storage.write("uploads/a.csv", b"newer")
    assert not archive_upload(storage, "uploads/a.csv", "t-0001/a.csv", "0" * 64)
    assert storage.read("uploads/a.csv") == b"newer"
