"""Starts the emulator: a process on 127.0.0.1, with a port, folders and a record of requests of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.emulator.settings import Settings
from tests.cloud.environments import cache_folder, lambda_python, ministack, shell_python, spark_python
from tests.cloud.spark_on_s3 import job_environment

_PROJECT = Path(__file__).parents[2]
_PATIENCE = 60  # seconds for a start that takes one


@dataclass(frozen=True)
class Emulator:
    """An emulator that runs. `recording` is read by `tests.cloud.recording.recorded`, `log` by people."""

    endpoint: str
    recording: Path
    log: Path


@contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    """An emulator that keeps all it has in `folder`. Raises CannotInstall, JavaMissing or SparkMissing."""
    port = _free_port()
    emulator = Emulator(f"http://127.0.0.1:{port}", folder / "requests.jsonl", folder / "log")
    emulator.recording.touch()
    command = [sys.executable, "-m", "tests.cloud.emulator"]
    with emulator.log.open("w") as log:
        environment = _environment(folder, port, emulator)
        process = subprocess.Popen(command, cwd=_PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, emulator)
            yield emulator
        finally:
            process.terminate()
            process.wait(20)


def _environment(folder: Path, port: int, emulator: Emulator) -> dict[str, str]:
    for name in ("tmp", "spark"):
        (folder / name).mkdir()
    settings = Settings(
        port=port,
        spark_python=str(spark_python()),
        shell_python=str(shell_python()),
        lambda_python=str(lambda_python()),
        modules=str(cache_folder() / "modules"),
        recording=str(emulator.recording),
        job_environment=job_environment(folder / "spark", emulator.endpoint),
    )
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAKECTL_"))},
        **settings.variables(),
        "PYTHONPATH": os.pathsep.join(map(str, (ministack(), _PROJECT, _PROJECT / "src"))),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "TMPDIR": str(folder / "tmp"),
        "SFN_WAIT_SCALE": "0.01",
        "AWS_SESSION_TOKEN": "lambda",  # functions inherit it: their role, for the record
    }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the emulator did not start:\n{emulator.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
