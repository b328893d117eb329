"""A target with every setting at its default, one with every setting set, and the artifacts of either."""

from __future__ import annotations

from tests.cloud.stack_values import StackValues

from lakectl.platforms.aws.names import JOBS, Names
from lakectl.platforms.aws.templates import app_stack, data_stack, load
from lakectl.settings import AwsTarget

ACCOUNT, REGION = "123456789012", "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"

PLAIN = AwsTarget(bucket="shop-lake", region=REGION, prefix="shop")
FULL = AwsTarget(
    bucket="shop-lake",
    region=REGION,
    account=ACCOUNT,
    prefix="shop",
    markers="dynamodb",
    lock="dynamodb",
    quiet_seconds=5,
    lambda_megabytes=10,
    architecture="arm64",
    worker_type="G.2X",
    workers=4,
    job_minutes=90,
    optimize_schedule="cron(0 3 * * ? *)",
    email="data@example.com",
    kms_key=KEY,
    permissions_boundary=BOUNDARY,
    scan_limit_gigabytes=2,
    log_days=31,
    tags={"team": "sales"},
)

ARTIFACTS = {
    "LambdaKey": "lakehouse/artifacts/lambda/1/functions.zip",
    "WheelKey": "lakehouse/artifacts/wheel/2/lakehouse-1-py3-none-any.whl",
    "ModulesKeys": "lakehouse/artifacts/wheel/2/lakehouse.whl,lakehouse/artifacts/wheel/3/sqlglot.whl",
    "DefinitionKey": "lakehouse/artifacts/machine/4/lakehouse_etl_flow.asl.json",
    "ContractsPrefix": "lakehouse/artifacts/contracts/5/",
    **{f"Script{name.title().replace('_', '')}": f"lakehouse/artifacts/scripts/6/{name}.py" for name in JOBS},
}


def names(target: AwsTarget) -> Names:
    return Names(target, ACCOUNT)


def data_values(target: AwsTarget) -> StackValues:
    return StackValues(load("data.yaml"), data_stack(names(target)).parameters, ACCOUNT, REGION)


def app_values(target: AwsTarget) -> StackValues:
    return StackValues(load("app.yaml"), app_stack(names(target), ARTIFACTS).parameters, ACCOUNT, REGION)
