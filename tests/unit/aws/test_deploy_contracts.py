"""Changed contracts, and what they break."""

from __future__ import annotations

from dataclasses import replace

from lakectl.deploying import Change
from lakectl.platforms.aws.contract_diff import contract_changes
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.etl.catalog import Table
from lakehouse.etl.tables import dataset_table

CONTRACTS = load_contracts([PACKAGED])
ORDERS = CONTRACTS["orders"]


def changes(wanted, tables=()):
    found = {table.name: table for table in tables}
    return list(contract_changes(CONTRACTS, wanted, found.get))


def table(contract):
    spec = dataset_table(contract, "s3://b/orders")
    return Table(spec.name, spec.location, tuple(spec.columns.items()), (spec.partition_by,))


def with_type(name, **fields):
    columns = (replace(c, type=replace(c.type, **fields)) if c.name == name else c for c in ORDERS.columns)
    return replace(ORDERS, columns=tuple(columns))


def test_the_same_contracts_are_no_change():
    assert changes(CONTRACTS) == []


def test_a_dataset_comes_and_goes():
    wanted = {**CONTRACTS, "zebras": replace(ORDERS, dataset="zebras")}
    wanted.pop("products")
    assert [(change.name, change.action) for change in changes(wanted)] == [
        ("products", "delete"),
        ("zebras", "create"),
    ]


def test_a_column_more_breaks_nothing():
    more = replace(ORDERS.columns[-1], name="coupon", derived_from="")
    wanted = {**CONTRACTS, "orders": replace(ORDERS, columns=(*ORDERS.columns, more))}
    (change,) = changes(wanted, [table(ORDERS)])
    assert change == Change("contract", "orders", "update", "column coupon added (date)")


def test_another_type_breaks_the_table():
    (change,) = changes({**CONTRACTS, "orders": with_type("total_amount", precision=20)}, [table(ORDERS)])
    assert change.detail.startswith("column total_amount decimal(12,2) -> decimal(20,2); BREAKS orders: the column")


def test_another_type_without_a_table_breaks_nothing():
    (change,) = changes({**CONTRACTS, "orders": with_type("total_amount", precision=20)})
    assert "BREAKS" not in change.detail


def test_rules_and_whole_contracts_facts_are_named():
    stricter = replace(
        ORDERS, version="9.9.9", columns=(replace(ORDERS.columns[0], required=True, pattern="x+"), *ORDERS.columns[1:])
    )
    (change,) = changes({**CONTRACTS, "orders": stricter})
    assert change.detail == f"rules of {ORDERS.columns[0].name}; version"
