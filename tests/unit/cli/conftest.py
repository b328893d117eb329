"""Runs the command in this process, as a shell would: words in, exit code, stdout and stderr out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lakectl.cli.app import main
from lakectl.operations.init import create_project


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout, which has to be one JSON document."""
        return json.loads(self.out)


Lakectl = Callable[..., Ran]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """80 columns, no colour, no settings from outside, and a working directory without a project."""
    for name in ("LAKECTL_TARGET", "LAKECTL_ENGINE", "LAKECTL_OUTPUT", "LAKECTL_PROJECT", "LAKECTL_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lakectl(capsys: pytest.CaptureFixture[str]) -> Lakectl:
    """`lakectl("status", "-o", "json")` runs it."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = main(arguments)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project, which is also the working directory."""
    folder = tmp_path / "shop"
    create_project(folder)
    monkeypatch.chdir(folder)
    return folder
