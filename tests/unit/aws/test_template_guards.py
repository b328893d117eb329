"""What an emulator waves through and AWS would not: linting, lifecycle and retention, what the roles may do."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from cfnlint.api import lint
from tests.unit.aws.shop import ARTIFACTS, FULL, PLAIN, app_values, data_values, names

from lakectl.platforms.aws.names import FUNCTIONS, JOBS
from lakectl.platforms.aws.templates import app_stack, data_stack, load
from lakectl.settings import AwsTarget

BOTH = pytest.mark.parametrize("target", [PLAIN, FULL], ids=["defaults", "everything"])
KEPT = ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::DynamoDB::Table", "AWS::Glue::Database")

# Statements that may say "*": AWS knows no resource for these actions.
ANYWHERE = {("states", "LogDelivery")}


def statements(target: AwsTarget) -> list[tuple[str, dict[str, Any]]]:
    """(service, statement) of every role."""
    return [
        (role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"].partition(".")[0], statement)
        for role in app_values(target).properties("AWS::IAM::Role")
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize(
    "body", [data_stack(names(FULL)).body, app_stack(names(FULL), ARTIFACTS).body], ids=["data", "app"]
)
def test_cfn_lint_has_nothing_to_say(body: str) -> None:
    assert [f"{found.rule.id} {found.message}" for found in lint(body)] == []


def test_cfn_lint_would_say_something() -> None:
    template = load("data.yaml")
    template["Resources"]["Lake"]["Properties"]["Versioning"] = True

    assert [found.rule.id for found in lint(json.dumps(template))] == ["E3002"]


@BOTH
def test_what_holds_data_is_kept(target: AwsTarget) -> None:
    for resource in data_values(target).resources().values():
        assert resource["Type"] in KEPT
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resource["UpdateReplacePolicy"] == "Retain"


def test_a_replaced_version_of_the_machine_is_kept_for_those_who_run_on_it() -> None:
    version = app_values(PLAIN).resources()["MachineVersion"]

    assert version["UpdateReplacePolicy"] == "Retain"
    assert load("app.yaml")["Resources"]["MachineVersion"]["Properties"]["StateMachineRevisionId"] == {
        "Fn::GetAtt": ["Machine", "StateMachineRevisionId"]
    }


def test_the_bucket_is_closed_versioned_encrypted_and_tells_of_uploads() -> None:
    bucket = data_values(PLAIN).properties("AWS::S3::Bucket")[0]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    default = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "AES256"}


def test_what_nobody_needs_any_more_expires_and_nothing_else() -> None:
    rules = data_values(PLAIN).properties("AWS::S3::Bucket")[0]["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in rules if "ExpirationInDays" in rule]

    assert [(rule["Prefix"], rule["ExpirationInDays"]) for rule in expiring] == [("lakehouse/query-results/", 7)]
    assert [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule] == [
        {"NoncurrentDays": 30}
    ]
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


def test_what_is_not_encrypted_on_its_way_is_refused() -> None:
    policy = data_values(PLAIN).properties("AWS::S3::BucketPolicy")[0]["PolicyDocument"]["Statement"]

    assert [(s["Effect"], s["Condition"]) for s in policy] == [("Deny", {"Bool": {"aws:SecureTransport": "false"}})]
    assert policy[0]["Resource"] == ["arn:aws:s3:::shop-lake", "arn:aws:s3:::shop-lake/*"]


def test_the_state_table_can_be_restored_and_forgets_nothing() -> None:
    table = data_values(FULL).properties("AWS::DynamoDB::Table")[0]

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "TimeToLiveSpecification" not in table  # a marker that expires is a file that is loaded twice
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [
        ("dataset", "HASH"),
        ("id", "RANGE"),
    ]


@BOTH
def test_no_role_may_do_everything_or_anywhere(target: AwsTarget) -> None:
    for service, statement in statements(target):
        for action in many(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action), action
        if "*" in many(statement["Resource"]):
            assert (service, statement["Sid"]) in ANYWHERE


@BOTH
def test_roles_have_inline_policies_only(target: AwsTarget) -> None:
    assert not any("ManagedPolicyArns" in role for role in app_values(target).properties("AWS::IAM::Role"))


def test_the_policies_of_a_role_are_small_enough_with_the_longest_names() -> None:
    longest = replace(FULL, prefix="p" * 24, bucket="b" * 63)
    for role in app_values(longest).properties("AWS::IAM::Role"):
        documents = [json.dumps(policy["PolicyDocument"], separators=(",", ":")) for policy in role["Policies"]]
        assert sum(map(len, documents)) < 10_240
        assert len(role["RoleName"]) <= 64


def test_no_role_touches_a_key_or_a_table_that_is_not_asked_for() -> None:
    asked = {service: {s["Sid"] for whose, s in statements(FULL) if whose == service} for service in ("lambda", "glue")}
    plain = {
        service: {s["Sid"] for whose, s in statements(PLAIN) if whose == service} for service in ("lambda", "glue")
    }

    for service in ("lambda", "glue"):
        assert asked[service] - plain[service] == {"Key", "State"}


def test_step_functions_may_call_what_the_definition_calls_and_nothing_else() -> None:
    allowed = {s["Sid"]: s["Resource"] for service, s in statements(PLAIN) if service == "states"}

    assert [arn.rpartition(":")[2] for arn in allowed["Functions"]] == [f"shop-{name}" for name in FUNCTIONS]
    jobs = {arn.rpartition("/")[2] for arn in allowed["Jobs"]}
    assert jobs == {f"shop-{name}" for name in JOBS if name != "optimize_tables"}


def test_events_start_the_alias_and_are_tried_again_and_kept() -> None:
    app = app_values(PLAIN)
    rules = {rule["Name"]: rule for rule in app.properties("AWS::Events::Rule")}
    target = rules["shop-uploads"]["Targets"][0]

    assert target["Arn"] == names(PLAIN).alias_arn
    assert rules["shop-uploads"]["EventPattern"]["detail"] == {
        "bucket": {"name": ["shop-lake"]},
        "object": {"key": [{"prefix": "uploads/"}]},
    }
    for rule in rules.values():
        assert rule["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 24 * 60 * 60
        assert rule["Targets"][0]["DeadLetterConfig"]["Arn"].endswith(":shop-dead-letters")


def test_somebody_is_told_of_executions_that_did_not_succeed() -> None:
    app = app_values(PLAIN)
    rule = next(rule for rule in app.properties("AWS::Events::Rule") if rule["Name"] == "shop-failures")

    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [names(PLAIN).machine_arn],
        "status": ["FAILED", "TIMED_OUT", "ABORTED"],
    }
    assert rule["Targets"][0]["Arn"] == names(PLAIN).topic_arn
    transformer = rule["Targets"][0]["InputTransformer"]
    assert set(re.findall(r"<(\w+)>", transformer["InputTemplate"])) == transformer["InputPathsMap"].keys()
    assert "${" not in transformer["InputTemplate"]


def test_somebody_is_told_of_events_that_could_not_be_delivered() -> None:
    app = app_values(PLAIN)
    alarm = app.properties("AWS::CloudWatch::Alarm")[0]
    publishers = app.resources()["AlertsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    sources = {each["Principal"]["Service"]: each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in publishers}

    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": names(PLAIN).dead_letters}]
    assert (alarm["MetricName"], alarm["ComparisonOperator"], str(alarm["Threshold"])) == (
        "ApproximateNumberOfMessagesVisible",
        "GreaterThanThreshold",
        "0",
    )
    assert alarm["AlarmActions"] == [names(PLAIN).topic_arn]
    assert sources["cloudwatch.amazonaws.com"].endswith(":alarm:shop-dead-letters")


@pytest.mark.parametrize(
    ("policy", "rules"), [("DeadLettersPolicy", {"uploads", "failures"}), ("AlertsPolicy", {"failures"})]
)
def test_only_these_rules_may_write_to_the_queue_and_the_topic(policy: str, rules: set[str]) -> None:
    statement = app_values(PLAIN).resources()[policy]["Properties"]["PolicyDocument"]["Statement"][0]
    sources = many(statement["Condition"]["ArnEquals"]["aws:SourceArn"])

    assert {arn.rpartition("/shop-")[2] for arn in sources} == rules


def test_the_workgroup_stops_queries_that_read_too_much_whatever_the_client_says() -> None:
    configuration = app_values(FULL).properties("AWS::Athena::WorkGroup")[0]["WorkGroupConfiguration"]

    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["BytesScannedCutoffPerQuery"] == "2000000000"
    assert configuration["EngineVersion"] == {"SelectedEngineVersion": "Athena engine version 3"}
    assert configuration["ResultConfiguration"]["OutputLocation"] == "s3://shop-lake/lakehouse/query-results/"


def test_every_exception_for_the_scanner_has_its_reason() -> None:
    for name in ("data.yaml", "app.yaml"):
        for resource in load(name)["Resources"].values():
            for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
                assert skip.keys() == {"id", "comment"}
                assert len(skip["comment"]) > 20
