"""One child process that converts, seen from its parent: asked, waited for, ended, and what can be said of its end."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lakehouse.convert.formats import SAVE_AGAIN
from lakehouse.convert.worker import READY
from lakehouse.errors import JobFailed

_TOLD = 2000  # characters of what a child said first, and last, over one file


_SMALLER = "look for a stray value far from the table, or split it into several files"


class Died(Exception):
    """A child did not live to answer. `what` says why, to follow a file's name, and `hint` what its sender can do;
    `detail` is for whoever repairs."""

    def __init__(self, what: str, detail: str, again: bool, hint: str = SAVE_AGAIN) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.detail = detail
        self.again = again  # whether a new process may do better


class Child:
    """A process that was started with the command. It belongs to one thread at a time; `kill` is for any."""

    def __init__(self, command: Sequence[str], memory: int) -> None:
        self._memory = memory
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115 - for as long as this object lives
        self._before = 0  # how much it had said when it was given its task
        self._used = False
        self._ready = False
        # What this process imports, it imports; of the folder that somebody works in, nothing (-P).
        own = Path(__file__).parents[2]  # where this package is, should that be the folder that somebody works in
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(own)])}
        self._process = subprocess.Popen(
            [*command, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._talk,
            env=env,
            process_group=0,  # Ctrl-C in a terminal is not for it
        )

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ready(self, deadline: float) -> None:
        """Waits until it can be asked. Raises JobFailed where it does not even start."""
        if self._ready:
            return
        try:
            self._ready = self._read(deadline) == READY
        except Died as died:
            why = died.detail.rpartition("\n")[2] or died.what
            raise JobFailed(f"the converter does not start: {why}", died.detail) from None

    def send(self, task: Mapping[str, Any], deadline: float) -> None:
        """Gives it a task. Raises Died; JobFailed where it does not even start."""
        self.ready(deadline)
        assert self._process.stdin
        self._before = os.fstat(self._talk.fileno()).st_size
        try:
            pickle.dump(dict(task), self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died(deadline) from None

    def answer(self, deadline: float) -> Any:
        """What it makes of the task. Raises Died, and what the conversion raised of our own errors."""
        said = self._read(deadline)
        if said[0] == "done":
            self._used = True
            return said[1]
        if said[0] == "error":
            self._used = True
            raise said[1]
        kind, what, detail = said
        self.kill()  # who knows what is left of it
        if kind == "memory":
            raise Died(self._too_large(), detail, self._used, _SMALLER)
        raise Died(f"the converter failed ({what})", detail, False)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def _read(self, deadline: float) -> Any:
        assert self._process.stdout
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise self._late()
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):
            raise self._died(deadline) from None

    def _late(self) -> Died:
        self.kill()
        return Died("the converter took too long over this file, and was ended", self._said(), False, _SMALLER)

    def _died(self, deadline: float) -> Died:
        try:
            code = self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:  # it lives, and closed its stdout
            self.kill()
            code = -signal.SIGKILL
        said = self._said()
        if "memory allocation of" in said or "MemoryError" in said:
            return Died(self._too_large(), said, self._used, _SMALLER)
        how = f"by the system ({signal.Signals(-code).name})" if code < 0 else f"with code {code}"
        why = ", as happens when memory runs out" if code == -signal.SIGKILL else ""
        return Died(f"the converter was ended {how} while it read this file{why}", said, self._used)

    def _too_large(self) -> str:
        limit = f" than the {self._memory / 2**30:.1f} GiB that one may take" if self._memory else ""
        return f"to read this file takes more memory{limit}"

    def _said(self) -> str:
        """How it began to complain, and the last of it."""
        self._talk.seek(self._before)
        said = self._talk.read().decode(errors="replace").strip()
        return said if len(said) <= 2 * _TOLD else f"{said[:_TOLD]}\n...\n{said[-_TOLD:]}"
