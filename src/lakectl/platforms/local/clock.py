"""Time, chance and interruption, as the state machine runner sees them.

The clock is a port, so that tests neither wait nor guess. Abort is how an execution, or one branch of it, is told to
stop: whoever waits wakes up, and no state is entered afterwards.
"""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Clock(Protocol):
    """What a run asks of time and chance."""

    def now(self) -> dt.datetime:
        """The present instant, in UTC."""

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Returns after so many seconds, or at once when `stop` is set."""

    def join(self, done: threading.Event, seconds: float | None) -> bool:
        """Waits for work in another thread to set `done`; False if so many seconds passed first (None: no limit)."""

    def random(self) -> float:
        """A number in [0, 1)."""


class SystemClock:
    """The clock on the wall."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        stop.wait(seconds)

    def join(self, done: threading.Event, seconds: float | None) -> bool:
        return done.wait(seconds)

    def random(self) -> float:
        return random.random()


class Abort:
    """Tells a run to stop. A child stops with its parent, or alone: so one failed branch ends its siblings."""

    def __init__(self, parent: Abort | None = None) -> None:
        self._parent = parent
        self._lock = threading.Lock()
        self._set = False
        self._waiting: set[threading.Event] = set()

    def set(self) -> None:
        """Stops the run, from any thread; again does nothing."""
        with self._lock:
            self._set = True
            waiting = list(self._waiting)
        for event in waiting:
            event.set()

    def is_set(self) -> bool:
        """Whether this run, or one around it, was told to stop."""
        return self._set or (self._parent is not None and self._parent.is_set())

    @contextmanager
    def waking(self, event: threading.Event) -> Iterator[threading.Event]:
        """While the block runs, stopping sets the event as well (at once if the run is stopped already)."""
        with self._lock:
            self._waiting.add(event)
        try:
            with self._parent.waking(event) if self._parent else _nothing():
                if self.is_set():
                    event.set()
                yield event
        finally:
            with self._lock:
                self._waiting.discard(event)


@contextmanager
def _nothing() -> Iterator[None]:
    yield
