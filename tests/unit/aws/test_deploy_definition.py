"""State by state, what differs between two definitions of the state machine."""

from __future__ import annotations

import json
from pathlib import Path

from lakectl.deploying import Change
from lakectl.platforms.aws.definition import filled, placeholders, state_changes, substitutions
from lakectl.platforms.aws.names import Names
from lakectl.settings import AwsTarget

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "state_machine" / "lakehouse_etl_flow.asl.json").read_text()
NAMES = Names(AwsTarget("shop-lake", "eu-central-1", prefix="shop", lambda_megabytes=1), "123456789012")


def machine(**states):
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def test_nothing_differs():
    assert state_changes(TEXT, json.dumps(json.loads(TEXT))) == []


def test_a_state_is_added_changed_and_gone():
    before = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"})
    after = machine(A={"Type": "Pass", "Next": "C", "Output": 1}, C={"Type": "Fail"})
    assert state_changes(before, after) == [
        Change("state", "B", "delete", "Succeed"),
        Change("state", "A", "update", "Next, Output"),
        Change("state", "C", "create", "Fail"),
    ]


def test_a_change_inside_a_map_is_the_inner_states():
    def of(inner):
        processor = {"StartAt": "In", "States": {"In": inner}}
        return machine(Each={"Type": "Map", "ItemProcessor": processor, "End": True})

    assert state_changes(of({"Type": "Pass", "End": True}), of({"Type": "Pass", "End": True, "Comment": "x"})) == [
        Change("state", "Each/In", "update", "Comment")
    ]


def test_a_change_inside_a_branch_and_of_the_map_itself():
    def of(limit, comment):
        branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True, "Comment": comment}}}
        return machine(Both={"Type": "Parallel", "Branches": [branch], "End": True, "Comment": limit})

    assert [change.name for change in state_changes(of("1", "a"), of("2", "b"))] == ["Both", "Both/In"]


def test_what_belongs_to_no_state():
    before = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    after = json.dumps({**json.loads(before), "TimeoutSeconds": 5})
    assert state_changes(before, after) == [Change("state", "(machine)", "update", "TimeoutSeconds")]


def test_every_placeholder_has_a_value_and_the_result_is_json():
    words = substitutions(NAMES, "lakehouse/artifacts/contracts/abc/")
    assert placeholders(TEXT) <= words.keys()
    text = filled(TEXT, words)
    assert "${" not in text
    begin = json.loads(text)["States"]["Begin"]["Assign"]
    assert begin["lake"]["contracts"] == "s3://shop-lake/lakehouse/artifacts/contracts/abc/"
    assert begin["jobs"]["etl_orders"] == "shop-etl_orders"
    assert "arn:aws:lambda:eu-central-1:123456789012:function:shop-plan_run" in text
