"""A task that is stopped: wherever it is, but never inside Python's import code, whose locks it would keep."""

from __future__ import annotations

import importlib
import threading
import time
from pathlib import Path

import pytest

from lakectl.platforms.local.asl_task import TaskStopped, TaskThread


def endless() -> None:
    while True:
        time.sleep(0.001)


def test_work_is_stopped() -> None:
    thread = TaskThread(endless)
    thread.start()
    thread.stop()
    with pytest.raises(TaskStopped):
        thread.result()


def test_an_import_is_not_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task waits for a module that another thread is importing; it is stopped once it has it."""
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(threading, "slow_import", (begun, go_on), raising=False)
    (tmp_path / "slow_module.py").write_text(
        "import threading\nbegun, go_on = threading.slow_import\nbegun.set()\ngo_on.wait(10)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    imported = []

    def work() -> None:
        imported.append(importlib.import_module("slow_module"))
        endless()

    other = threading.Thread(target=importlib.import_module, args=["slow_module"])
    other.start()
    assert begun.wait(10)
    thread = TaskThread(work)
    thread.start()
    while not thread._is_importing():
        time.sleep(0.001)
    threading.Timer(0.3, go_on.set).start()
    thread.stop()
    other.join()
    assert imported
    with pytest.raises(TaskStopped):
        thread.result()
