"""Header -> dataset: by names alone, and never half right."""

from __future__ import annotations

import dataclasses

import pytest
from tests.unit.convert.helpers import CONTRACTS, ITEMS, ORDERS, PRODUCTS, TEXT

from lakehouse.contracts.model import Column
from lakehouse.convert.routing import plain, route
from lakehouse.errors import ContractError

ORDERS_HEADER = ["order_id", "user_id", "order_timestamp", "total_amount", "date"]
ITEMS_HEADER = ["id", "order_id", "user_id", "product_id", "order_timestamp", "date"]


@pytest.mark.parametrize("header", ["Order ID", " ORDER_ID ", "order-id", "OrderId", "\ufefforder_id"])
def test_headers_are_compared_by_letters_and_digits(header):
    assert plain(header) == plain("order_id")


def test_a_sheet_of_items_is_not_taken_for_orders_though_it_has_all_that_orders_require():
    assert route(ITEMS_HEADER, CONTRACTS.values()).dataset == "order_items"
    assert route(ORDERS_HEADER, CONTRACTS.values()).dataset == "orders"


def test_items_without_their_key_are_refused_and_not_loaded_as_orders():
    found = route(ITEMS_HEADER[1:], CONTRACTS.values())
    assert (found.status, found.dataset) == ("refused", "order_items")
    assert "'id'" in found.reason


def test_reordered_and_renamed_columns_are_found_by_name():
    found = route(["Product Name", "SKU", " DEPARTMENT "], CONTRACTS.values())
    assert found.dataset == "products"
    assert found.taken == {"product_name": 0, "product_id": 1, "department": 2}


def test_every_missing_required_column_is_named():
    found = route(["user_id", "total_amount"], CONTRACTS.values())
    assert (found.status, found.dataset) == ("refused", "orders")
    assert "'order_id', 'order_timestamp'" in found.reason


def test_an_unknown_column_is_reported_and_kept_out():
    found = route(["product_id", "Margin %", "department"], CONTRACTS.values())
    assert found.unknown == ("Margin %",)
    assert found.taken == {"product_id": 0, "department": 2}


def test_a_derived_column_is_known_but_never_taken():
    found = route(ORDERS_HEADER, CONTRACTS.values())
    assert found.unknown == ()
    assert "date" not in (found.taken or {})


def test_two_columns_that_are_one_column_of_the_contract_are_refused():
    found = route(["product_id", "SKU", "department"], CONTRACTS.values())
    assert found.status == "refused"
    assert "more than one column is 'product_id'" in found.reason


@pytest.mark.parametrize("header", [["Notes"], ["date"], ["---", "42"]])
def test_a_header_that_no_dataset_knows_is_ignored(header):
    assert route(header, CONTRACTS.values()).status == "ignored"


def test_a_header_that_fits_two_datasets_equally_is_refused_naming_both():
    twin = dataclasses.replace(PRODUCTS, dataset="articles")
    found = route(["product_id", "department"], [PRODUCTS, ORDERS, twin])
    assert found.status == "refused"
    assert "products" in found.reason
    assert "articles" in found.reason


def test_between_two_datasets_the_one_that_lacks_nothing_is_meant():
    stricter = dataclasses.replace(PRODUCTS, dataset="articles", columns=(*PRODUCTS.columns, Column("ean", TEXT, True)))
    assert route(["product_id", "department"], [stricter, PRODUCTS]).dataset == "products"


def test_the_order_of_the_contracts_does_not_matter():
    for header in (ITEMS_HEADER, ORDERS_HEADER, ITEMS_HEADER[1:]):
        assert route(header, [ITEMS, ORDERS, PRODUCTS]) == route(header, [PRODUCTS, ORDERS, ITEMS])


def test_a_contract_whose_columns_cannot_be_told_apart_is_an_error():
    ambiguous = dataclasses.replace(PRODUCTS, columns=(*PRODUCTS.columns, Column("ProductID", TEXT)))
    with pytest.raises(ContractError, match="product_id or ProductID"):
        route(["product_id"], [ambiguous])
