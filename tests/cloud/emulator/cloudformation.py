"""CloudFormation with versions and aliases of state machines; it refuses what AWS refuses of machines and functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import s3
from ministack.services import stepfunctions as sfn
from ministack.services.cloudformation import provisioners

_VERSION = "AWS::StepFunctions::StateMachineVersion"
_ALIAS = "AWS::StepFunctions::StateMachineAlias"


def patch() -> None:
    """Adds these to MiniStack's."""
    provisioners._RESOURCE_HANDLERS[_VERSION] = {"create": _create_version, "delete": _delete_version}
    provisioners._RESOURCE_HANDLERS[_ALIAS] = {
        "create": _create_alias,
        "update": _update_alias,
        "update_with_logical_id": True,
        "delete": _delete_alias,
    }
    provisioners._REPLACING_PROPERTIES[_VERSION] = ("StateMachineArn", "StateMachineRevisionId", "Description")
    provisioners._REPLACING_PROPERTIES[_ALIAS] = ("Name",)
    provisioners._sfn_definition = _checked(provisioners._sfn_definition)
    functions = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    functions["create"] = _with_code(functions["create"], 1)
    functions["update"] = _with_code(functions["update"], 2)


def _create_version(logical_id: str, given: Any, stack: str) -> Any:
    wanted = {
        "stateMachineArn": given["StateMachineArn"],
        "revisionId": given.get("StateMachineRevisionId"),
        "description": given.get("Description", ""),
    }
    arn = _call(sfn._publish_state_machine_version, wanted)["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def _delete_version(arn: str, given: Any) -> None:
    _call(sfn._delete_state_machine_version, {"stateMachineVersionArn": arn})


def _create_alias(logical_id: str, given: Any, stack: str) -> Any:
    name = given.get("Name") or provisioners._physical_name(stack, logical_id, max_len=80)
    arn = _call(sfn._create_state_machine_alias, {"name": name, **_routed(given)})["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def _update_alias(arn: str, old: Any, given: Any, stack: str, logical_id: str | None = None) -> Any:
    _call(sfn._update_state_machine_alias, {"stateMachineAliasArn": arn, **_routed(given)})
    return arn, {"Arn": arn}


def _delete_alias(arn: str, given: Any) -> None:
    _call(sfn._delete_state_machine_alias, {"stateMachineAliasArn": arn})


def _routed(given: Any) -> dict[str, Any]:
    routes = [
        {"stateMachineVersionArn": route["StateMachineVersionArn"], "weight": int(route["Weight"])}
        for route in given["RoutingConfiguration"]
    ]
    return {"description": given.get("Description", ""), "routingConfiguration": routes}


def _call(operation: Callable[[Any], Any], data: Any) -> Any:
    status, _, body = operation(data)
    if status >= 400:
        raise ValueError(f"{operation.__name__}: {body!r}")
    return json.loads(body or "{}")


def _checked(definition: Callable[[Any], str]) -> Callable[[Any], str]:
    """The definition of a state machine, where it is JSON and starts at a state that there is."""

    def checked(given: Any) -> str:
        text = definition(given)
        try:
            machine = json.loads(text)
        except ValueError as error:
            raise ValueError(f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'") from error
        if machine.get("StartAt") not in machine.get("States", {}):
            where = f"Missing 'Next' target: {machine.get('StartAt')} at /StartAt"
            raise ValueError(f"Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: {where}'")
        return text

    return checked


def _with_code(handler: Callable[..., Any], place: int) -> Callable[..., Any]:
    """The handler of a function whose properties are its argument at `place`; its zip has to be there."""

    def handle(*given: Any, **named: Any) -> Any:
        code = given[place].get("Code") or {}
        if "S3Bucket" in code and s3._get_object_data(code["S3Bucket"], code["S3Key"]) is None:
            why = "S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
            raise ValueError(f"Error occurred while GetObject. {why} (Service: Lambda, Status Code: 400)")
        return handler(*given, **named)

    return handle
