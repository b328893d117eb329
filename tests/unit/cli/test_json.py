"""Every documented JSON shape, asked of a real lake and held to its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[3]
PRODUCTS = "product_id,department_id,department,product_name\n1,4,Books,Atlas\n2,4,Books,Novel\nx,4,Books,Bad\n"
BROKEN = "neither,of,these\n1,2,3\n"


def assert_shape(name: str, document: Any) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)


@pytest.fixture
def loaded(project, lakectl):
    (project / "products.csv").write_text(PRODUCTS)
    return lakectl("ingest", "products.csv", "-o", "json")


def test_ingest_and_status(loaded, lakectl):
    assert loaded.code == 0
    assert_shape("execution", loaded.json)
    (products,) = [dataset for dataset in loaded.json["datasets"] if dataset["dataset"] == "products"]
    assert (products["read"], products["inserted"], products["rejected"]) == (3, 2, 1)
    status = lakectl("status", "-o", "json")
    assert status.json == loaded.json
    assert lakectl("status", loaded.json["execution"], "-o", "json").json == loaded.json


@pytest.mark.parametrize(
    ("words", "shape", "least"),
    [
        (("executions", "list"), "executions", 1),
        (("markers", "list"), "markers", 1),
        (("markers", "list", "--explain"), "markers", 1),
        (("markers", "show", "products.csv"), "markers", 1),
        (("rejects", "list"), "rejects", 1),
        (("rejects", "list", "--all"), "rejects", 1),
        (("rejects", "show", "products.csv", "4"), "rejects", 1),
        (("tables", "list"), "tables", 2),
        (("queries",), "queries", 9),
        (("query", "select * from products"), "query", 2),
        (("doctor",), "doctor", 9),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_arrays(loaded, lakectl, words, shape, least):
    ran = lakectl(*words, "-o", "json")
    assert ran.code == 0
    assert_shape(shape, ran.json)
    assert len(ran.json) >= least


def test_nothing_to_show_is_json_too(project, lakectl):
    for words in (("resume",), ("status",)):
        ran = lakectl(*words, "-o", "json")
        assert ran.code == 0
        assert_shape("execution", ran.json)
        assert ran.json["execution"] is None
    assert lakectl("executions", "list", "-o", "json").json == []


def test_a_refused_upload_is_exit_5_and_json(loaded, project, lakectl):
    (project / "broken.xlsx").write_bytes(b"no workbook at all")
    ran = lakectl("ingest", "broken.xlsx", "-o", "json")
    assert ran.code == 5
    assert_shape("execution", ran.json)
    assert [upload["status"] for upload in ran.json["uploads"]] == ["refused"]


def test_failures(loaded, lakectl):
    missing = lakectl("ingest", "nowhere.xlsx", "-o", "json")
    assert missing.code == 2
    assert_shape("execution", missing.json)
    for words in (("query", "select nope from products"), ("query", "drop table products"), ("tables", "show", "nope")):
        ran = lakectl(*words, "-o", "json")
        assert ran.code in (1, 2)
        assert_shape("error", ran.json)


def test_a_query_that_fails_half_way_leaves_valid_json(loaded, lakectl):
    ran = lakectl("query", "select 10 / (product_id - 2) as n from products order by product_id", "-o", "json")
    assert ran.code != 0
    assert_shape("error", ran.json)


def test_every_schema_is_documented():
    text = (ROOT / "docs" / "json.md").read_text()
    for file in (ROOT / "docs" / "schemas").iterdir():
        assert f"(schemas/{file.name})" in text
