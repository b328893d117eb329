"""A lakehouse that the commit before this one deployed and filled is taken over by this one, in the middle of a run."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.cloud.shop import client, open_shop
from tests.cloud.stories import counts, csv, ended, keys, put, rows, until
from tests.local.shop import ATLAS, NOVEL, ORDER_1, ORDER_2, ORDERS, PRODUCTS

pytestmark = pytest.mark.spark

CHECKOUT = Path(__file__).parents[2]
WAITS = """
import sys
import time

from lakehouse.etl import job
from lakehouse.storage import open_storage

storage = open_storage(sys.argv[sys.argv.index("--lake") + 1])
while not storage.exists("go"):
    time.sleep(0.2)
job.main([*sys.argv[1:], "--dataset", "orders"])
"""


@pytest.fixture
def before(tmp_path):
    """The commit before this one, as its files."""
    told = subprocess.run(["git", "archive", "HEAD~1"], cwd=CHECKOUT, capture_output=True, check=False)
    if told.returncode:
        pytest.skip(f"there is no commit before this one: {told.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        archive.extractall(tmp_path / "before", filter="data")
    return tmp_path / "before"


def lakectl_of(checkout, shop, *words):
    """Runs the command of that checkout; returns stdout's JSON."""
    command = [sys.executable, "-m", "lakectl", "-t", "aws", "--project", str(shop.folder), *words, "-o", "json"]
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    told = subprocess.run(command, env=environment, cwd=shop.folder, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_a_lakehouse_of_the_commit_before_goes_on(tmp_path, monkeypatch, emulator, capsys, caplog, before):
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.configure(f'bucket = "{shop.bucket}"', "quiet_seconds = 1")
    slow = shop.folder / "glue_jobs" / "etl_orders.py"
    slow.parent.mkdir(exist_ok=True)
    slow.write_text(WAITS)
    lakectl_of(before, shop, "deploy", "--yes")
    put(shop, "products.csv", csv(PRODUCTS, ATLAS))
    [first] = ended(shop)
    assert first["status"] == "SUCCEEDED"
    put(shop, "orders.csv", csv(ORDERS, ORDER_1, ORDER_2))
    until(lambda: client("glue").get_job_runs(JobName="shop-etl_orders")["JobRuns"])

    slow.unlink()
    assert shop.plan()["changes"] != []
    shop.deploy()
    assert shop.plan()["changes"] == []
    client("s3").put_object(Bucket=shop.bucket, Key="go", Body=b"")
    begun, _ = ended(shop, 2)
    assert (begun["status"], counts(shop.run("status"), "orders")) == ("SUCCEEDED", {"inserted": 2})

    put(shop, "products.csv", csv(PRODUCTS, ATLAS.replace("Atlas", "Globe"), NOVEL))
    ended(shop, 3)
    assert counts(shop.run("status"), "products") == {"inserted": 1, "updated": 1}
    assert rows(shop, "products", ["product_name"]) == [("Globe",), ("Novel",)]
    assert rows(shop, "orders", ["order_id"]) == [("10",), ("11",)]
    assert keys(shop, "uploads/") == []
    assert len(shop.run("markers", "list")) == 3


def test_data_outlives_the_lakehouse(tmp_path, monkeypatch, emulator, capsys, caplog):
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.configure(f'bucket = "{shop.bucket}"', "quiet_seconds = 1")
    shop.deploy()
    put(shop, "products.csv", csv(PRODUCTS, ATLAS))
    ended(shop)
    shop.run("destroy", "--yes")
    assert shop.deploy()["outputs"]["bucket"] == shop.bucket
    assert shop.run("query", "select product_name from products") == [{"product_name": "Atlas"}]
    put(shop, "again.csv", csv(PRODUCTS, ATLAS))
    put(shop, "products.csv", csv(PRODUCTS, ATLAS, NOVEL))
    until(lambda: keys(shop, "uploads/") == [])
    assert rows(shop, "products", ["product_name"]) == [("Atlas",), ("Novel",)]
