"""How a contract's table looks, and how it may grow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.etl.lakes import DATE, MONEY, ORDERS, STRING, TIMESTAMP

from lakehouse.contracts.model import Column, Contract
from lakehouse.errors import ContractError
from lakehouse.etl.ranges import coarsened
from lakehouse.etl.tables import dataset_table, schema_changes

TABLE = dataset_table(ORDERS, "/lake/orders")


def test_columns_are_the_contracts_then_the_lineage() -> None:
    assert dict(TABLE.columns) == {
        "order_num": "bigint", "order_id": "bigint", "order_timestamp": "timestamp", "total_amount": "decimal(12,2)",
        "date": "date", "_source_file": "string", "_source_sheet": "string", "_source_row": "bigint",
        "_execution_id": "string",
    }  # fmt: skip
    assert (TABLE.key, TABLE.partition_by, TABLE.prune_by) == (("order_id",), "date", "order_id")


@pytest.mark.parametrize("of", [TIMESTAMP, MONEY])
def test_files_are_not_skipped_by_statistics_that_are_not_exact(of: object) -> None:
    contract = Contract("things", "1", (Column("at", of),), ("at",))  # type: ignore[arg-type]
    assert not dataset_table(contract, "/lake/things").prune_by


def test_files_are_skipped_by_a_date() -> None:
    assert dataset_table(Contract("days", "1", (Column("day", DATE),), ("day",)), "/lake/days").prune_by == "day"


def test_a_new_column_is_a_change_that_a_table_can_take() -> None:
    present = {name: type_ for name, type_ in TABLE.columns.items() if name != "total_amount"}
    assert schema_changes(TABLE, present) == {"total_amount": "decimal(12,2)"}


def test_a_table_as_the_contract_says_needs_no_change() -> None:
    assert schema_changes(TABLE, TABLE.columns) == {}


def test_another_type_is_refused_with_the_way_out() -> None:
    with pytest.raises(ContractError, match=r"order_num.*string.*bigint") as refused:
        schema_changes(TABLE, {**TABLE.columns, "order_num": "string"})
    assert refused.value.hint


def test_a_column_that_the_contract_lost_is_refused() -> None:
    with pytest.raises(ContractError, match="colour"):
        schema_changes(TABLE, {**TABLE.columns, "colour": "string"})


def test_another_partition_is_refused() -> None:
    with pytest.raises(ContractError, match="partitioned by nothing, the contract asks for 'date'"):
        schema_changes(TABLE, TABLE.columns, partitions=())


def test_a_columns_place_is_the_contracts() -> None:
    text = replace(ORDERS, columns=(*ORDERS.columns, Column("note", STRING)))
    assert list(dataset_table(text, "/x").columns)[5] == "note"


def test_few_ranges_stay_as_they_are() -> None:
    assert coarsened([(1, 2), (5, 5)], limit=2) == [(1, 2), (5, 5)]


def test_many_ranges_close_the_narrowest_gaps() -> None:
    assert coarsened([(1, 2), (4, 5), (100, 101), (103, 110), (500, 501)], limit=3) == [(1, 5), (100, 110), (500, 501)]


def test_no_keys_are_no_ranges() -> None:
    assert coarsened([]) == []


def test_another_key_is_refused_where_the_old_one_is_known() -> None:
    with pytest.raises(ContractError, match="told apart by 'user_id', the contract's by"):
        schema_changes(TABLE, TABLE.columns, key=("user_id",))
    assert schema_changes(TABLE, TABLE.columns, key=TABLE.key) == {}
    assert schema_changes(TABLE, TABLE.columns, key=()) == {}
