"""Stopping and watching an execution that another process runs."""

from __future__ import annotations

import signal
import threading

from tests.local.shop import ORDER_1, ORDERS, Shop
from tests.local.test_interruption import start_and_wait


def test_stop_ends_what_another_process_runs_and_resume_goes_on(local_shop: Shop) -> None:
    process = start_and_wait(local_shop, local_shop.csv("o.csv", ORDERS, ORDER_1))
    stopped = local_shop.lakectl("stop")
    process.communicate(timeout=60)
    assert (stopped.code, stopped.json["status"], process.returncode) == (0, "ABORTED", 130)
    assert local_shop.lakectl("stop").json["execution"] is None
    named = local_shop.lakectl("stop", stopped.json["execution"])
    assert (named.code, named.json["error"].split(" does not run")[0]) == (2, f"execution {stopped.json['execution']}")
    assert local_shop.resume().counts("orders") == {"inserted": 1}


def test_watch_tells_of_an_execution_until_it_ends(local_shop: Shop) -> None:
    process = start_and_wait(local_shop, local_shop.csv("o.csv", ORDERS, ORDER_1))
    threading.Timer(1.0, process.send_signal, [signal.SIGINT]).start()
    watched = local_shop.lakectl("status", "--watch")
    process.communicate(timeout=60)
    assert (watched.code, watched.json["status"]) == (0, "ABORTED")
    assert "load orders" in " ".join(watched.talk.split())


def test_there_may_be_nothing_to_watch_or_stop(local_shop: Shop) -> None:
    for words in (("stop",), ("status", "--watch")):
        answer = local_shop.lakectl(*words)
        assert (answer.code, answer.json["execution"]) == (0, None)
    assert local_shop.lakectl("status", "nobody").code == 2
