"""One run of a Glue job: a process with the arguments, files, environment and logs that Glue gives it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ministack.services import cloudwatch_logs, s3
from tests.cloud.emulator import warm_spark
from tests.cloud.emulator.settings import settings

_RUNNER = Path(__file__).with_name("glue_job.py")
# A job does not outlive the emulator, however that ends.
_DIES_WITH_US = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
_SECRET, _ROLE = "test", "glue"  # the role is for whoever writes down who asks what
_MOST = 2000  # characters of an error that Glue keeps

_processes: dict[str, subprocess.Popen[str]] = {}
lock = threading.Lock()
"""Held while the state of a run is looked at and changed."""


@dataclass(frozen=True)
class Start:
    """All that a run begins with. `run` is Glue's record of it, which `execute` brings up to date."""

    run: dict[str, Any]
    command: Mapping[str, str]
    arguments: Mapping[str, str]
    account: str
    region: str

    @property
    def is_shell(self) -> bool:
        return self.command["Name"] == "pythonshell"

    @property
    def script(self) -> str:
        return self.arguments.get("--scriptLocation") or self.command["ScriptLocation"]


def execute(start: Start) -> None:
    """Runs the job to its end."""
    run = start.run
    with tempfile.TemporaryDirectory(prefix="glue-") as folder:
        try:
            state, message = (_ended if start.is_shell else _ended_on_spark)(start, Path(folder))
        except (OSError, KeyError) as error:
            state, message = "FAILED", f"{type(error).__name__}: {error}"[:_MOST]
    now = int(time.time())
    with lock:
        _processes.pop(run["Id"], None)
        if run["JobRunState"] == "STOPPING":
            state, message = "STOPPED", ""
        times = {"CompletedOn": now, "LastModifiedOn": now, "ExecutionTime": now - run["StartedOn"]}
        run.update(JobRunState=state, ErrorMessage=message, **times)


def stop(run_id: str) -> None:
    """Ends a run's process, if it has one by now."""
    process = _processes.get(run_id)
    if process is not None:
        _end(process)


def stop_all() -> None:
    """Ends all runs."""
    for process in list(_processes.values()):
        _end(process)


def _ended_on_spark(start: Start, folder: Path) -> tuple[str, str]:
    """The run's last state and its error, with a Spark that acts for the run's account."""
    role = {"access.key": start.account, "secret.key": _SECRET, "session.token": _ROLE}
    properties = {f"spark.hadoop.fs.s3a.{name}": value for name, value in role.items()}
    with warm_spark.lent(start.arguments.get("--conf", ""), properties) as jvm:
        state, message = _ended(start, folder, jvm.variables)
        jvm.trusted = state == "SUCCEEDED"
    return state, message


def _ended(start: Start, folder: Path, variables: Mapping[str, str] = MappingProxyType({})) -> tuple[str, str]:
    """The run's last state and its error."""
    process = _started(start, folder, variables)
    if process is None:
        return "STOPPED", ""
    try:
        out, err = process.communicate(timeout=60 * float(start.run["Timeout"]))
    except subprocess.TimeoutExpired:
        _end(process)
        out, err = process.communicate()
        return "TIMEOUT", "Job run exceeded its timeout"
    finally:
        process.wait()
    prefix = start.arguments.get("--custom-logGroup-prefix")
    group = prefix or ("/aws-glue/python-jobs" if start.is_shell else "/aws-glue/jobs")
    _log(f"{group}/output", start.run["Id"], out)
    _log(f"{group}/error", start.run["Id"], err)
    return ("SUCCEEDED", "") if process.returncode == 0 else ("FAILED", _error(err, process.returncode, start.script))


def _started(start: Start, folder: Path, variables: Mapping[str, str]) -> subprocess.Popen[str] | None:
    script = _bring(start.script, folder)
    extra = [_bring(uri, folder / "lib") for uri in _uris(start.arguments.get("--extra-py-files"))]
    python = settings().shell_python if start.is_shell else settings().spark_python
    words = [python, str(_RUNNER), str(script), *_words(start)]
    with lock:
        if start.run["JobRunState"] != "STARTING":
            return None  # stopped before it began
        process = subprocess.Popen(
            [*_DIES_WITH_US, *words],
            cwd=folder,
            env={**_environment(start, [folder / "lib", *extra]), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        _processes[start.run["Id"]] = process
        start.run.update(JobRunState="RUNNING", LastModifiedOn=int(time.time()))
    return process


def _words(start: Start) -> Iterator[str]:
    """The script's arguments: who it is first (Spark jobs only), then everything, Glue's own arguments included."""
    name = start.run["JobName"]
    if not start.is_shell:
        yield from ("--JOB_ID", f"j_{name}", "--JOB_RUN_ID", start.run["Id"], "--JOB_NAME", name)
    for key, value in start.arguments.items():
        yield from (key, value) if value is not None else (key,)


def _environment(start: Start, path: list[Path]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {
        **kept,
        **pip,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{settings().port}",
        "AWS_REGION": start.region,
        "AWS_DEFAULT_REGION": start.region,
        "AWS_ACCESS_KEY_ID": start.account,
        "AWS_SECRET_ACCESS_KEY": _SECRET,
        "AWS_SESSION_TOKEN": _ROLE,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONUNBUFFERED": "1",
        "GLUE_MODULES": settings().modules,
        **settings().job_environment,
    }


def _uris(given: str | None) -> list[str]:
    return [uri.strip() for uri in (given or "").split(",") if uri.strip()]


def _bring(uri: str, folder: Path) -> Path:
    """An object as a file. Raises FileNotFoundError where there is none."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content = s3._get_object_data(bucket, key)
    if content is None:
        raise FileNotFoundError(uri)
    folder.mkdir(exist_ok=True)
    path = folder / key.rpartition("/")[2]
    path.write_bytes(bytes(content))
    return path


def _error(told: str, code: int, script: str) -> str:
    """What Glue makes of a traceback."""
    lines = told.strip().splitlines()
    if not lines:
        return f"Command failed with exit code {code}"
    last = next((line for line in reversed(lines) if re.match(r"[A-Za-z_][\w.]*(:|$)", line)), lines[-1])
    places = re.findall(rf'File "[^"]*{re.escape(script.rpartition("/")[2])}", line (\d+)', told)
    where = f"Failed Line Number: {places[-1]}; " if places else ""
    return f"Error Category: UNCLASSIFIED_ERROR; {where}{last}"[:_MOST]


def _log(group: str, stream: str, text: str) -> None:
    if not text:
        return
    now = int(time.time() * 1000)
    cloudwatch_logs._create_log_group({"logGroupName": group})  # which is there already, or not
    cloudwatch_logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
    events = [{"timestamp": now, "message": line} for line in text.splitlines()]
    cloudwatch_logs._put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": events})


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
            return
