"""Queries over Delta tables on this machine: the right files, types and names; no more in reach; errors that help."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from deltalake import write_deltalake
from tests.lake_tables import make_lake

from lakectl.asking.statement import QueryError, QueryFailed
from lakectl.operations.query import prepare
from lakectl.platforms.local.query import LocalQueries


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    return make_lake(tmp_path_factory.mktemp("a lake"))


def ask(lake: Path, sql: str, **given: str) -> list[tuple]:
    question = prepare(sql, given, {})
    return list(LocalQueries(lake).run(question.statement, question.values).rows)


def columns(lake: Path, sql: str) -> list[tuple[str, str]]:
    result = LocalQueries(lake).run(prepare(sql, {}, {}).statement, {})
    return [(column.name, column.type) for column in result.columns]


@pytest.mark.parametrize("name", ["orders", "Orders", "ecom_catalog.orders", "awsdatacatalog.ecom_catalog.ORDERS"])
def test_a_table_by_each_of_its_names(lake, name):
    assert ask(lake, f"select count(*) from {name}") == [(8,)]


def test_values_have_their_types(lake):
    (row,) = ask(lake, 'select order_id, total_amount, "date", order_timestamp from orders where order_id = 104')
    instant = dt.datetime(2025, 4, 1, 12, 15, 30, 500000, tzinfo=dt.UTC)
    assert row == (104, Decimal("0.00"), dt.date(2025, 4, 1), instant)
    assert row[3].utcoffset() == dt.timedelta(0)


def test_columns_are_named_and_typed_as_athena_does(lake):
    sql = 'select order_id, count(*), sum(order_id), max(total_amount) as order_id, max("date") from orders group by 1'
    assert columns(lake, sql) == [
        ("order_id", "bigint"),
        ("_col1", "bigint"),
        ("_col2", "bigint"),
        ("order_id_1", "decimal(12,2)"),
        ("_col4", "date"),
    ]


def test_parameters_are_values_not_text(lake):
    assert ask(lake, "select :a, :a", a="' or 1=1 --") == [("' or 1=1 --",) * 2]
    assert ask(lake, 'select count(*) from orders where "date" >= :day', day="2025-04-02") == [(2,)]


@pytest.mark.parametrize("dialect", ["athena", "duckdb"])
def test_shown_sql_has_its_values_in_it_and_gives_the_same_rows(lake, dialect):
    queries = LocalQueries(lake)
    question = prepare("select count(*) from orders where user_id = :u", {"u": "1"}, {})
    shown = queries.text(question.statement, question.values, dialect)
    assert ":u" not in shown
    assert ask(lake, shown) == [(2,)]


def test_only_the_files_of_the_partition_are_read(lake, tmp_path):
    rows = "SELECT i AS id, DATE '2025-01-01' + (i // 10)::INTEGER AS day FROM range(100) t(i)"
    folder = tmp_path / "lakehouse/processed/events"
    write_deltalake(folder, duckdb.sql(rows), partition_by=["day"])
    sql = "select min(id), max(id) from events where day = date '2025-01-03'"
    con, translated = LocalQueries(tmp_path)._connect(prepare(sql, {}, {}).statement, [])
    ((_, plan),) = con.execute(f"EXPLAIN ANALYZE {translated.sql}").fetchall()
    assert "Scanning Files: 1/10" in plan
    assert ask(tmp_path, sql) == [(20, 29)]


def test_a_file_that_is_gone_is_one_clear_error(tmp_path):
    folder = tmp_path / "lakehouse/processed/events"
    write_deltalake(folder, duckdb.sql("SELECT 1 AS id"))
    next(folder.glob("*.parquet")).unlink()
    with pytest.raises(QueryFailed, match="parquet"):
        ask(tmp_path, "select * from events")


@pytest.mark.parametrize("part", ["a b/c%é", "x=y", "ü", "'quoted'"])
def test_partition_values_survive_their_paths(tmp_path, part):
    rows = duckdb.sql("SELECT 1 AS id, $p AS part UNION ALL SELECT 2, NULL", params={"p": part})
    write_deltalake(tmp_path / "lakehouse/processed/odd", rows, partition_by=["part"])
    assert ask(tmp_path, "select id, part from odd order by id") == [(1, part), (2, None)]


def test_a_column_that_came_later_is_null_in_older_files(tmp_path):
    folder = tmp_path / "lakehouse/processed/growing"
    write_deltalake(folder, duckdb.sql("SELECT 1 AS id"))
    write_deltalake(
        folder, duckdb.sql("SELECT 2 AS id, 1.5::DECIMAL(5,2) AS price"), mode="append", schema_mode="merge"
    )
    assert ask(tmp_path, "select id, price from growing order by id") == [(1, None), (2, Decimal("1.50"))]


def test_an_emptied_table_has_columns_and_no_rows(tmp_path):
    folder = tmp_path / "lakehouse/processed/nothing"
    write_deltalake(folder, duckdb.sql("SELECT 1 AS id, DATE '2025-01-01' AS day WHERE false"))
    assert ask(tmp_path, "select * from nothing") == []
    assert columns(tmp_path, "select * from nothing") == [("id", "integer"), ("day", "date")]


def test_a_lake_without_rejects_has_an_empty_table_of_them(tmp_path):
    make_lake(tmp_path, ("orders",))
    assert ask(tmp_path, "select count(*), count_if(cardinality(faults) > 0) from rejected_records") == [(0, 0)]


def test_a_missing_table_is_named_with_those_that_are_there(lake, tmp_path):
    with pytest.raises(QueryError) as raised:
        ask(lake, "select * from order_itms")
    assert raised.value.message == "There is no table order_itms."
    assert "Did you mean order_items?" in raised.value.hint
    with pytest.raises(QueryError) as raised:
        ask(tmp_path, "select * from orders")
    assert "There are no tables yet." in raised.value.hint


def test_a_missing_column_is_placed_and_the_nearest_named(lake):
    with pytest.raises(QueryError) as raised:
        ask(lake, "select order_id,\n  total_amont from orders")
    assert raised.value.message == "There is no column total_amont at line 2, column 3."
    assert raised.value.hint == "Did you mean total_amount?"


def test_a_function_that_is_not_there_is_named(lake):
    with pytest.raises(QueryError, match="no function frobnicate"):
        ask(lake, "select frobnicate(order_id) from orders")


@pytest.mark.parametrize("sql", ["select 1 / 0", "select cast(product_name as integer) from products"])
def test_what_breaks_while_it_runs_says_so_in_one_line(lake, sql):
    with pytest.raises(QueryFailed) as raised:
        ask(lake, sql)
    assert "\n" not in raised.value.message


def test_no_advice_is_given_that_nobody_can_follow(lake):
    with pytest.raises(QueryFailed) as raised:
        ask(lake, "select 1 / 0")
    assert raised.value.message == "The query failed: Division by zero."
    assert raised.value.hint == "try(...) around what fails gives null for such a row."


def test_a_column_that_a_query_without_tables_lacks(lake):
    with pytest.raises(QueryError) as raised:
        ask(lake, "with a as (select 1 as x) select y from a")
    assert raised.value.hint == "There are the columns x."


@pytest.mark.parametrize("sql", ['select * from "{file}"', "select * from '{file}'", "select getenv('HOME')"])
def test_nothing_but_the_tables_is_in_reach(lake, tmp_path, sql):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises((QueryError, QueryFailed)):
        ask(lake, sql.format(file=file))


def test_the_engine_itself_is_locked(lake, tmp_path):
    con, _ = LocalQueries(lake)._connect(prepare("select * from orders", {}, {}).statement, [])
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    for sql in (
        f"FROM read_csv('{file}')",
        f"COPY (SELECT 1) TO '{tmp_path}/out'",
        "SET TimeZone = 'Asia/Tokyo'",
        "FROM con",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(sql)


def test_parquet_keeps_the_types(lake, tmp_path):
    question = prepare("select sum(order_id) s, max(total_amount) m, max(order_timestamp) t from orders", {}, {})
    LocalQueries(lake).unload(question.statement, question.values, tmp_path / "out.parquet")
    read = duckdb.sql(f"SELECT * FROM '{tmp_path}/out.parquet'")
    assert list(map(str, read.types)) == ["BIGINT", "DECIMAL(12,2)", "TIMESTAMP WITH TIME ZONE"]
    assert read.fetchall()[0][:2] == (836, Decimal("30.75"))


def test_rows_are_fetched_while_they_are_walked(lake):
    endless = "select a.n from unnest(sequence(1, 10000)) as a(n) cross join unnest(sequence(1, 10000)) as b(n)"
    result = LocalQueries(lake).run(prepare(endless, {}, {}).statement, {})
    assert 1 <= next(result.rows)[0] <= 10_000
