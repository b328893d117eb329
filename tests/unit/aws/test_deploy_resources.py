"""What changes about a stack's resources, in words."""

from __future__ import annotations

import json

from lakectl.deploying import Change
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.resource_diff import changed, created
from lakectl.platforms.aws.stacks import ResourceChange, resources
from lakectl.platforms.aws.templates import data_stack
from lakectl.settings import AwsTarget

JOB = "AWS::Glue::Job"


def body(**arguments):
    properties = {"Command": {"ScriptLocation": {"Ref": "Script"}}, "DefaultArguments": arguments}
    conditions = {"Fast": {"Fn::Equals": [{"Ref": "Speed"}, "high"]}}
    return {"Conditions": conditions, "Resources": {"EtlOrders": {"Type": JOB, "Properties": properties}}}


def job_detail(properties, before, after):
    (change,) = changed([ResourceChange("EtlOrders", JOB, "update", properties)], before, after)
    return change.detail


def test_a_jobs_script():
    given = (body(), {"Script": "a"}), (body(), {"Script": "b"})
    assert job_detail(("Command",), *given) == "AWS::Glue::Job: script"


def test_a_jobs_arguments_are_told_one_by_one():
    before = body(**{"--markers": "objects", "--conf": "x", "--gone": "1"}), {}
    after = body(**{"--markers": "dynamodb:t", "--conf": "x", "--new": "1"}), {}
    assert job_detail(("DefaultArguments",), before, after) == "AWS::Glue::Job: --gone, --markers, --new"


def test_an_argument_changes_with_the_parameter_it_is_made_of():
    template = body(
        **{
            "--lake": {"Fn::Sub": "s3://${Bucket}"},
            "--wheel": {"Ref": "WheelKey"},
            "--speed": {"Fn::If": ["Fast", "1", "0"]},
            "--all": {"Fn::Join": [",", [{"Ref": "WheelKey"}, "x"]]},
        }
    )
    before = template, {"Bucket": "b", "WheelKey": "1", "Speed": "low"}
    after = template, {"Bucket": "b", "WheelKey": "2", "Speed": "high"}
    assert job_detail(("DefaultArguments",), before, after) == "AWS::Glue::Job: --all, --speed, --wheel"


def test_replacements_say_what_becomes_of_the_old():
    found = [
        ResourceChange("Lake", "AWS::S3::Bucket", "replace", ("BucketName",), kept=True),
        ResourceChange("Rule", "AWS::Events::Rule", "update", ("Name",), perhaps_replaced=True),
        ResourceChange("Old", "AWS::SNS::Topic", "delete"),
    ]
    assert changed(found, ({}, {}), ({}, {})) == [
        Change("resource", "Lake", "replace", "AWS::S3::Bucket: BucketName; the old one is kept"),
        Change("resource", "Rule", "update", "AWS::Events::Rule: Name; perhaps replaced"),
        Change("resource", "Old", "delete", "AWS::SNS::Topic"),
    ]


def test_where_no_stack_is_its_conditions_decide_what_is_made():
    def made(**settings):
        template = data_stack(Names(AwsTarget("shop-lake", "eu-central-1", **settings), "123456789012"))
        return {change.name for change in created(json.loads(template.body), template.parameters)}

    assert made(lock="dynamodb") - made() == {"State"}


def test_conditions_of_every_kind():
    template = {
        "Parameters": {"A": {"Default": "x"}, "B": {}},
        "Conditions": {
            "IsX": {"Fn::Equals": [{"Ref": "A"}, "x"]},
            "NotX": {"Fn::Not": [{"Condition": "IsX"}]},
            "Both": {"Fn::And": [{"Condition": "IsX"}, {"Fn::Equals": [{"Ref": "B"}, "1"]}]},
            "Any": {"Fn::Or": [{"Condition": "NotX"}, {"Fn::Equals": [{"Ref": "B"}, "1"]}]},
        },
        "Resources": {name: {"Type": "T", "Condition": name} for name in ("IsX", "NotX", "Both", "Any")}
        | {"Z": {"Type": "T"}},
    }
    assert [name for name, _ in resources(template, {"B": "1"})] == ["IsX", "Both", "Any", "Z"]
    assert [name for name, _ in resources(template, {"A": "y", "B": "0"})] == ["NotX", "Any", "Z"]
