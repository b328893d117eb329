"""The requests that keep Glue's catalog what the Delta logs are. What Glue makes of them, the cloud tests show."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lakehouse.etl.catalog import Table
from lakehouse.etl.glue_catalog import GlueCatalog

ORDERS = Table(
    "orders", "s3://lake/lakehouse/processed/orders", (("id", "bigint"), ("date", "date")), ("date",), ("id",)
)
ENTRY = {
    "Name": "orders",
    "TableType": "EXTERNAL_TABLE",
    "Parameters": {
        "EXTERNAL": "TRUE",
        "spark.sql.sources.provider": "delta",
        "lakehouse.partition_columns": "date",
        "lakehouse.key": "id",
    },
    "PartitionKeys": [],
    "StorageDescriptor": {
        "Location": "s3://lake/lakehouse/processed/orders/",
        "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "date", "Type": "date"}],
        "SerdeInfo": {
            "Parameters": {"serialization.format": "1", "path": "s3://lake/lakehouse/processed/orders/"},
        },
    },
}
WHICH = {"DatabaseName": "ecom_catalog", "Name": "orders"}


@pytest.fixture
def glue() -> Any:
    return boto3.client("glue", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


def test_a_new_table_is_created_with_the_columns_of_its_log(glue: Any) -> None:
    with Stubber(glue) as answers:
        answers.add_client_error("get_table", "EntityNotFoundException", expected_params=WHICH)
        answers.add_response("create_table", {}, {"DatabaseName": "ecom_catalog", "TableInput": ENTRY})
        GlueCatalog(glue).register(ORDERS)
        answers.assert_no_pending_responses()


def test_a_table_that_is_known_as_it_is_is_not_written(glue: Any) -> None:
    with Stubber(glue) as answers:
        answers.add_response("get_table", {"Table": {**ENTRY, "DatabaseName": "ecom_catalog"}}, WHICH)
        GlueCatalog(glue).register(ORDERS)
        answers.assert_no_pending_responses()


def test_a_table_that_has_grown_is_updated(glue: Any) -> None:
    fewer = {**ENTRY["StorageDescriptor"], "Columns": [{"Name": "id", "Type": "bigint"}]}  # type: ignore[dict-item]
    with Stubber(glue) as answers:
        answers.add_response("get_table", {"Table": {**ENTRY, "StorageDescriptor": fewer}}, WHICH)
        answers.add_response(
            "update_table", {}, {"DatabaseName": "ecom_catalog", "TableInput": ENTRY, "SkipArchive": True}
        )
        GlueCatalog(glue).register(ORDERS)
        answers.assert_no_pending_responses()


def test_tables_of_others_in_the_same_database_are_not_ours(glue: Any) -> None:
    other = {"Name": "a_view", "StorageDescriptor": {"Columns": []}}
    with Stubber(glue) as answers:
        answers.add_response("get_tables", {"TableList": [ENTRY], "NextToken": "x"}, {"DatabaseName": "ecom_catalog"})
        answers.add_response("get_tables", {"TableList": [other]}, {"DatabaseName": "ecom_catalog", "NextToken": "x"})
        assert list(GlueCatalog(glue).list()) == [ORDERS]
