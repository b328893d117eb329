"""What is refused when a definition is loaded, and that the refusal names state and field."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.asl.fakes import call, machine, passing

from lakectl.platforms.local.asl import DefinitionError, Machine
from lakectl.platforms.local.asl_model import GLUE

END = {"Type": "Succeed"}


def _inline(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states, **more}


def _refused(definition: Any, **substitutions: str) -> str:
    with pytest.raises(DefinitionError) as error:
        Machine.load(definition, substitutions)
    return str(error.value)


@pytest.mark.parametrize(
    ("state", "parts"),
    [
        ({"Type": "Magic", "End": True}, ["Type", "Magic"]),
        ({"Type": "Pass", "End": True, "Result": 1}, ["Result"]),
        ({"Type": "Pass", "End": True, "InputPath": "$.a"}, ["InputPath"]),
        ({"Type": "Pass", "End": True, "QueryLanguage": "JSONPath"}, ["QueryLanguage"]),
        ({"Type": "Pass"}, ["Next or End"]),
        ({"Type": "Pass", "End": False}, ["Next or End"]),
        ({"Type": "Pass", "End": True, "Assign": "{% {'a': 1} %}"}, ["Assign"]),
        ({"Type": "Pass", "End": True, "Output": "{% $states.input. %}"}, ["Output"]),
        ({"Type": "Pass", "End": True, "Output": "{% 1 + 1"}, ["Output", "other half"]),
        ({"Type": "Pass", "End": True, "Output": {"a": ["{% $nosuch(1) %}"]}}, ["Output", "$nosuch"]),
        ({"Type": "Pass", "End": True, "Output": "{% $eval('1') %}"}, ["Output", "$eval"]),
        ({"Type": "Pass", "End": True, "Output": "{% $unknown %}"}, ["Output", "$unknown"]),
        ({"Type": "Pass", "End": True, "Output": "{% $states.result %}"}, ["Output", "$states.result"]),
        ({"Type": "Pass", "End": True, "Output": "{% $states.errorOutput %}"}, ["Output", "$states.errorOutput"]),
        ({"Type": "Wait", "End": True}, ["Seconds or Timestamp"]),
        ({"Type": "Wait", "End": True, "Seconds": 1, "Timestamp": "x"}, ["Seconds or Timestamp"]),
        ({"Type": "Wait", "End": True, "Seconds": -1}, ["Seconds"]),
        ({"Type": "Fail", "Error": 3}, ["Error"]),
        ({"Type": "Choice", "Choices": []}, ["Choices"]),
        ({"Type": "Choice", "Choices": [{"Variable": "$.a", "Next": "S"}]}, ["Choices[0]", "Condition"]),
        ({"Type": "Choice", "Choices": [{"Condition": "yes", "Next": "S"}]}, ["Choices[0]", "Condition"]),
        ({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}, ["Resource", "sqs"]),
        ({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True}, ["Resource"]),
        (call("f", HeartbeatSeconds=3), ["HeartbeatSeconds"]),
        (call("f", Credentials={}), ["Credentials"]),
        (call("f", TimeoutSeconds=0), ["TimeoutSeconds"]),
        (call("f", Arguments={"FunctionName": "f", "InvocationType": "Event"}), ["Arguments", "InvocationType"]),
        (call("f", Arguments={"Payload": 1}), ["Arguments", "FunctionName"]),
        (
            call("f", Arguments={"FunctionName": "f", "Payload": "{% $states.result %}"}),
            ["Arguments", "$states.result"],
        ),
        (
            {"Type": "Task", "Resource": GLUE, "Arguments": {"JobName": "j", "WorkerType": "G.1X"}, "End": True},
            ["WorkerType"],
        ),
        (call("f", Retry=[{"ErrorEquals": []}]), ["Retry[0]", "ErrorEquals"]),
        (call("f", Retry=[{"ErrorEquals": ["A"], "BackoffRate": 0.5}]), ["Retry[0]", "BackoffRate"]),
        (call("f", Retry=[{"ErrorEquals": ["A"], "IntervalSeconds": 0}]), ["Retry[0]", "IntervalSeconds"]),
        (call("f", Retry=[{"ErrorEquals": ["A"], "JitterStrategy": "HALF"}]), ["Retry[0]", "JitterStrategy"]),
        (call("f", Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]), ["Retry[0]", "States.ALL"]),
        (call("f", Catch=[{"ErrorEquals": ["A", "States.ALL"], "Next": "S"}]), ["Catch[0]", "States.ALL"]),
        (call("f", Catch=[{"ErrorEquals": ["A"], "Next": "S", "ResultPath": "$.e"}]), ["Catch[0]", "ResultPath"]),
        (call("f", Catch=[{"ErrorEquals": ["A"], "Next": "Nowhere"}]), ["Catch[0].Next", "Nowhere"]),
        ({"Type": "Map", "ItemProcessor": _inline({"I": END}), "End": True, "ToleratedFailureCount": 1}, ["Tolerated"]),
        ({"Type": "Map", "ItemProcessor": _inline({"I": END}), "End": True, "ItemReader": {}}, ["ItemReader"]),
        ({"Type": "Map", "ItemProcessor": _inline({"I": END}), "End": True, "Items": "abc"}, ["Items"]),
        (
            {"Type": "Map", "End": True, "ItemProcessor": _inline({"I": END}, ProcessorConfig={"Mode": "DISTRIBUTED"})},
            ["ProcessorConfig", "INLINE"],
        ),
        ({"Type": "Map", "ItemProcessor": _inline({"S2": passing(1, Next="A")}), "End": True}, ["'S2'", "'A'"]),
        ({"Type": "Parallel", "Branches": [], "End": True}, ["Branches"]),
    ],
)
def test_an_unsupported_state_is_refused_by_name_and_field(state: dict[str, Any], parts: list[str]) -> None:
    either = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input %}", "Next": "A"}], "Default": "S"}
    message = _refused(machine({"Start": either, "A": state, "S": END}))
    for part in ["state '", *parts]:
        assert part in message


def test_jsonpath_machines_are_refused() -> None:
    assert "JSONPath" in _refused({"StartAt": "S", "States": {"S": END}})


def test_targets_must_be_there() -> None:
    assert "StartAt 'X'" in _refused(machine({"S": END}, "X"))
    assert "'Nowhere'" in _refused(machine({"A": passing(1, Next="Nowhere")}))


def test_states_that_cannot_be_reached_or_never_end_are_refused() -> None:
    assert "state 'Lost': cannot be reached" in _refused(machine({"S": END, "Lost": END}))
    loop = {"A": passing(1, Next="B"), "B": passing(1, Next="A")}
    assert "no end can be reached" in _refused(machine(loop))


def test_a_loop_with_a_way_out_is_accepted() -> None:
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% $n < 3 %}", "Next": "A"}], "Default": "S"}
    states = {"A": {"Type": "Pass", "Assign": {"n": 1}, "Next": "C"}, "C": choice, "S": END}
    assert len(Machine.load(machine(states)).flow.states) == 3


def test_names_are_unique_in_the_whole_machine() -> None:
    states = {"M": {"Type": "Map", "ItemProcessor": _inline({"M": END}), "End": True}}
    assert "more than one" in _refused(machine(states))


def test_an_inner_flow_may_not_assign_an_outer_variable_and_its_own_stay_inside() -> None:
    inner = _inline({"I": {"Type": "Pass", "Assign": {"v": 2}, "End": True}})
    mapping = {"Type": "Map", "ItemProcessor": inner, "Next": "Z"}
    outer = {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"}, "M": mapping, "Z": END}
    assert "state 'I': Assign of $v" in _refused(machine(outer))
    leak = {"M": mapping, "Z": {"Type": "Succeed", "Output": "{% $v %}"}}
    assert "state 'Z': Output: $v" in _refused(machine(leak))


def test_substitutions_are_made_everywhere_and_an_unknown_one_is_refused() -> None:
    states = {"A": call("${prefix}convert", {"to": ["${place}/x"]})}
    loaded = Machine.load(machine(states), {"prefix": "lake-", "place": "s3://b"})
    assert loaded.flow.states["A"].fields["Arguments"] == {
        "FunctionName": "lake-convert",
        "Payload": {"to": ["s3://b/x"]},
    }
    assert "${place}" in _refused(machine(states), prefix="x")


def test_names_bound_inside_an_expression_are_no_unknown_variables() -> None:
    text = "{% ($f := function($x) { $x + 1 }; [1, 2] ~> $map($f) ~> $filter(function($v, $i) { $i = 0 })) %}"
    assert Machine.load(machine({"A": passing(text)})).flow.start_at == "A"
