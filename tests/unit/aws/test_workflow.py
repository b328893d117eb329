"""How Step Functions is asked, and what is made of its answers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.unit.heard import Heard

from lakectl.errors import Unreachable, UsageError
from lakectl.operations.follow import Narrator
from lakectl.operations.logs import Teller
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.workflow import StepFunctionsWorkflow
from lakectl.settings import AwsTarget
from lakehouse.errors import ObjectMissing

NAMES = Names(AwsTarget(bucket="lake", region="eu-west-1"), "123456789012")
ARN = NAMES.execution_arn("e1")
BEGUN = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)


class Stubbed:
    """A session whose clients answer what a test tells them to."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}
        self._clients = {name: boto3.client(name, **keys) for name in ("stepfunctions", "glue", "logs")}
        self.states, self.glue, self.logs = (Stubber(client) for client in self._clients.values())

    def client(self, service: str) -> Any:
        return self._clients[service]


@pytest.fixture
def aws() -> Iterator[Stubbed]:
    stubbed = Stubbed()
    with stubbed.states, stubbed.glue:
        yield stubbed
        stubbed.states.assert_no_pending_responses()
        stubbed.glue.assert_no_pending_responses()


@pytest.fixture
def workflow(aws: Stubbed) -> StepFunctionsWorkflow:
    return StepFunctionsWorkflow(aws, NAMES, sleep=lambda _: None)  # type: ignore[arg-type]


def described(status: str, **more: Any) -> dict[str, Any]:
    given = json.dumps({"trigger": "run", "resumed_from": None})
    whose = {"executionArn": ARN, "stateMachineArn": NAMES.machine_arn, "name": "e1"}
    return {**whose, "status": status, "startDate": BEGUN, "input": given, **more}


def event(number: int, kind: str, before: int, **details: Any) -> dict[str, Any]:
    return {"id": number, "previousEventId": before, "timestamp": BEGUN, "type": kind, **details}


ENTERED = event(2, "TaskStateEntered", 0, stateEnteredEventDetails={"name": "RunJob", "input": '{"dataset": "orders"}'})
SCHEDULED = event(
    3,
    "TaskScheduled",
    2,
    taskScheduledEventDetails={
        "resourceType": "glue",
        "resource": "startJobRun.sync",
        "region": "eu-west-1",
        "parameters": '{"JobName": "lakectl-etl_orders"}',
    },
)
SUBMITTED = event(
    5,
    "TaskSubmitted",
    4,
    taskSubmittedEventDetails={
        "resourceType": "glue",
        "resource": "startJobRun.sync",
        "output": '{"JobRunId": "jr_1"}',
    },
)
STARTED = event(4, "TaskStarted", 3)


def test_an_execution_is_started_by_the_alias_and_told_event_by_event(
    aws: Stubbed, workflow: StepFunctionsWorkflow
) -> None:
    given = {"trigger": "run", "resumed_from": None, "engine": "spark"}
    start = {"stateMachineArn": NAMES.alias_arn, "name": "e1", "input": json.dumps(given)}
    first, second = {"events": [ENTERED, SCHEDULED]}, {"events": [ENTERED, SCHEDULED, STARTED]}
    aws.states.add_response("start_execution", {"executionArn": ARN, "startDate": BEGUN}, start)
    aws.states.add_response("describe_execution", described("RUNNING"), {"executionArn": ARN})
    aws.states.add_response("get_execution_history", first, {"executionArn": ARN, "maxResults": 1000})
    aws.states.add_response("describe_execution", described("SUCCEEDED", stopDate=BEGUN), {"executionArn": ARN})
    aws.states.add_response("get_execution_history", second, {"executionArn": ARN, "maxResults": 1000})
    seen: list[Any] = []
    state = workflow.follow("e1", given, seen.append)
    assert [(each["id"], each["state"]) for each in seen] == [(2, "RunJob"), (3, "RunJob"), (4, "RunJob")]
    assert (state.status, state.finished_at, state.given["trigger"]) == ("SUCCEEDED", BEGUN, "run")


def test_how_a_jobs_run_stands_is_told_whenever_that_changes(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    begun = {"events": [ENTERED, SCHEDULED, STARTED, SUBMITTED]}
    for state in ("WAITING", "RUNNING", "RUNNING"):
        aws.states.add_response("describe_execution", described("RUNNING"))
        aws.states.add_response("get_execution_history", begun)
        run = {"JobName": "lakectl-etl_orders", "RunId": "jr_1"}
        aws.glue.add_response("get_job_run", {"JobRun": {"JobRunState": state}}, run)
    aws.states.add_response("describe_execution", described("SUCCEEDED", stopDate=BEGUN))
    ended = {"events": [*begun["events"], event(6, "TaskSucceeded", 5)]}
    aws.states.add_response("get_execution_history", ended)
    heard = Heard()
    workflow.watch("e1", Narrator(heard))
    assert [(each.state, each.phase, each.dataset, each.detail) for each in heard.events] == [
        ("load", "started", "orders", ""),
        ("load", "running", "orders", "WAITING as Glue run jr_1"),
        ("load", "running", "orders", "RUNNING as Glue run jr_1"),
    ]


def without_data(each: dict[str, Any]) -> dict[str, Any]:
    """The event as it is told to whoever may not read an execution's data."""
    hidden = {"parameters", "output", "input"}
    return {
        name: {key: "" if key in hidden else text for key, text in value.items()} if name.endswith("Details") else value
        for name, value in each.items()
    }


def test_a_history_without_its_data_is_followed_too(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    events = {"events": [without_data(each) for each in (ENTERED, SCHEDULED, STARTED, SUBMITTED)]}
    for status in ("RUNNING", "SUCCEEDED"):
        aws.states.add_response("describe_execution", described(status))
        aws.states.add_response("get_execution_history", events)
    heard = Heard()
    assert workflow.watch("e1", Narrator(heard)).status == "SUCCEEDED"
    assert [(each.state, each.phase) for each in heard.events] == [("load", "started")]

    aws.states.add_response("get_execution_history", events)  # and CloudWatch is not asked: whose lines, nobody knows
    said = [line.message for line in Teller(workflow.logs("e1")).new()]
    assert said == ["RunJob begins", "RunJob runs as "]


def test_a_job_is_known_by_what_it_answered(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    answered = {"resourceType": "glue", "resource": "startJobRun.sync"}
    answered["output"] = '{"JobName": "lakectl-etl_orders", "JobRunId": "jr_1"}'
    submitted = event(5, "TaskSubmitted", 4, taskSubmittedEventDetails=answered)
    aws.states.add_response("describe_execution", described("RUNNING"))
    aws.states.add_response("get_execution_history", {"events": [ENTERED, without_data(SCHEDULED), STARTED, submitted]})
    run = {"JobName": "lakectl-etl_orders", "RunId": "jr_1"}
    aws.glue.add_response("get_job_run", {"JobRun": {"JobRunState": "WAITING"}}, run)
    aws.states.add_response("describe_execution", described("SUCCEEDED", stopDate=BEGUN))
    aws.states.add_response("get_execution_history", {"events": []})
    heard = Heard()
    workflow.watch("e1", Narrator(heard))
    assert [each.detail for each in heard.events] == ["", "WAITING as Glue run jr_1"]


def test_a_long_history_is_read_page_by_page_and_its_last_page_again(
    aws: Stubbed, workflow: StepFunctionsWorkflow
) -> None:
    asked = {"executionArn": ARN, "maxResults": 1000}
    aws.states.add_response("describe_execution", described("RUNNING"))
    aws.states.add_response("get_execution_history", {"events": [ENTERED], "nextToken": "t"}, asked)
    aws.states.add_response("get_execution_history", {"events": [SCHEDULED]}, {**asked, "nextToken": "t"})
    aws.states.add_response("describe_execution", described("FAILED", error="E", cause="it broke"))
    aws.states.add_response("get_execution_history", {"events": [SCHEDULED, STARTED]}, {**asked, "nextToken": "t"})
    seen: list[int] = []
    state = workflow.watch("e1", lambda each: seen.append(each["id"]))
    assert (seen, state.status, state.error) == ([2, 3, 4], "FAILED", "E: it broke")


def test_ctrl_c_ends_the_telling_and_not_the_execution(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    def pressed(_: Any) -> None:
        raise KeyboardInterrupt

    aws.states.add_response("describe_execution", described("RUNNING"))
    aws.states.add_response("get_execution_history", {"events": [ENTERED]})
    aws.states.add_response("describe_execution", described("RUNNING"))
    assert workflow.watch("e1", pressed).status == "RUNNING"


def test_who_is_cut_off_learns_that_the_execution_goes_on(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    aws.states.add_response("describe_execution", described("RUNNING"))
    aws.states.add_response("get_execution_history", {"events": [ENTERED]})
    aws.states.add_client_error("describe_execution", "ExpiredTokenException", "The security token has expired")
    with pytest.raises(Unreachable, match="have expired") as cut_off:
        workflow.watch("e1", lambda _: None)
    assert "lakectl status e1 --watch" in cut_off.value.hint


def test_stopping_stops_the_jobs_too_and_waits_for_them(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    aws.states.add_response("stop_execution", {"stopDate": BEGUN})
    aws.states.add_response("get_execution_history", {"events": [ENTERED, SCHEDULED, STARTED, SUBMITTED]})
    stop = {"JobName": "lakectl-etl_orders", "JobRunIds": ["jr_1"]}
    aws.glue.add_response("batch_stop_job_run", {}, stop)
    for state in ("STOPPING", "STOPPED"):
        run = {"JobName": "lakectl-etl_orders", "RunId": "jr_1"}
        aws.glue.add_response("get_job_run", {"JobRun": {"JobRunState": state}}, run)
    aws.states.add_response("describe_execution", described("ABORTED", stopDate=BEGUN))
    assert workflow.stop("e1").status == "ABORTED"


def test_jobs_that_have_ended_are_left_alone(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    succeeded = event(6, "TaskSucceeded", 5)
    aws.states.add_response("stop_execution", {"stopDate": BEGUN})
    aws.states.add_response("get_execution_history", {"events": [ENTERED, SCHEDULED, STARTED, SUBMITTED, succeeded]})
    aws.states.add_response("describe_execution", described("ABORTED", stopDate=BEGUN))
    assert workflow.stop("e1").status == "ABORTED"


@pytest.mark.parametrize(
    ("told", "status"), [("TIMED_OUT", "FAILED"), ("PENDING_REDRIVE", "RUNNING"), ("ABORTED", "ABORTED")]
)
def test_step_functions_words_become_ours(
    aws: Stubbed, workflow: StepFunctionsWorkflow, told: str, status: str
) -> None:
    aws.states.add_response("describe_execution", described(told))
    assert workflow.describe("e1").status == status


def test_an_execution_or_a_machine_that_is_not_there_is_told(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    aws.states.add_client_error("describe_execution", "ExecutionDoesNotExist")
    with pytest.raises(ObjectMissing, match="no execution e1"):
        workflow.describe("e1")
    aws.states.add_client_error("list_executions", "StateMachineDoesNotExist")
    with pytest.raises(UsageError, match="state machine is not there"):
        workflow.newest()


def test_executions_are_listed_newest_first_with_their_inputs(aws: Stubbed, workflow: StepFunctionsWorkflow) -> None:
    line = {"executionArn": ARN, "stateMachineArn": NAMES.machine_arn, "name": "e1", "status": "FAILED"}
    aws.states.add_response(
        "list_executions",
        {"executions": [{**line, "startDate": BEGUN}, {**line, "name": "e0", "startDate": BEGUN}]},
        {"stateMachineArn": NAMES.machine_arn},
    )
    aws.states.add_response("describe_execution", described("FAILED"), {"executionArn": ARN})
    assert [(state.name, state.given["trigger"]) for state in workflow.list(1)] == [("e1", "run")]
