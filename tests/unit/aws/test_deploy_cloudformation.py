"""What is asked of CloudFormation and S3, and what their answers become. The answers are stubbed."""

from __future__ import annotations

import datetime as dt

import boto3
import pytest
from botocore.stub import ANY, Stubber

from lakectl.deploying import Change
from lakectl.errors import DeployError, UsageError
from lakectl.platforms.aws.cloudformation import CloudFormationStacks
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.opening import check_parts, check_region
from lakectl.platforms.aws.site import AwsSite
from lakectl.platforms.aws.stacks import ResourceChange, Stack
from lakectl.platforms.aws.templates import Template
from lakectl.settings import AwsTarget, Existing
from lakehouse.errors import LakehouseError
from lakehouse.lake import open_lake

TARGET = AwsTarget("shop-lake", "eu-central-1", prefix="shop")
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ARN = "arn:aws:cloudformation:eu-central-1:123456789012"
SET = f"{ARN}:changeSet/lakectl-1/2"
APP = Stack("shop-app", f"{ARN}:stack/shop-app/1", "CREATE_COMPLETE", "0")
TEMPLATE = Template("{}", {"Prefix": "shop"}, {"team": "data"})


def stubbed(service):
    client = boto3.client(service, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


@pytest.fixture
def cloudformation():
    client, stubber = stubbed("cloudformation")
    yield CloudFormationStacks(client, sleep=lambda _: None), stubber
    stubber.assert_no_pending_responses()


def change_set(stubber, status, reason="", changes=(), kind="UPDATE"):
    """Answers for a change set that is made, worked out and read."""
    asked = {
        "StackName": "shop-app",
        "ChangeSetName": ANY,
        "ChangeSetType": kind,
        "TemplateBody": "{}",
        "Parameters": [{"ParameterKey": "Prefix", "ParameterValue": "shop"}],
        "Tags": [{"Key": "team", "Value": "data"}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    stubber.add_response("create_change_set", {"Id": SET, "StackId": APP.id}, asked)
    stubber.add_response("describe_change_set", {"Status": "CREATE_IN_PROGRESS"}, {"ChangeSetName": SET})
    answer = {"StackName": "shop-app", "StackId": APP.id, "Status": status, "StatusReason": reason}
    answer["Changes"] = [{"ResourceChange": change} for change in changes]
    stubber.add_response("describe_change_set", answer, {"ChangeSetName": SET})
    stubber.add_response("describe_change_set", answer, {"ChangeSetName": SET})


def deleted(stubber):
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": SET})


def test_a_stack_that_is_not_there(cloudformation):
    stacks, stubber = cloudformation
    stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id shop-app does not exist")
    assert stacks.find("shop-app") is None


def test_a_stack_that_may_not_be_looked_at(cloudformation):
    stacks, stubber = cloudformation
    message = "User: ann is not authorized to perform: cloudformation:DescribeStacks on resource: arn:x"
    stubber.add_client_error("describe_stacks", "AccessDenied", message, http_status_code=403)
    with pytest.raises(LakehouseError, match="cloudformation:DescribeStacks on arn:x"):
        stacks.find("shop-app")


def test_a_stack(cloudformation):
    stacks, stubber = cloudformation
    found = {"StackName": "shop-app", "StackId": APP.id, "StackStatus": "CREATE_COMPLETE", "CreationTime": NOW}
    found["Parameters"] = [{"ParameterKey": "Prefix", "ParameterValue": "shop"}]
    found["Outputs"] = [{"OutputKey": "WorkGroup", "OutputValue": "shop"}]
    found["Tags"] = [{"Key": "team", "Value": "data"}]
    stubber.add_response("describe_stacks", {"Stacks": [found]})
    assert stacks.find("shop-app") == Stack(
        "shop-app",
        APP.id,
        "CREATE_COMPLETE",
        "2026-11-23T00:00:00.000000Z",
        {"Prefix": "shop"},
        {"team": "data"},
        {"WorkGroup": "shop"},
    )


def test_a_preview_leaves_nothing_behind_and_marks_replacements(cloudformation):
    stacks, stubber = cloudformation
    details = [{"Target": {"Attribute": "Properties", "Name": "BucketName", "RequiresRecreation": "Always"}}] * 2
    common = {"LogicalResourceId": "Lake", "ResourceType": "AWS::S3::Bucket"}
    replaced = {**common, "Action": "Modify", "Replacement": "True", "PolicyAction": "ReplaceAndRetain"}
    retagged = {**common, "Action": "Modify", "Replacement": "Conditional"}
    tags = [{"Target": {"Attribute": "Tags", "RequiresRecreation": "Never"}}]
    found = [{**replaced, "Details": details}, {**retagged, "Details": tags}, {**common, "Action": "Remove"}]
    change_set(stubber, "CREATE_COMPLETE", changes=found)
    deleted(stubber)
    assert stacks.preview(APP, TEMPLATE) == [
        ResourceChange("Lake", "AWS::S3::Bucket", "replace", ("BucketName",), kept=True),
        ResourceChange("Lake", "AWS::S3::Bucket", "update", ("tags",), perhaps_replaced=True),
        ResourceChange("Lake", "AWS::S3::Bucket", "delete"),
    ]


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes. Submit ...", "No updates are to be performed."]
)
def test_a_change_set_without_changes(cloudformation, reason):
    stacks, stubber = cloudformation
    change_set(stubber, "FAILED", reason)
    deleted(stubber)
    assert stacks.preview(APP, TEMPLATE) is None


def test_a_refused_change_set_is_deleted_and_quoted(cloudformation):
    stacks, stubber = cloudformation
    change_set(stubber, "FAILED", "Early validation failed, see DescribeEvents")
    fault = {"LogicalResourceId": "Lake", "ValidationStatusReason": "Resource of type S3 bucket already exists"}
    asked = {"ChangeSetName": SET, "Filters": {"FailedEvents": True}}
    stubber.add_response("describe_events", {"OperationEvents": [fault]}, asked)
    deleted(stubber)
    with pytest.raises(DeployError, match="Lake: Resource of type S3 bucket already exists") as raised:
        stacks.preview(APP, TEMPLATE)
    assert "prefix" in raised.value.hint


def test_creating_follows_the_stack_to_its_end(cloudformation):
    stacks, stubber = cloudformation
    change_set(stubber, "CREATE_COMPLETE", kind="CREATE")
    stubber.add_response("describe_change_set", {"StackId": APP.id}, {"ChangeSetName": SET})
    stubber.add_response("execute_change_set", {}, {"ChangeSetName": SET})
    end = {"StackId": APP.id, "EventId": "1", "StackName": "shop-app", "LogicalResourceId": "shop-app"}
    end |= {"PhysicalResourceId": APP.id, "ResourceType": "AWS::CloudFormation::Stack", "Timestamp": NOW}
    end |= {"ResourceStatus": "CREATE_COMPLETE"}
    stubber.add_response("describe_stack_events", {"StackEvents": [end]}, {"StackName": APP.id})
    told = []
    stacks.put("shop-app", TEMPLATE, True, told.append)
    assert told == ["create complete CloudFormation::Stack shop-app"]


def test_drift_is_read_once_it_is_known(cloudformation):
    stacks, stubber = cloudformation
    stubber.add_response("detect_stack_drift", {"StackDriftDetectionId": "1"})
    known = {"StackId": APP.id, "StackDriftDetectionId": "1", "Timestamp": NOW}
    for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"):
        stubber.add_response("describe_stack_drift_detection_status", {**known, "DetectionStatus": status})
    same = {"StackId": APP.id, "Timestamp": NOW}
    gone = {**same, "LogicalResourceId": "Logs", "ResourceType": "AWS::Logs::LogGroup"}
    gone["StackResourceDriftStatus"] = "DELETED"
    other = {**same, "LogicalResourceId": "Rule", "ResourceType": "AWS::Events::Rule"}
    other["StackResourceDriftStatus"] = "MODIFIED"
    difference = {"PropertyPath": "/State", "ExpectedValue": "ENABLED", "ActualValue": "DISABLED"}
    other["PropertyDifferences"] = [{**difference, "DifferenceType": "NOT_EQUAL"}]
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [gone], "NextToken": "2"})
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [other]})
    assert stacks.drifted(APP) == [
        Change("resource", "Logs", "create", "AWS::Logs::LogGroup: deleted by hand"),
        Change("resource", "Rule", "update", "AWS::Events::Rule: State is DISABLED, was ENABLED"),
    ]


class OneClient:
    """A session of which only S3 is asked."""

    def __init__(self, client):
        self.client = lambda service: {"s3": client}[service]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (403, DeployError, "shop-lake belongs to another account"),
        (301, UsageError, "shop-lake is not in eu-central-1"),
        (400, UsageError, "shop-lake is not in eu-central-1"),
    ],
)
def test_a_bucket_that_is_not_for_us(status, error, words):
    client, stubber = stubbed("s3")
    stubber.add_client_error("head_bucket", str(status), http_status_code=status)
    with pytest.raises(error, match=words):
        AwsSite(OneClient(client), Names(TARGET, "123456789012"), open_lake).has_bucket()


def test_our_bucket_and_none():
    client, stubber = stubbed("s3")
    site = AwsSite(OneClient(client), Names(TARGET, "123456789012"), open_lake)
    stubber.add_response("head_bucket", {}, {"Bucket": "shop-lake", "ExpectedBucketOwner": "123456789012"})
    stubber.add_client_error("head_bucket", "404", http_status_code=404)
    assert [site.has_bucket(), site.has_bucket()] == [True, False]


def test_the_callers_region_has_to_be_the_targets():
    check_region("eu-central-1", "")
    check_region("eu-central-1", "eu-central-1")
    with pytest.raises(UsageError, match="eu-central-1, but the AWS settings of this shell say us-east-1"):
        check_region("eu-central-1", "us-east-1")


def test_parts_need_a_lakehouse_that_was_built_by_hand():
    existing = Existing("old-lake", "scripts/", "arn:aws:states:eu-central-1:123456789012:stateMachine:flow")
    described = AwsTarget("", "eu-central-1", existing=existing)
    check_parts(described, ("scripts", "state-machine"))
    with pytest.raises(UsageError, match="cannot be jobs"):
        check_parts(described, ("scripts", "jobs"))
    with pytest.raises(UsageError, match="describe none"):
        check_parts(TARGET, ("scripts",))
