"""A job as it is started, and as it is stopped."""

from __future__ import annotations

import importlib.util
import json
import threading
from pathlib import Path

import pytest
import sqlglot
from tests.unit.etl.lakes import ITEMS, ORDERS, PRODUCTS, Sheet, TestLake

from lakehouse.contracts.model import Contract
from lakehouse.errors import JobFailed, ObjectMissing
from lakehouse.etl import job
from lakehouse.etl.live import at_work, interrupt_all
from lakehouse.etl.sql import statement
from lakehouse.etl.statements import statements

SCRIPTS = Path(__file__).parents[3] / "glue_jobs"


@pytest.fixture
def embedded(tmp_path: Path) -> TestLake:
    return TestLake(tmp_path / "lake", "duckdb")


def arguments(lake: TestLake, manifest: str, **others: str) -> list[str]:
    given = {
        "lake": lake.storage.root, "contracts": "", "dataset": "products", "execution": "exec-0001",
        "manifest": manifest, "result": "lakehouse/executions/exec-0001/products.result.json", "engine": "duckdb",
        "JOB_NAME": "etl_products", **others,
    }  # fmt: skip
    return [word for name, value in given.items() for word in (f"--{name}", value)]


def test_a_job_writes_its_result_into_the_lake(embedded: TestLake) -> None:
    manifest = embedded.manifest("products", [Sheet([{"product_id": "1"}, {"product_id": "x"}])])
    job.main(arguments(embedded, manifest))
    result = json.loads(embedded.storage.read("lakehouse/executions/exec-0001/products.result.json"))
    assert result == {
        "dataset": "products", "execution": "exec-0001", "files": 1, "read": 2, "inserted": 1, "updated": 0,
        "unchanged": 0, "duplicate": 0, "stale": 0, "rejected": 1, "waiting": 0, "table_version": 1,
        "faults": [{"column": "product_id", "rule": "type", "count": 1}],
    }  # fmt: skip


def test_the_scripts_of_glue_run_jobs(embedded: TestLake) -> None:
    manifest = embedded.manifest("products", [Sheet([{"product_id": "1"}])])
    script = importlib.util.spec_from_file_location("etl_products", SCRIPTS / "etl_products.py")
    assert script is not None
    assert script.loader is not None
    module = importlib.util.module_from_spec(script)
    script.loader.exec_module(module)
    module.main(arguments(embedded, manifest))
    assert embedded.rows("products", "product_id") == [(1,)]


def test_another_datasets_manifest_is_refused(embedded: TestLake) -> None:
    manifest = embedded.manifest("orders", [])
    with pytest.raises(JobFailed, match="for orders, not for products"):
        job.main(arguments(embedded, manifest))


def test_a_csv_that_is_not_there_fails_the_job(embedded: TestLake) -> None:
    manifest = embedded.manifest("products", [Sheet([{"product_id": "1"}])])
    for entry in list(embedded.storage.list("lakehouse/raw/")):
        embedded.storage.delete(entry.key)
    with pytest.raises(JobFailed):
        job.main(arguments(embedded, manifest))


def test_a_missing_manifest_and_an_unknown_engine_are_named(embedded: TestLake) -> None:
    with pytest.raises(ObjectMissing, match=r"no\.json"):
        job.main(arguments(embedded, "no.json"))
    manifest = embedded.manifest("products", [])
    with pytest.raises(JobFailed, match="abacus"):
        job.main(arguments(embedded, manifest, engine="abacus"))


def test_an_engine_can_be_interrupted_from_another_thread() -> None:
    endless = statement("SELECT COUNT(*) AS n FROM numbers AS a CROSS JOIN numbers AS b CROSS JOIN numbers AS c")
    with at_work(job.open_engine("duckdb")) as engine:
        engine.keep("numbers", sqlglot.parse_one("SELECT * FROM range(1000000)", dialect="duckdb"))
        stop = threading.Event()

        def interrupt() -> None:
            while not stop.wait(0.05):
                interrupt_all()

        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            with pytest.raises(JobFailed, match="interrupted"):
                engine.rows(endless)
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize("contract", [PRODUCTS, ORDERS, ITEMS], ids=lambda contract: contract.dataset)
@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_statements_are_sql_of_both_engines(contract: Contract, dialect: str) -> None:
    for name, tree in statements(contract, with_retried=True).items():
        text = tree.sql(dialect)
        assert sqlglot.parse_one(text, dialect=dialect).sql(dialect) == text, name
