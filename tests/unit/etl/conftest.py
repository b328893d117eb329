"""A lake in a temporary directory into which tests put raw CSVs and run jobs, on each engine that is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.etl.lakes import TestLake


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of an engine; a test that takes it runs once on each."""
    if request.param == "spark":
        request.getfixturevalue("spark")
    return str(request.param)


@pytest.fixture
def lake(engine: str, tmp_path: Path) -> TestLake:
    """An empty lake whose jobs run on `engine`."""
    return TestLake(tmp_path / "lake", engine)
