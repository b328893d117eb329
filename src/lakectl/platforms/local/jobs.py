"""Glue jobs, run in this process as `startJobRun.sync` would run them: one `main(argv)` per script."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lakectl import assets
from lakectl.errors import UsageError
from lakectl.platforms.local.asl_model import StateError
from lakectl.platforms.local.clock import Clock
from lakectl.platforms.local.functions import load_module
from lakectl.platforms.local.spark_session import LocalSpark

# MaxConcurrentRuns: one for a job that writes one table, several for those that serve any dataset.
_CONCURRENT = {"archive_raw_csvs": 4, "convert_excel_to_csv": 4, "etl_dataset": 4}


class Jobs:
    """The jobs in `glue_jobs/`."""

    def __init__(self, clock: Clock, project: Path | None = None, spark: LocalSpark | None = None) -> None:
        self._clock = clock
        self._project = project
        self._spark = spark
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self, name: str, arguments: Mapping[str, str], submitted: Callable[[Any], None]) -> dict[str, Any]:
        """Runs the job to its end and returns the JobRun, as GetJobRun shows it.

        Raises StateError: States.TaskFailed with the JobRun as cause, Glue.ConcurrentRunsExceededException, or
        Glue.EntityNotFoundException.
        """
        path = self._script(name)
        with self._turn(name):
            job_run = self._started(name, arguments)
            submitted({"JobRunId": job_run["Id"]})
            try:
                if self._spark and arguments.get("--engine") == "spark":
                    self._spark.session()  # the one that the script will find
                load_module(path, f"lakectl_job_{name}").main(_argv(name, arguments))
            except SystemExit as error:
                self._ended(job_run, f"SystemExit: {error.code}" if error.code else "")
            except Exception as error:
                raise self._failed(job_run, error) from error
            else:
                self._ended(job_run, "")
        if job_run["JobRunState"] == "FAILED":
            raise _task_failed(job_run)
        return job_run

    def _script(self, name: str) -> Path:
        try:
            return assets.find("glue_jobs", f"{name}.py", self._project)
        except UsageError as error:
            raise StateError("Glue.EntityNotFoundException", f"Job {name} is not found. {error.hint}") from error

    @contextlib.contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        with self._lock:
            if self._running[name] >= _CONCURRENT.get(name, 1):
                raise StateError("Glue.ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}")
            self._running[name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[name] -= 1

    def _started(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        return {
            "Id": f"jr_{uuid.uuid4().hex}",
            "Attempt": 0,
            "JobName": name,
            "StartedOn": _millis(self._clock.now()),
            "JobRunState": "RUNNING",
            "Arguments": dict(arguments),
        }

    def _ended(self, job_run: dict[str, Any], message: str) -> None:
        ended = _millis(self._clock.now())
        job_run |= {"CompletedOn": ended, "ExecutionTime": (ended - job_run["StartedOn"]) // 1000}
        job_run |= {"JobRunState": "FAILED", "ErrorMessage": message} if message else {"JobRunState": "SUCCEEDED"}

    def _failed(self, job_run: dict[str, Any], error: Exception) -> StateError:
        self._ended(job_run, f"{type(error).__name__}: {error}")
        return _task_failed(job_run)


def _task_failed(job_run: Mapping[str, Any]) -> StateError:
    return StateError("States.TaskFailed", json.dumps(job_run, ensure_ascii=False, separators=(",", ":")))


def _argv(name: str, arguments: Mapping[str, str]) -> list[str]:
    """What Glue passes to a script: its name first, then every argument and its value."""
    return ["--JOB_NAME", name, *(part for pair in arguments.items() for part in pair)]


def _millis(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
