"""The same tables in a directory and in a bucket: every question gets the same answer, value by value, type by type.

The bucket's answers go the whole way of the aws target: session, catalog, bound parameters, Athena's API over HTTP, its
text of values. Whether Athena's own SQL means the same is not shown here but by a real Trino, in tests/trino.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable
from tests.lake_tables import make_lake

from lakectl.asking.statement import QueryError, QueryFailed
from lakectl.operations.queries import load_queries
from lakectl.operations.query import prepare
from lakectl.operations.rejects import export_rejects, list_rejects
from lakectl.operations.tables import list_tables, show_table
from lakectl.platforms.aws.athena import AthenaQueries
from lakectl.platforms.aws.names import QUERY_RESULTS, Names
from lakectl.platforms.aws.session import Session
from lakectl.platforms.local.query import LocalQueries
from lakectl.ports import Platform
from lakectl.settings import AwsTarget
from lakehouse import layout
from lakehouse.etl.catalog import Table
from lakehouse.lake import open_lake

ROOT = Path(__file__).parents[2]
ACCOUNT = "000000000041"  # of its own: what others keep in the same emulator is not here
TARGET = AwsTarget(bucket="shop-athena", region="eu-central-1", prefix="shop")
NAMED = load_queries([ROOT / "sql"])


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    """A lake in which the history of orders begins with a checkpoint."""
    root = make_lake(tmp_path_factory.mktemp("lake"))
    DeltaTable(root / layout.table("orders")).create_checkpoint()
    (root / layout.table("orders") / "_delta_log" / f"{0:020}.json").unlink()
    return root


@pytest.fixture(scope="module")
def cloud(emulator, lake) -> Iterator[Platform]:
    """The same lake in a bucket, its tables in the catalog."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", emulator)
        patch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        session = Session(TARGET)
        _fill(session, lake)
        words = {"root": f"s3://{TARGET.bucket}"}
        names = Names(TARGET, session.account)
        yield Platform(
            "aws",
            "spark",
            lake,
            open_lake(words, session.client),
            _no_workflow,
            lambda: AthenaQueries(session, names),
            delta_options=session.delta_options,
        )


def _no_workflow() -> Any:
    raise AssertionError("nothing here runs")


def _fill(session: Session, lake: Path) -> None:
    names = Names(TARGET, session.account)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=TARGET.bucket, CreateBucketConfiguration={"LocationConstraint": TARGET.region})
    for path in lake.rglob("*"):
        if path.is_file():
            s3.upload_file(str(path), TARGET.bucket, path.relative_to(lake).as_posix())
    session.client("glue").create_database(DatabaseInput={"Name": names.database})
    results = {"OutputLocation": f"{names.lake}/{QUERY_RESULTS}"}
    session.client("athena").create_work_group(Name=names.workgroup, Configuration={"ResultConfiguration": results})
    catalog = open_lake({"root": names.lake}, session.client).catalog
    for name in ("orders", "order_items", "products", "rejected_records"):
        catalog.register(Table(name, f"{names.lake}/{layout.table(name)}", (("x", "string"),)))


@pytest.fixture(scope="module")
def here(lake) -> Platform:
    return Platform("local", "duckdb", lake, open_lake({"root": str(lake)}), _no_workflow, lambda: LocalQueries(lake))


def ask(platform: Platform, text: str, **given: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    question = prepare(text, given, NAMED)
    result = platform.queries.run(question.statement, question.values)
    # How many digits a second has is the engine's own affair; Athena tells no length of a text.
    types = [re.sub(r"(time|timestamp|varchar)\(\d+\)", r"\1", column.type) for column in result.columns]
    return [(column.name, type) for column, type in zip(result.columns, types, strict=True)], list(result.rows)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_query_has_one_answer(here, cloud, name):
    assert ask(cloud, name) == ask(here, name)
    assert ask(here, name)[1]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("top_customers", {"limit": "1"}),
        ("reorder_rate", {"limit": "2", "min_items": "2"}),
        ("sales_by_day", {"since": "2025-04-01", "until": "2025-04-01"}),
        ("rejected_records_analysis", {"status": "resolved"}),
    ],
)
def test_parameters_mean_the_same(here, cloud, name, given):
    assert ask(cloud, name, **given) == ask(here, name, **given)


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        ("select :a, product_name from products where product_name = :a limit :n", {"a": 'Milk "3.5 %"', "n": "1"}),
        ("select count(*) from orders where order_timestamp >= :t", {"t": "2025-04-01T12:15:30.5Z"}),
        ("select order_id from orders where total_amount = :d order by 1", {"d": "30.75"}),
        ("select * from orders order by order_id", {}),
        ("select '' as e, null as n, x'00ff' as b, true as t, 1.5e0 as d, time '10:20:30' as o", {}),
        ('select * from rejected_records where waiting = :w order by position, "row"', {"w": "true"}),
        ("select array_agg(product_name order by product_id) as a from products", {}),
    ],
)
def test_values_have_the_same_types(here, cloud, sql, given):
    assert ask(cloud, sql, **given) == ask(here, sql, **given)


def test_many_rows_come_page_by_page(here, cloud):
    sql = "select n, n * n as s from unnest(sequence(1, 2500)) as t (n) order by n"
    assert ask(cloud, sql)[1] == ask(here, sql)[1]


def test_rejects_are_the_same(here, cloud, tmp_path):
    assert list_rejects(cloud, everything=True) == list_rejects(here, everything=True)
    assert export_rejects(cloud, tmp_path / "cloud.csv", "orders") == export_rejects(
        here, tmp_path / "here.csv", "orders"
    )
    assert (tmp_path / "cloud.csv").read_text() == (tmp_path / "here.csv").read_text()
    with (tmp_path / "cloud.csv").open() as file:
        assert next(csv.reader(file))[:3] == ["order_num", "order_id", "total_amount"]


def test_tables_are_told_from_the_bucket(here, cloud):
    found, expected = list_tables(cloud), list_tables(here)
    assert [(table.table, table.rows, table.bytes) for table in found] == [
        (table.table, table.rows, table.bytes) for table in expected
    ]
    assert show_table(cloud, "orders").location == f"s3://{TARGET.bucket}/{layout.table('orders')}"


def test_parquet_is_the_same(here, cloud, tmp_path):
    statement = prepare('select * from rejected_records order by dataset, "row"', {}, {}).statement
    cloud.queries.unload(statement, {}, tmp_path / "cloud.parquet")
    here.queries.unload(statement, {}, tmp_path / "here.parquet")
    ours, theirs = (duckdb.sql(f"from '{tmp_path}/{name}.parquet'") for name in ("cloud", "here"))
    assert (ours.types, ours.columns, ours.fetchall()) == (theirs.types, theirs.columns, theirs.fetchall())


def test_a_table_that_is_missing_is_named_with_the_nearest(cloud):
    with pytest.raises(QueryError) as raised:
        ask(cloud, "select * from order_itms")
    assert raised.value.message == "There is no table order_itms."
    assert raised.value.hint.startswith("Did you mean order_items?")


def test_what_fails_in_athena_says_so_in_one_line(cloud):
    with pytest.raises(QueryFailed) as raised:
        ask(cloud, "select cast(product_name as integer) from products")
    assert "\n" not in raised.value.message


def test_without_rejects_the_answer_is_empty(cloud, here):
    glue = cloud.lake.clients("glue")
    glue.delete_table(DatabaseName=layout.DATABASE, Name="rejected_records")
    try:
        assert list_rejects(cloud) == []
    finally:
        location = f"s3://{TARGET.bucket}/{layout.table('rejected_records')}"
        cloud.lake.catalog.register(Table("rejected_records", location, (("x", "string"),)))
