"""One call of a task in its own thread, so that it can time out and be stopped while the run goes on."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

# What a stopped task gets to end cleanly, in seconds of real time, before the run goes on without it.
GRACE = 10.0


class Tasks(Protocol):
    """What Task states call."""

    def call(self, resource: str, arguments: Any, submitted: Callable[[Any], None]) -> Any:
        """Does what the resource ARN stands for and returns its result as plain JSON.

        `submitted` is told what a long job answered when it was started. Raises StateError when the task fails.
        """

    def interrupt(self) -> None:
        """Makes what is running end soon, also where it is inside an engine: called before it is stopped."""


class TaskStopped(BaseException):
    """Raised inside a task that runs on after its time, or after its execution was stopped."""


class TaskThread(threading.Thread):
    """Runs `work`. `done` is set when it has ended (or when an Abort wakes the waiter: look at `ended`)."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self.ended = False
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again by result(), in the thread that waits
            self._error = error
        self.ended = True
        self.done.set()

    def result(self) -> Any:
        """What the work returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def stop(self) -> None:
        """Asks the work to end by raising TaskStopped in it, and waits for that a while.

        Best effort, as a cancelled Glue job is: work inside a C call ends when that call returns.
        """
        end = time.monotonic() + GRACE
        while self._is_importing() and time.monotonic() < end:
            time.sleep(0.001)
        if self.ident is not None and not self.ended and not self._is_importing():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(TaskStopped))
        self.join(max(end - time.monotonic(), 0))

    def _is_importing(self) -> bool:
        """Whether Python's own import code runs: stopped between taking its lock and its `try`, it would keep the lock.

        Every later import of the process would wait for it, the end of the command among them.
        """
        frame = sys._current_frames().get(self.ident or 0)
        return frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")
