"""Following a stack: what is told, when it ends, and which failure is quoted. CloudFormation's answers are stubbed."""

from __future__ import annotations

import datetime as dt
from itertools import repeat

import boto3
import pytest
from botocore.stub import Stubber

from lakectl.errors import DeployError
from lakectl.platforms.aws.stack_events import first_failure, follow, newest

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop-app/1"
CFN = "AWS::CloudFormation::Stack"


def event(number, name, status, reason="", type_="AWS::Glue::Job"):
    whole = type_ == CFN
    return {
        "StackId": STACK,
        "EventId": str(number),
        "StackName": "shop-app",
        "LogicalResourceId": name,
        "PhysicalResourceId": STACK if whole else name,
        "ResourceType": type_,
        "Timestamp": dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


@pytest.fixture
def cloudformation():
    client = boto3.client(
        "cloudformation", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        client.stubber = stubber
        yield client
        stubber.assert_no_pending_responses()


def answers(client, *events, token=""):
    more = {"NextToken": token} if token else {}
    client.stubber.add_response("describe_stack_events", {"StackEvents": list(reversed(events)), **more})


def failing(client, *events):
    answers(client, *events)
    told = []
    with pytest.raises(DeployError) as raised:
        follow(client, STACK, "", told.append, repeat(None))
    return raised.value, told


def test_news_are_told_once_in_their_order_until_the_stack_ends(cloudformation):
    old = event(0, "shop-app", "CREATE_COMPLETE", type_=CFN)
    begin = event(1, "shop-app", "UPDATE_IN_PROGRESS", type_=CFN)
    job = event(2, "EtlOrders", "UPDATE_COMPLETE")
    cleanup = event(3, "shop-app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", type_=CFN)
    end = event(4, "shop-app", "UPDATE_COMPLETE", type_=CFN)
    answers(cloudformation, old, begin)
    answers(cloudformation, old, begin, job, cleanup)
    answers(cloudformation, old, begin, job, cleanup, end)
    told = []
    follow(cloudformation, STACK, "0", told.append, repeat(None))
    assert told == ["update complete Glue::Job EtlOrders", "update complete CloudFormation::Stack shop-app"]


def test_the_first_failure_is_quoted_not_the_cancelled_ones(cloudformation):
    error, told = failing(
        cloudformation,
        event(1, "shop-app", "UPDATE_IN_PROGRESS", type_=CFN),
        event(2, "Rule", "CREATE_FAILED", "Resource creation cancelled", "AWS::Events::Rule"),
        event(3, "EtlOrders", "UPDATE_FAILED", "Role should be given assume role permissions"),
        event(4, "Other", "CREATE_FAILED", "Resource creation cancelled"),
        event(5, "shop-app", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed", CFN),
        event(6, "shop-app", "UPDATE_ROLLBACK_COMPLETE", type_=CFN),
    )
    assert error.message == (
        "stack shop-app: EtlOrders (AWS::Glue::Job) failed first: Role should be given assume role permissions"
    )
    assert error.hint.startswith("What was there before is back and works.")
    assert "update failed Glue::Job EtlOrders: Role should be given assume role permissions" in told


def test_a_missing_permission_names_action_and_resource(cloudformation):
    reason = "User: ann is not authorized to perform: glue:CreateJob on resource: arn:aws:glue:x (Service: Glue)"
    error, _ = failing(
        cloudformation,
        event(1, "EtlOrders", "CREATE_FAILED", reason),
        event(2, "shop-app", "ROLLBACK_COMPLETE", type_=CFN),
    )
    assert error.hint == "Allow glue:CreateJob on arn:aws:glue:x to whoever deploys, and run it again."


def test_a_reason_that_points_to_describe_events_is_looked_up(cloudformation):
    reason = "Validation failed with 1 error(s). Call DescribeEvents to retrieve the full list of issues"
    answers(
        cloudformation,
        event(1, "shop-app", "CREATE_FAILED", reason, CFN),
        event(2, "shop-app", "ROLLBACK_IN_PROGRESS", type_=CFN),
        event(3, "shop-app", "ROLLBACK_COMPLETE", type_=CFN),
    )
    fault = {"LogicalResourceId": "Lake", "ValidationStatusReason": "Bucket shop-lake already exists"}
    cloudformation.stubber.add_response(
        "describe_events",
        {"OperationEvents": [fault, {"ResourceStatus": "CREATE_FAILED"}]},
        {"StackName": STACK, "Filters": {"FailedEvents": True}},
    )
    with pytest.raises(DeployError) as raised:
        follow(cloudformation, STACK, "", lambda _: None, repeat(None))
    assert raised.value.message == "stack shop-app: it failed first: Lake: Bucket shop-lake already exists"
    assert raised.value.hint.startswith("What was made is deleted again.")


def test_an_end_without_a_failed_resource(cloudformation):
    error, _ = failing(cloudformation, event(1, "shop-app", "UPDATE_ROLLBACK_COMPLETE", "User Initiated", CFN))
    assert error.message == "stack shop-app ended UPDATE_ROLLBACK_COMPLETE: User Initiated"


def test_events_come_in_pages(cloudformation):
    answers(cloudformation, event(3, "shop-app", "UPDATE_COMPLETE", type_=CFN), token="more")
    answers(cloudformation, event(1, "A", "UPDATE_COMPLETE"), event(2, "B", "UPDATE_COMPLETE"))
    told = []
    follow(cloudformation, STACK, "1", told.append, repeat(None))
    assert told == ["update complete Glue::Job B", "update complete CloudFormation::Stack shop-app"]


def test_where_all_were_cancelled_the_first_of_them_is_told():
    cancelled = event(1, "A", "CREATE_FAILED", "Resource creation cancelled")
    assert first_failure([cancelled]) == cancelled
    assert first_failure([event(1, "A", "CREATE_COMPLETE")]) is None


def test_the_newest_event_of_a_stack_that_has_none_any_more(cloudformation):
    answers(cloudformation)
    answers(cloudformation, event(1, "A", "UPDATE_COMPLETE"), event(2, "B", "UPDATE_COMPLETE"))
    assert [newest(cloudformation, STACK), newest(cloudformation, STACK)] == ["", "2"]
