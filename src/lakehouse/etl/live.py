"""The engines at work in this process, so that whoever stops it can reach them from another thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from lakehouse.etl.engines import Engine

_lock = threading.Lock()
_engines: list[Engine] = []


@contextlib.contextmanager
def at_work(engine: Engine) -> Iterator[Engine]:
    """Has the engine among those that `interrupt_all` reaches, and closes it at the end."""
    with _lock:
        _engines.append(engine)
    try:
        yield engine
    finally:
        with _lock:
            _engines.remove(engine)
        engine.close()


def interrupt_all() -> None:
    """Makes what every engine is doing fail soon."""
    with _lock:
        engines = list(_engines)
    for engine in engines:
        engine.interrupt()
