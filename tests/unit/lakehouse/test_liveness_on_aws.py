"""On AWS, Step Functions knows whether an execution still runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lakehouse.liveness import is_running_on_aws

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:lakectl-lakehouse_etl_flow"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:lakectl-lakehouse_etl_flow:e1"


@pytest.fixture
def states() -> Any:
    return boto3.client("stepfunctions", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize(
    ("status", "alive"),
    [("RUNNING", True), ("PENDING_REDRIVE", True), ("SUCCEEDED", False), ("ABORTED", False), ("TIMED_OUT", False)],
)
def test_an_execution_is_alive_while_the_machine_runs_it(states: Any, status: str, alive: bool) -> None:
    answer = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": status, "startDate": dt.datetime.now()}
    with Stubber(states) as answers:
        answers.add_response("describe_execution", answer, {"executionArn": EXECUTION})
        assert is_running_on_aws(lambda _: states, MACHINE, "e1") is alive


def test_one_that_never_was_is_not(states: Any) -> None:
    with Stubber(states) as answers:
        answers.add_client_error("describe_execution", "ExecutionDoesNotExist")
        assert not is_running_on_aws(lambda _: states, MACHINE, "e1")
