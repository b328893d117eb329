"""A lake in S3 is opened from the words that every handler and job is given."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from tests.unit.lakehouse.aws import bucket, new_table

from lakehouse.dynamodb import DynamoMarkers
from lakehouse.errors import ContractError
from lakehouse.lake import open_lake
from lakehouse.markers import ObjectMarkers

RETURNS = b"""
apiVersion: v3.1.0
kind: DataContract
id: returns
name: Returns
version: 1.0.0
status: active
schema:
  - name: returns
    properties:
      - {name: id, logicalType: integer, physicalType: bigint, primaryKey: true, required: true}
"""
PREFIX = "lakehouse/artifacts/contracts/0a1b/"


@pytest.fixture
def lake_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with bucket(monkeypatch) as name:
        yield name


def test_words_that_are_missing_have_defaults(lake_bucket: str) -> None:
    lake = open_lake({"root": f"s3://{lake_bucket}"})
    assert isinstance(lake.markers, ObjectMarkers)
    assert sorted(lake.contracts) == ["order_items", "orders", "products"]
    assert lake.lock.acquire("pipeline", "e1") == "e1"
    assert [entry.key for entry in lake.storage.list("")] == ["lakehouse/locks/pipeline.json"]


def test_markers_and_lock_are_where_the_words_say(lake_bucket: str) -> None:
    state = f"dynamodb:{new_table('state')}"
    lake = open_lake({"root": f"s3://{lake_bucket}", "markers": state, "lock": state})
    assert isinstance(lake.markers, DynamoMarkers)
    assert lake.lock.acquire("pipeline", "e1") == "e1"
    assert boto3.client("dynamodb").scan(TableName="state")["Count"] == 1
    assert list(lake.markers.list()) == []


def test_contracts_come_from_a_prefix(lake_bucket: str) -> None:
    boto3.client("s3").put_object(Bucket=lake_bucket, Key=f"{PREFIX}returns.yaml", Body=RETURNS)
    lake = open_lake({"root": f"s3://{lake_bucket}", "contracts": f"s3://{lake_bucket}/{PREFIX}"})
    assert sorted(lake.contracts) == ["order_items", "orders", "products", "returns"]


def test_a_contract_from_a_prefix_is_refused_by_the_name_its_author_knows(lake_bucket: str) -> None:
    prefix = PREFIX.replace("0a1b", "0c2d")
    boto3.client("s3").put_object(Bucket=lake_bucket, Key=f"{prefix}returns.yaml", Body=b"name: returns\nkind: [")
    lake = open_lake({"root": f"s3://{lake_bucket}", "contracts": f"s3://{lake_bucket}/{prefix}"})
    with pytest.raises(ContractError) as refused:
        _ = lake.contracts
    assert str(refused.value).startswith("contracts/returns.yaml:")


def test_whether_a_locks_owner_still_runs_is_asked_of_the_machine(lake_bucket: str) -> None:
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:lakectl-lakehouse_etl_flow"
    execution = {"executionArn": "arn:aws:states:us-east-1:123456789012:execution:lakectl-lakehouse_etl_flow:dead"}
    with Stubber(boto3.client("stepfunctions")) as answers:
        answers.add_client_error("describe_execution", "ExecutionDoesNotExist", expected_params=execution)
        clients = {"s3": boto3.client("s3"), "stepfunctions": answers.client}
        lake = open_lake({"root": f"s3://{lake_bucket}", "machine": machine}, clients.__getitem__)
        lake.lock.acquire("pipeline", "dead")
        assert lake.lock.acquire("pipeline", "e1") == "e1"


def test_tables_of_a_lake_in_s3_are_in_glue(lake_bucket: str) -> None:
    with Stubber(boto3.client("glue")) as answers:
        answers.add_response("get_tables", {"TableList": []}, {"DatabaseName": "ecom_catalog"})
        clients = {"s3": boto3.client("s3"), "glue": answers.client}
        lake = open_lake({"root": f"s3://{lake_bucket}"}, clients.__getitem__)
        assert list(lake.catalog.list()) == []
