"""The whole way on the emulator: a file is put into the bucket by somebody without lakectl, and tables answer.

Everything in between is what runs on AWS: rule, state machine, functions from their zip, Spark on S3, catalog, topic.
A job on Spark takes long here, so each test takes a story as far as it goes.
"""

from __future__ import annotations

import json

import pytest
from tests.cloud.shop import client, open_shop
from tests.cloud.stories import counts, csv, ended, keys, messages, put, rows, until, verdict
from tests.local.shop import ATLAS, ITEM_1, ITEM_2, ITEMS, NOVEL, ORDER_1, ORDER_2, ORDERS, PRODUCTS

pytestmark = pytest.mark.spark

FAILS = "def main(argv):\n    raise OSError('disk full')\n\n\nmain([])\n"
WAITS = "import time\n\nprint('waiting', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.outputs = shop.deploy()["outputs"]
    return shop


@pytest.fixture
def dynamo_shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    """A shop whose markers and locks are in DynamoDB."""
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.configure(f'bucket = "{shop.bucket}"', 'markers = "dynamodb"', 'lock = "dynamodb"')
    shop.outputs = shop.deploy()["outputs"]
    return shop


def test_files_put_into_the_bucket_become_tables(shop, aws, tmp_path):
    start = aws.recording.stat().st_size
    put(shop, "a b+ü/order items.csv", csv(ITEMS, ITEM_1, ITEM_2))
    put(shop, "orders.csv", csv(ORDERS, ORDER_1, ORDER_2))
    put(shop, "products.CSV", csv(PRODUCTS, ATLAS, NOVEL))
    put(shop, "readme.md", b"no workbook")
    # Four events, one writer: the others end at once and say so.
    executions = ended(shop, 4)
    assert {execution["status"] for execution in executions} == {"SUCCEEDED"}
    told = [shop.run("status", execution["execution"]) for execution in executions]
    assert sum(len(each["datasets"]) > 0 for each in told) == 1

    assert rows(shop, "products", ["product_id", "department_id", "product_name"]) == [
        ("1", "4", "Atlas"),
        ("2", "4", "Novel"),
    ]
    assert rows(shop, "orders", ["order_id", "total_amount", "date"]) == [
        ("10", "9.50", "2025-04-01"),
        ("11", "20.00", "2025-04-02"),
    ]
    assert rows(shop, "order_items", ["id", "order_id", "product_id"]) == [("100", "10", "1"), ("101", "11", "2")]
    orders = client("glue").get_table(DatabaseName="ecom_catalog", Name="orders")["Table"]
    columns = {column["Name"]: column["Type"] for column in orders["StorageDescriptor"]["Columns"]}
    assert (columns["order_id"], columns["total_amount"]) == ("bigint", "decimal(12,2)")
    assert orders["StorageDescriptor"]["Location"].rstrip("/").endswith(f"{shop.bucket}/lakehouse/processed/orders")
    assert len(shop.run("markers", "list")) == 3
    assert keys(shop, "uploads/") == ["uploads/readme.md"]
    assert any("order items.csv" in key for key in keys(shop, "lakehouse/archived/"))
    assert keys(shop, "lakehouse/locks/") == []
    question = "select p.product_name, i.reordered from order_items i join products p using (product_id) order by 1"
    assert [list(row.values()) for row in shop.run("query", question)] == [["Atlas", 0], ["Novel", 1]]

    put(shop, "orders.csv", csv(ORDERS, ORDER_1.replace("9.50", "8.25"), ORDER_2))
    newest = ended(shop, 5)[0]
    assert counts(shop.run("status", newest["execution"]), "orders") == {"updated": 1, "unchanged": 1}
    assert rows(shop, "orders", ["total_amount"]) == [("20.00",), ("8.25",)]
    judged = verdict(shop, aws.recording, start, tmp_path)
    assert judged.refused == []
    # The jobs look after the owner of a lock only where two of them want the same at the same moment.
    assert set(judged.unused) <= {("glue", "Liveness")}


def test_a_failed_job_is_told_repaired_by_a_deployment_and_resumed(dynamo_shop):
    shop = dynamo_shop
    told = messages(shop)
    broken = shop.folder / "glue_jobs" / "etl_products.py"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text(FAILS)
    shop.deploy()
    put(shop, "products.csv", csv(PRODUCTS, ATLAS))
    [failed] = ended(shop)
    assert failed["status"] == "FAILED"
    [message] = told()
    assert failed["execution"] in json.loads(message["Body"])["Message"]
    [products] = [each for each in shop.run("status")["datasets"] if each["dataset"] == "products"]
    assert products["status"] == "failed"
    assert "disk full" in products["error"]
    said = shop.run("logs", failed["execution"])
    assert {"workflow", "job etl_products"} <= {line["source"] for line in said}
    assert [line["at"] for line in said] == sorted(line["at"] for line in said)
    assert "disk full" in shop.err.splitlines()[0]

    broken.unlink()
    shop.deploy()
    resumed = shop.run("resume")
    assert (resumed["status"], counts(resumed, "products")) == ("SUCCEEDED", {"inserted": 1})
    newest, _ = shop.run("executions", "list")
    assert (newest["trigger"], newest["resumed_from"]) == ("resume", failed["execution"])
    assert rows(shop, "products", ["product_name"]) == [("Atlas",)]


def test_what_is_too_large_for_a_function_is_converted_by_a_job(tmp_path, monkeypatch, emulator, capsys, caplog, aws):
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.configure(f'bucket = "{shop.bucket}"', "lambda_megabytes = 0")
    shop.deploy()
    start = aws.recording.stat().st_size
    put(shop, "products.csv", csv(PRODUCTS, ATLAS, NOVEL))
    put(shop, "broken.xlsx", b"PK no workbook")
    executions = ended(shop, 2)
    told = next(each for each in (shop.run("status", e["execution"]) for e in executions) if each["datasets"])
    assert {upload["file"]: upload["status"] for upload in told["uploads"]} == {
        "products.csv": "converted",
        "broken.xlsx": "refused",
    }
    assert counts(told, "products") == {"inserted": 2}
    [run] = client("glue").get_job_runs(JobName="shop-convert_excel_to_csv")["JobRuns"]
    assert run["JobRunState"] == "SUCCEEDED"
    judged = verdict(shop, aws.recording, start, tmp_path)
    assert judged.refused == []


def test_stop_ends_the_job_and_gives_the_lock_back(shop):
    slow = shop.folder / "glue_jobs" / "etl_products.py"
    slow.parent.mkdir(exist_ok=True)
    slow.write_text(WAITS)
    shop.deploy()
    put(shop, "products.csv", csv(PRODUCTS, ATLAS))
    glue = client("glue")

    def runs():
        found = glue.get_job_runs(JobName="shop-etl_products")["JobRuns"]
        return [run for run in found if run["JobRunState"] == "RUNNING"]

    until(runs)
    assert keys(shop, "lakehouse/locks/") != []
    assert shop.run("stop")["status"] in ("ABORTED", "STOPPED")
    until(lambda: not runs())
    assert keys(shop, "lakehouse/locks/") == []
    assert keys(shop, "uploads/") == ["uploads/products.csv"]
