"""A Lambda that starts cold waits for what its handler imports, so a handler imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = {"boto3", "deltalake", "duckdb", "pandas", "pyarrow", "pyspark", "sqlglot"}


@pytest.mark.parametrize("file", sorted((ROOT / "lambdas").glob("*.py")), ids=lambda file: file.stem)
def test_a_handler_imports_nothing_heavy(file: Path) -> None:
    told = f"import sys, {file.stem}; print(*sys.modules)"
    paths = {"PYTHONPATH": f"{ROOT / 'src'}:{file.parent}"}
    loaded = subprocess.run([sys.executable, "-c", told], env=paths, capture_output=True, text=True, check=True)
    assert "lakehouse" in loaded.stdout.split()
    assert HEAVY.isdisjoint(loaded.stdout.split())
