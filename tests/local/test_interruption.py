"""Ctrl-C and kill -9 on a real process: nothing is lost, nothing counted twice, nobody is locked out."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.local.shop import ATLAS, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop

SLOW = """
import pathlib, time
def main(argv):
    pathlib.Path({ready!r}).touch()
    time.sleep(120)
"""

# The command, hearing Ctrl-C also where a background shell, such as CI's, has made its children deaf to it.
LAKECTL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from lakectl.__main__ import main
main()
"""

# Inside the engine, where no Python runs: only the engine itself can end this before a day is over.
ENDLESS = """
import pathlib
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.sql import statement
def main(argv):
    with at_work(open_engine("duckdb")) as engine:
        pathlib.Path({ready!r}).touch()
        engine.keep("ten", statement("SELECT EXPLODE(SEQUENCE(1, 10000000)) AS i"))
        engine.rows(statement("SELECT SUM(a.i * b.i) AS s FROM ten AS a CROSS JOIN ten AS b"))
"""


def start_and_wait(shop: Shop, *files: Path, script: str = SLOW) -> subprocess.Popen[str]:
    """Starts `lakectl ingest` as a process and waits until its orders job is at work."""
    ready = shop.project / "ready"
    ready.unlink(missing_ok=True)
    shop.replace_asset("glue_jobs", "etl_orders.py", script.format(ready=str(ready)))
    command = [
        sys.executable,
        "-c",
        LAKECTL,
        "--project",
        str(shop.project),
        "-o",
        "json",
        "ingest",
        *map(str, files),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not ready.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the job never started"
        time.sleep(0.05)
    (shop.project / "glue_jobs" / "etl_orders.py").unlink()
    return process


@pytest.fixture
def files(local_shop: Shop) -> tuple[Path, Path]:
    orders = local_shop.csv("orders.csv", ORDERS, ORDER_1, ORDER_2)
    return orders, local_shop.csv("products.csv", PRODUCTS, ATLAS)


@pytest.mark.parametrize("script", [SLOW, ENDLESS], ids=["in Python", "in the engine"])
def test_ctrl_c_ends_with_130_frees_the_lock_and_resume_finishes(
    local_shop: Shop, files: tuple[Path, Path], script: str
) -> None:
    process = start_and_wait(local_shop, *files, script=script)
    process.send_signal(signal.SIGINT)
    out, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk
    told = json.loads(out)
    assert told["status"] == "ABORTED"
    assert "lakectl resume" in talk
    assert list((local_shop.project / "lake/lakehouse/locks").glob("*")) == []
    resumed = local_shop.resume()
    assert (resumed.code, resumed.counts("orders")) == (0, {"inserted": 2})
    assert local_shop.rows("select count(*) from orders") == [[2]]


def test_a_killed_run_is_known_to_be_dead_and_resumed(local_shop: Shop, files: tuple[Path, Path]) -> None:
    process = start_and_wait(local_shop, *files)
    assert local_shop.lakectl("status").json["status"] == "RUNNING"
    process.kill()
    process.communicate(timeout=60)
    assert local_shop.lakectl("status").json["status"] == "ABORTED"
    resumed = local_shop.resume()
    assert (resumed.code, resumed.counts("orders")) == (0, {"inserted": 2})


def test_who_comes_while_another_runs_is_told_and_loses_nothing(local_shop: Shop, files: tuple[Path, Path]) -> None:
    process = start_and_wait(local_shop, files[0])
    second = local_shop.ingest(files[1])
    assert second.code == 0
    assert "is running" in second.talk
    assert second.json["datasets"] == []
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    resumed = local_shop.resume()
    assert resumed.counts("orders") == {"inserted": 2}
    assert resumed.counts("products") == {"inserted": 1}
