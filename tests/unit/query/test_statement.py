"""What is one query over which tables, and what is refused before any engine sees it."""

from __future__ import annotations

import pytest

from lakectl.asking.statement import QueryError, parse

REFUSED = [
    "delete from orders",
    "update orders set user_id = 1",
    "insert into orders select * from orders",
    "create table t as select 1",
    "create view v as select 1",
    "drop table orders",
    "alter table orders add column x int",
    "merge into orders using x on 1 = 1 when matched then delete",
    "truncate table orders",
    "with x as (delete from orders) select 1",
    "select * into y from orders",
    "select * from orders for update",
    "copy orders to 'x'",
    "unload (select 1) to 's3://x'",
    "set x = 1",
    "pragma database_list",
    "call f()",
    "install httpfs",
    "explain select 1",
    "show tables",
    "describe orders",
    "select 1; select 2",
    "select 1; drop table orders",
    "",
    "-- nothing",
    "select * from read_csv('/etc/passwd')",
    "select * from read_parquet('x') r join orders on true",
    "select * from glob('*')",
    "select (select content from read_text('/etc/passwd'))",
    "select * from query('select 1')",
    "select * from other.orders",
    "select * from mine.ecom_catalog.orders",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_anything_but_one_query_over_tables_is_refused(sql):
    with pytest.raises(QueryError) as raised:
        parse(sql)
    assert raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select * from Orders", ("orders",)),
        (
            "select * from ecom_catalog.orders o join AwsDataCatalog.ECOM_CATALOG.products p on true",
            ("orders", "products"),
        ),
        ("with orders as (select * from orders) select * from orders", ("orders",)),
        ("with x as (select 1 a) select * from x where a in (select user_id from order_items)", ("order_items",)),
        ("select * from orders cross join unnest(array[1]) as t(a)", ("orders",)),
        ("values (1, 'a'), (2, 'b')", ()),
        ("table orders", ("orders",)),
        ("(select 1) union all (select order_id from orders);", ("orders",)),
    ],
)
def test_the_tables_of_a_query_are_known(sql, tables):
    assert parse(sql).tables == tables


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("select *\nfrom orders\nwhere a = = 3", "line 3, column 11"),
        ("select frm x fro", "line 1, column 14"),
        ("select 'a", "1:7"),
        ("select a\nfrom nowhere.x", "line 2, column 14"),
    ],
)
def test_what_cannot_be_read_is_placed(sql, place):
    with pytest.raises(QueryError) as raised:
        parse(sql)
    assert place in raised.value.message
