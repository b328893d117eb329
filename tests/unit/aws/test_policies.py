"""The judge of least privilege: it reads requests as boto3 really sends them, and it can refuse."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from tests.cloud.policies import UNSEEN, Need, Request, Statement, judge, needs, role_statements
from tests.unit.aws.shop import ACCOUNT, FULL, PLAIN, REGION, app_values

from lakehouse.s3 import S3Storage

LAKE = "arn:aws:s3:::shop-lake"
CREDENTIALS = {"region_name": REGION, "aws_access_key_id": "key", "aws_secret_access_key": "secret"}


def seen(requests: list[Request]) -> set[tuple[str, str]]:
    """(action, resource) of everything that these requests need."""
    return {(need.action, need.resource) for request in requests for need in needs(request, ACCOUNT, REGION)}


def read(request: Any, role: str) -> Request:
    """A request of botocore's in the form in which the emulator writes one down."""
    url = urlsplit(request.url)
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    return Request(role, request.method, url.path, url.query, headers, body)


@pytest.fixture
def s3() -> Any:
    with mock_aws():
        client = boto3.client("s3", **CREDENTIALS, config=boto3.session.Config(s3={"addressing_style": "path"}))
        client.create_bucket(Bucket="shop-lake", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield client


@pytest.fixture
def requests(s3: Any) -> list[Request]:
    """What the client sends from now on."""
    kept: list[Request] = []
    s3.meta.events.register("request-created.s3", lambda request, **_: kept.append(read(request, "lambda")))
    return kept


def sent(service: str, operation: str, **parameters: Any) -> list[Request]:
    """What boto3 sends for a call of a service that answers `{}`."""
    kept: list[Request] = []
    client = boto3.client(service, **CREDENTIALS)

    def answer(request: Any, **_: Any) -> AWSResponse:
        kept.append(read(request, "glue"))
        raw = io.BytesIO(b"{}")
        raw.stream = lambda **_: [b"{}"]  # type: ignore[attr-defined]
        return AWSResponse(request.url, 200, {}, raw)

    client.meta.events.register("before-send", answer)
    getattr(client, operation)(**parameters)
    return kept


def test_an_upload_with_a_difficult_name_is_moved_with_what_the_policy_calls_by_the_same_name(
    s3: Any, requests: list[Request]
) -> None:
    lake = S3Storage("s3://shop-lake", s3)
    lake.write("uploads/a b+ü.xlsx", b"rows")
    requests.clear()

    lake.copy("uploads/a b+ü.xlsx", "lakehouse/archived/uploads/1/a b+ü.xlsx")
    assert lake.delete_if("uploads/a b+ü.xlsx", lake.sha256("uploads/a b+ü.xlsx"))

    assert seen(requests) == {
        ("s3:GetObject", f"{LAKE}/uploads/a b+ü.xlsx"),
        ("s3:GetObjectTagging", f"{LAKE}/uploads/a b+ü.xlsx"),
        ("s3:PutObject", f"{LAKE}/lakehouse/archived/uploads/1/a b+ü.xlsx"),
        ("s3:PutObjectTagging", f"{LAKE}/lakehouse/archived/uploads/1/a b+ü.xlsx"),
        ("s3:DeleteObject", f"{LAKE}/uploads/a b+ü.xlsx"),
    }


def test_every_other_call_of_the_storage_is_understood(s3: Any, requests: list[Request], tmp_path: Path) -> None:
    lake = S3Storage("s3://shop-lake", s3)
    lake.create("lakehouse/locks/pipeline.json", b"a")
    lake.replace("lakehouse/locks/pipeline.json", b"b", expected=b"a")
    lake.download("lakehouse/locks/pipeline.json", tmp_path / "lock")
    lake.upload(tmp_path / "lock", "lakehouse/raw/orders/x.csv")
    lake.delete("lakehouse/raw/orders/x.csv")
    list(lake.list("lakehouse/"))

    assert seen(requests) == {
        ("s3:PutObject", f"{LAKE}/lakehouse/locks/pipeline.json"),
        ("s3:GetObject", f"{LAKE}/lakehouse/locks/pipeline.json"),
        ("s3:PutObject", f"{LAKE}/lakehouse/raw/orders/x.csv"),
        ("s3:DeleteObject", f"{LAKE}/lakehouse/raw/orders/x.csv"),
        ("s3:ListBucket", LAKE),
    }


def test_a_large_copy_and_many_deletes_are_understood(s3: Any, requests: list[Request]) -> None:
    s3.put_object(Bucket="shop-lake", Key="a&b", Body=b"1")
    requests.clear()
    upload = s3.create_multipart_upload(Bucket="shop-lake", Key="large")["UploadId"]
    where = {"Bucket": "shop-lake", "Key": "large", "UploadId": upload}
    s3.upload_part_copy(**where, PartNumber=1, CopySource={"Bucket": "shop-lake", "Key": "a&b"})
    s3.abort_multipart_upload(**where)
    s3.delete_objects(Bucket="shop-lake", Delete={"Objects": [{"Key": "a&b"}, {"Key": "c"}]})

    assert seen(requests) == {
        ("s3:PutObject", f"{LAKE}/large"),
        ("s3:GetObject", f"{LAKE}/a&b"),
        ("s3:AbortMultipartUpload", f"{LAKE}/large"),
        ("s3:DeleteObject", f"{LAKE}/a&b"),
        ("s3:DeleteObject", f"{LAKE}/c"),
    }


EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:shop-lakehouse_etl_flow:one"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("stepfunctions", "describe_execution", {"executionArn": EXECUTION}, {("states:DescribeExecution", EXECUTION)}),
        (
            "glue",
            "get_table",
            {"DatabaseName": "ecom_catalog", "Name": "orders"},
            {
                ("glue:GetTable", f"arn:aws:glue:{REGION}:{ACCOUNT}:catalog"),
                ("glue:GetTable", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/ecom_catalog"),
                ("glue:GetTable", f"arn:aws:glue:{REGION}:{ACCOUNT}:table/ecom_catalog/orders"),
            },
        ),
        (
            "glue",
            "start_job_run",
            {"JobName": "shop-etl_orders"},
            {("glue:StartJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/shop-etl_orders")},
        ),
        (
            "dynamodb",
            "batch_write_item",
            {"RequestItems": {"shop-state": [{"DeleteRequest": {"Key": {"id": {"S": "x"}}}}]}},
            {("dynamodb:BatchWriteItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/shop-state")},
        ),
        (
            "lambda",
            "invoke",
            {"FunctionName": "shop-plan_run", "InvocationType": "Event"},
            {("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-plan_run")},
        ),
    ],
)
def test_calls_of_other_services_are_understood(
    service: str, operation: str, parameters: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert seen(sent(service, operation, **parameters)) == expected


def test_a_call_that_is_not_known_is_never_taken_for_allowed() -> None:
    with pytest.raises(ValueError, match="say here what it takes"):
        seen(sent("kms", "list_keys"))


ROLES = {
    "glue": [Statement("Read", ("s3:Get*",), (f"{LAKE}/raw/*",)), Statement("Jobs", ("glue:StartJobRun",), ("*",))]
}


def test_what_no_statement_allows_is_refused_and_what_nobody_needs_is_told() -> None:
    fine, elsewhere, other = (
        Need("glue", "s3:GetObject", f"{LAKE}/raw/a/b.csv"),
        Need("glue", "s3:GetObject", f"{LAKE}/rawer"),
        Need("glue", "s3:PutObject", f"{LAKE}/raw/a"),
    )
    verdict = judge(ROLES, [fine, fine, elsewhere, other])

    assert verdict.refused == sorted([elsewhere, other])
    assert verdict.unused == [("glue", "Jobs")]


def test_the_roles_of_the_stack_can_be_judged() -> None:
    roles = role_statements(app_values(PLAIN))
    archive = [
        Need("lambda", "s3:GetObject", f"{LAKE}/uploads/a.xlsx"),
        Need("lambda", "s3:PutObject", f"{LAKE}/lakehouse/archived/uploads/1/a.xlsx"),
        Need("lambda", "s3:DeleteObject", f"{LAKE}/uploads/a.xlsx"),
        Need(
            "events",
            "states:StartExecution",
            f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shop-lakehouse_etl_flow:live",
        ),
    ]
    tampering = [
        Need("lambda", "s3:PutObject", f"{LAKE}/lakehouse/processed/orders/part.parquet"),
        Need("lambda", "s3:DeleteObject", f"{LAKE}/lakehouse/archived/uploads/1/a.xlsx"),
        Need("glue", "s3:DeleteObject", f"{LAKE}/uploads/a.xlsx"),
        Need("glue", "s3:PutObject", f"{LAKE}/lakehouse/artifacts/wheel/1/lakehouse.whl"),
    ]

    assert roles.keys() == {"lambda", "glue", "states", "events"}
    assert judge(roles, [*archive, *tampering]).refused == sorted(tampering)


def test_whoever_finds_a_lock_may_ask_whether_its_owner_runs() -> None:
    asked = [
        need
        for role in ("lambda", "glue")
        for need in (
            Need(role, "states:DescribeExecution", EXECUTION),
            Need(role, "glue:GetJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/shop-optimize_tables"),
        )
    ]

    assert judge(role_statements(app_values(PLAIN)), asked).refused == []


def test_every_statement_that_cannot_be_seen_exists() -> None:
    roles = role_statements(app_values(FULL))

    assert UNSEEN.keys() <= {(role, statement.sid) for role, statements in roles.items() for statement in statements}


def test_statements_have_names_of_their_own() -> None:
    for statements in role_statements(app_values(FULL)).values():
        sids = [statement.sid for statement in statements]
        assert len(sids) == len(set(sids))
