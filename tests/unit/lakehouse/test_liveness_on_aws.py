"""On AWS, Step Functions knows whether an execution still runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lakehouse.liveness import glue_owner, is_running_on_aws

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


@pytest.fixture
def glue() -> Any:
    return boto3.client("glue", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.mark.parametrize(("state", "alive"), [("RUNNING", True), ("WAITING", True), ("SUCCEEDED", False)])
def test_a_run_of_upkeep_is_alive_while_glue_runs_it(glue: Any, state: str, alive: bool) -> None:
    with Stubber(glue) as answers:
        run = {"JobName": "lakectl-optimize_tables", "RunId": "jr_1"}
        answers.add_response("get_job_run", {"JobRun": {"JobRunState": state}}, run)
        owner = glue_owner("lakectl-optimize_tables", "jr_1")
        assert is_running_on_aws(lambda _: glue, MACHINE, owner) is alive


def test_a_run_that_never_was_is_not(glue: Any) -> None:
    with Stubber(glue) as answers:
        answers.add_client_error("get_job_run", "EntityNotFoundException")
        assert not is_running_on_aws(lambda _: glue, MACHINE, glue_owner("x", "jr_0"))
