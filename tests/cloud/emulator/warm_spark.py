"""JVMs that are lent to one run after the other: starting one and loading Spark takes most of a small job's time.

A run still has a Python process, a Spark context and, while it lasts, a JVM for itself. The JVM of a run that did not
end well is not used again.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cloud.emulator.settings import settings

_KEPT = 2  # more idle ones than run side by side would only take memory
_SCRIPT = Path(__file__).with_name("spark_jvm.py")

_idle: list[Jvm] = []
_lock = threading.Lock()


class Jvm:
    """A JVM with settings of Spark that all its runs share (`conf`: what follows `--conf`). It ends with the emulator.

    Who has it says with `trusted` that the run ended well. `variables` are for the job's environment.
    """

    def __init__(self, conf: str) -> None:
        self.conf = conf
        self.trusted = False
        submit = f"--conf {conf} pyspark-shell" if conf else "pyspark-shell"
        environment = {**os.environ, **settings().job_environment, "PYSPARK_SUBMIT_ARGS": submit}
        command = [settings().spark_python, str(_SCRIPT)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes)
        self.variables: dict[str, str] = json.loads(self._answer())

    def prepare(self, properties: Mapping[str, str]) -> None:
        """Makes it as new, but for these Java properties. Raises OSError when it has ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(dict(properties)) + "\n")
        self._process.stdin.flush()
        self._answer()

    def close(self) -> None:
        """Ends it."""
        self._process.kill()  # and with its stdin, the JVM's own end comes
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise OSError("Spark's JVM has ended: see the emulator's log")
        return line


@contextmanager
def lent(conf: str, properties: Mapping[str, str]) -> Iterator[Jvm]:
    """A JVM with these settings, for one run. Raises OSError when it does not start."""
    jvm = _found(conf) or Jvm(conf)
    try:
        jvm.prepare(properties)
        yield jvm
        if jvm.trusted:
            jvm.prepare({})
    except BaseException:
        jvm.trusted = False
        raise
    finally:
        for each in _kept(jvm) if jvm.trusted else [jvm]:
            each.close()


def _kept(jvm: Jvm) -> list[Jvm]:
    """Keeps it for the next run; returns those that are too many then."""
    jvm.trusted = False
    with _lock:
        _idle.append(jvm)
        surplus = _idle[:-_KEPT]
        del _idle[:-_KEPT]
    return surplus


def _found(conf: str) -> Jvm | None:
    with _lock:
        found = next((jvm for jvm in _idle if jvm.conf == conf), None)
        if found:
            _idle.remove(found)
    return found
