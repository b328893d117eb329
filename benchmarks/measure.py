"""Processes measured from outside: wall time and peak memory, with nothing of the benchmark in the same process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MB = 1024 * 1024
# ru_maxrss is in kilobytes on Linux and in bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """A finished process: wall seconds, peak resident bytes (of it or its largest child), and what it printed."""

    seconds: float
    peak: int
    out: str
    err: str


@dataclass(frozen=True)
class Line:
    """A line of the table. `raw` holds the figures that `measured` was made of."""

    what: str
    against: str
    wanted: str
    measured: str
    holds: bool
    raw: dict[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The line as JSON takes it."""
        return asdict(self)


def run(command: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Runs a command to its end. Raises CalledProcessError with its stderr when it fails."""
    # As on a user's machine Python keeps its bytecode: without it every process would compile all it imports anew.
    env = {name: value for name, value in (env or os.environ).items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], cwd=cwd, env=env, stdout=out, stderr=err)
        # Not process.wait(): only wait4 tells the memory of this one process.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = [_text(stream) for stream in (out, err)]
    if process.returncode:
        print(texts[1][-3000:], file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command, *texts)
    return Run(seconds, usage.ru_maxrss * RSS_UNIT, *texts)


def best(times: int, *subjects: Callable[[], float]) -> list[float]:
    """The smallest of `times` results of each subject, asked in turn, so that a busy minute hits them all alike."""
    rounds = [[subject() for subject in subjects] for _ in range(times)]
    return [min(column) for column in zip(*rounds, strict=True)]


def at_least(factor: float, slow: float, quick: float) -> tuple[str, bool]:
    """How many times faster `quick` is, in words, and whether that is enough."""
    return f"{slow / quick:.1f}x ({slow:.2f} s / {quick:.2f} s)", slow / quick >= factor


def at_most(factor: float, mine: float, other: float) -> tuple[str, bool]:
    """How many times the other mine takes, in words, and whether that is little enough."""
    return f"{mine / other:.2f}x ({mine:.2f} s / {other:.2f} s)", mine / other <= factor


def _text(stream: Any) -> str:
    stream.seek(0)
    return str(stream.read().decode(errors="replace"))
