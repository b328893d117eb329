"""A small state machine with one job, run, watched and stopped through Step Functions' API over HTTP."""

from __future__ import annotations

import json
import secrets
import threading
from typing import Any

import boto3
import pytest

from lakectl.platforms.aws.names import ALIAS, Names
from lakectl.platforms.aws.session import Session
from lakectl.platforms.aws.workflow import StepFunctionsWorkflow
from lakectl.settings import AwsTarget

ACCOUNT = "000000000057"  # of its own: what others keep in the same emulator is not here
REGION = "eu-central-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
SCRIPT = """
import sys, time
print("at work")
time.sleep({seconds})
if {fails}:
    raise ValueError("no room left")
"""


def machine(job: str) -> str:
    run = {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": {"JobName": job},
        "End": True,
    }
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "RunJob", "States": {"RunJob": run}})


@pytest.fixture
def names() -> Names:
    target = AwsTarget(bucket=f"flow-{secrets.token_hex(4)}", region=REGION, prefix=f"p{secrets.token_hex(3)}")
    return Names(target, ACCOUNT)


@pytest.fixture
def workflow(emulator: str, names: Names, monkeypatch: pytest.MonkeyPatch) -> StepFunctionsWorkflow:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    return StepFunctionsWorkflow(Session(names.target), names)


def deploy(names: Names, *, seconds: int, fails: bool) -> None:
    """A machine of one job that takes this long and then fails or does not."""
    client = boto3.Session(region_name=REGION).client
    client("s3").create_bucket(Bucket=names.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(
        Bucket=names.bucket, Key="job.py", Body=SCRIPT.format(seconds=seconds, fails=fails).encode()
    )
    job = names.job("etl_orders")
    client("glue").create_job(
        Name=job,
        Role=ROLE,
        DefaultArguments={"--custom-logGroup-prefix": names.job_logs},
        Command={"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{names.bucket}/job.py"},
    )
    states = client("stepfunctions")
    arn = states.create_state_machine(name=names.machine, definition=machine(job), roleArn=ROLE)["stateMachineArn"]
    version = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    states.create_state_machine_alias(name=ALIAS, routingConfiguration=route)


def test_an_execution_is_followed_to_its_end(workflow: StepFunctionsWorkflow, names: Names) -> None:
    deploy(names, seconds=0, fails=False)
    seen: list[Any] = []
    state = workflow.follow("e1", {"trigger": "run"}, seen.append)
    assert (state.status, state.given, workflow.newest()) == ("SUCCEEDED", {"trigger": "run"}, "e1")
    kinds = [event["type"] for event in seen if event.get("state") == "RunJob"]
    assert kinds[0] == "TaskStateEntered"
    assert {"TaskScheduled", "TaskSubmitted", "TaskSucceeded"} < set(kinds)
    assert [each.name for each in workflow.list()] == ["e1"]


def test_a_job_that_fails_is_told_with_its_own_words(workflow: StepFunctionsWorkflow, names: Names) -> None:
    deploy(names, seconds=0, fails=True)
    state = workflow.follow("e1", {}, lambda _: None)
    assert state.status == "FAILED"
    assert "ValueError: no room left" in state.error
    said = [(line.source, line.level, line.message) for line in workflow.logs("e1").new()[1]]
    assert ("job etl_orders", "info", "at work") in said
    assert ("job etl_orders", "error", "ValueError: no room left") in said


def test_stopping_ends_the_execution_and_its_job(workflow: StepFunctionsWorkflow, names: Names) -> None:
    deploy(names, seconds=120, fails=False)
    submitted = threading.Event()

    def observe(event: Any) -> None:
        if event["type"] == "TaskSubmitted":
            submitted.set()

    watcher = threading.Thread(target=workflow.follow, args=("e1", {}, observe))
    watcher.start()
    assert submitted.wait(60)
    assert workflow.stop("e1").status == "ABORTED"
    watcher.join(60)
    assert not watcher.is_alive()
    runs = boto3.client("glue", region_name=REGION).get_job_runs(JobName=names.job("etl_orders"))["JobRuns"]
    assert [run["JobRunState"] for run in runs] == ["STOPPED"]
