"""Help: every command has it, it fits, and docs/cli.md is what the command says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.cli.golden import assert_golden

from lakectl.cli import reference
from lakectl.cli.reference import command_paths, help_of

ROOT = Path(__file__).parents[3]
PATHS = list(command_paths())
HEAVY = {"boto3", "botocore", "pandas", "pyspark", "duckdb", "deltalake", "sqlglot", "yaml", "rich", "openpyxl"}


def test_help_of_the_whole():
    assert_golden("cli/help.txt", help_of(()))


def test_help_of_a_command():
    assert_golden("cli/help_ingest.txt", help_of(("ingest",)))


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help_that_fits(path):
    text = help_of(path)
    assert all(len(line) <= reference.WIDTH for line in text.splitlines())
    assert "..." not in text.replace("[ARGS]...", "").replace("{FILES}...", ""), "a first sentence is too long"
    described = text.split("\n\n")[1]
    assert described.startswith("  ")
    assert described.strip().endswith(".")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_is_documented(path):
    assert f"# `{' '.join(('lakectl', *path))}`\n" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_reference_is_what_the_command_says(tmp_path, capsys):
    assert reference.main(["--check", str(ROOT / "docs" / "cli.md")]) == 0
    other = tmp_path / "cli.md"
    reference.main([str(other)])
    other.write_text(other.read_text() + "more")
    assert reference.main(["--check", str(other)]) == 1
    assert "run python -m lakectl.cli.reference" in capsys.readouterr().err


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from lakectl.cli.app import main; code = main(['--help']);"
        f"sys.stderr.write(' '.join(sorted({sorted(HEAVY)!r} & sys.modules.keys()))); sys.exit(code)"
    ).replace(f"{sorted(HEAVY)!r} &", f"set({sorted(HEAVY)!r}) &")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "Usage: lakectl" in done.stdout
    assert done.stderr == ""
