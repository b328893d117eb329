"""A shop on each engine. Spark runs in one session for all tests of this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.local.shop import Shop


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    if request.param == "spark":
        request.getfixturevalue("spark")  # commands use the Spark that this process has
    return make(tmp_path, request.param)


@pytest.fixture
def local_shop(tmp_path: Path) -> Shop:
    """For what has nothing to do with the engine."""
    return make(tmp_path, "duckdb")


def make(folder: Path, engine: str) -> Shop:
    project = folder / "my shop é"
    project.mkdir()
    (project / "lakectl.toml").write_text("", encoding="utf-8")
    return Shop(project, folder / "to send", engine)
