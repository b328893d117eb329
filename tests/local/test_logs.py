"""What was said during an execution on this machine, and what `resume` says that it will do."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import jsonschema
import pytest
from tests.local.shop import ATLAS, ORDER_1, ORDERS, PRODUCTS, Shop
from tests.local.test_interruption import start_and_wait

from lakectl.operations.result import DatasetResult, Execution
from lakectl.operations.resume import Outlook

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/logs.schema.json").read_text())
BROKEN = """
def main(argv):
    raise ValueError("no room left")
"""


@pytest.fixture
def failed(local_shop: Shop) -> Shop:
    """A shop whose products were loaded and whose orders were not."""
    local_shop.replace_asset("glue_jobs", "etl_orders.py", BROKEN)
    ran = local_shop.ingest(local_shop.csv("p.csv", PRODUCTS, ATLAS), local_shop.csv("o.csv", ORDERS, ORDER_1))
    assert ran.code == 1
    (local_shop.project / "glue_jobs" / "etl_orders.py").unlink()
    return local_shop


def test_the_log_is_in_order_and_its_first_error_is_quoted_first(failed: Shop) -> None:
    told = failed.lakectl("logs")
    jsonschema.validate(told.json, SCHEMA)
    assert told.code == 0
    assert [line["at"] for line in told.json] == sorted(line["at"] for line in told.json)
    first = next(line for line in told.json if line["level"] == "error")
    assert first["message"] == "orders: RunJob failed: ValueError: no room left"
    assert "workflow: orders: RunJob failed: ValueError: no room left" in " ".join(told.talk.split())
    assert told.json[0]["message"] == "the execution started"
    assert told.json[-1]["message"].startswith("the execution failed")


def test_the_log_of_a_success_quotes_no_error(local_shop: Shop) -> None:
    ran = local_shop.ingest(local_shop.csv("p.csv", PRODUCTS, ATLAS))
    told = local_shop.lakectl("logs", ran.json["execution"])
    assert told.talk == ""
    assert {line["level"] for line in told.json} == {"info"}
    assert local_shop.lakectl("logs", ran.json["execution"], "--follow").json == told.json


def test_following_a_log_ends_with_the_execution(local_shop: Shop) -> None:
    process = start_and_wait(local_shop, local_shop.csv("o.csv", ORDERS, ORDER_1))
    threading.Timer(1.0, lambda: local_shop.lakectl("stop")).start()
    told = local_shop.lakectl("logs", "--follow")
    process.communicate(timeout=60)
    messages = [line["message"] for line in told.json]
    assert "orders: RunJob begins" in messages
    assert messages[-1].startswith("the execution aborted")
    assert len(messages) == len(set(messages))


def test_there_may_be_no_log(local_shop: Shop) -> None:
    assert (local_shop.lakectl("logs").code, local_shop.lakectl("logs").json) == (0, [])
    assert local_shop.lakectl("logs", "nobody").code == 2


def test_resume_says_what_it_skips_and_why(failed: Shop) -> None:
    resumed = failed.resume()
    talk = " ".join(resumed.talk.split())
    assert resumed.code == 0
    assert "which is FAILED. Skipped: 2 uploads, converted already. Skipped: products, 1 file of it loaded" in talk
    assert "To do: orders, 1 file; it was failed." in talk
    assert "To do: products" not in talk


def test_what_has_come_since_is_not_said_to_be_skipped() -> None:
    datasets = [DatasetResult(name, status) for name, status in (("products", "loaded"), ("orders", "loaded"))]
    broken = Execution("e1", "local", "duckdb", "ABORTED", "2026-04-01T12:00:00Z", datasets=datasets)
    outlook = Outlook(broken, {"products": 1, "orders": 0, "order_items": 0})
    assert ([each.dataset for each in outlook.skipped], outlook.left) == (["orders"], ["products"])
