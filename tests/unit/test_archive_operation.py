"""`archive` writes like a run: under the lock, and not while anybody else has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lakectl.operations.archive import archive
from lakectl.ports import Platform
from lakehouse.errors import LockHeld
from lakehouse.lake import open_lake
from lakehouse.liveness import alive, is_execution
from lakehouse.lock import PIPELINE


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    root = str(tmp_path / "lake")
    lake = open_lake({"root": root})
    nothing = partial(pytest.fail, "archive opens neither")
    return Platform("local", "duckdb", tmp_path, lake, nothing, nothing, living=partial(alive, root))


def test_it_is_refused_while_an_execution_runs(platform: Platform) -> None:
    with platform.living("e1"):
        platform.lake.lock.acquire(PIPELINE, "e1")
        with pytest.raises(LockHeld, match="e1 is running"):
            archive(platform)
        assert platform.lake.lock.holder(PIPELINE) == "e1"


def test_it_takes_over_what_a_killed_run_has_left_and_gives_the_lock_back(platform: Platform) -> None:
    platform.lake.lock.acquire(PIPELINE, "killed")
    assert archive(platform) == 0
    assert platform.lake.lock.holder(PIPELINE) == ""


def test_others_find_it_running_and_wait(platform: Platform) -> None:
    found: list[str] = []

    @contextmanager
    def watched(owner: str) -> Iterator[None]:
        with platform.living(owner):
            yield
            found.append(owner)

    archive(replace(platform, living=watched))
    [owner] = found
    assert not is_execution(owner)
    assert is_execution("20261126T013549Z-8edb4b")
