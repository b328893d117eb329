"""The shipped contracts: legal by the standard's own schema, and saying what the shop's data is."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from lakehouse.contracts import column, dataset
from lakehouse.contracts.load import PACKAGED, levels, load_contracts
from lakehouse.contracts.model import Contract, ForeignKey

STANDARD: dict[str, Any] = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text())

TABLES = {
    "products": "product_id bigint, department_id bigint, department string, product_name string",
    "orders": "order_num bigint, order_id bigint, user_id bigint, order_timestamp timestamp, "
    "total_amount decimal(12,2), date date",
    "order_items": "id bigint, order_id bigint, user_id bigint, days_since_prior_order int, product_id bigint, "
    "add_to_cart_order int, reordered int, order_timestamp timestamp, date date",
}


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts([PACKAGED])


@pytest.mark.parametrize("name", TABLES)
def test_the_standard_accepts_the_file(name: str) -> None:
    contract = yaml.safe_load((PACKAGED / f"{name}.yaml").read_text(encoding="utf-8"))
    assert contract["apiVersion"] == "v3.1.0"
    assert [error.message for error in Draft201909Validator(STANDARD).iter_errors(contract)] == []


def test_the_tables_are_those_of_the_shop(contracts: dict[str, Contract]) -> None:
    found = {name: ", ".join(f"{c.name} {c.type}" for c in contract.columns) for name, contract in contracts.items()}
    assert found == TABLES


def test_keys_partitions_and_what_a_row_must_have(contracts: dict[str, Contract]) -> None:
    facts = {name: (c.primary_key, c.partition_by, c.latest_by, c.required_columns) for name, c in contracts.items()}
    assert facts == {
        "products": (("product_id",), "", (), ("product_id",)),
        "orders": (("order_id",), "date", ("order_timestamp",), ("order_id", "order_timestamp")),
        "order_items": (
            ("id",),
            "date",
            ("order_timestamp",),
            ("id", "order_id", "product_id", "order_timestamp"),
        ),
    }


def test_an_item_needs_its_product_and_nothing_else(contracts: dict[str, Contract]) -> None:
    assert contracts["order_items"].foreign_keys == (ForeignKey(("product_id",), "products", ("product_id",)),)
    assert levels(contracts) == [["orders", "products"], ["order_items"]]


def test_the_date_is_derived_and_never_a_source_column(contracts: dict[str, Contract]) -> None:
    for name in ("orders", "order_items"):
        assert contracts[name].column("date").derived_from == "order_timestamp"
        assert "date" not in [column.name for column in contracts[name].source_columns]


def test_the_fields_that_we_know_are_the_standard_s() -> None:
    defined = STANDARD["$defs"]
    element = set(defined["SchemaElement"]["properties"])
    assert set(dataset.CONTRACT) == set(STANDARD["properties"])
    assert set(dataset.OBJECT) == element | set(defined["SchemaObject"]["properties"])
    assert set(dataset.RELATIONSHIP) == set(defined["RelationshipBase"]["properties"])
    assert set(column.PROPERTY) == element | set(defined["SchemaBaseProperty"]["properties"])
    assert set(column.CUSTOM_PROPERTY) == set(defined["CustomProperty"]["properties"])
