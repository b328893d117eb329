"""The stacks of an account, by CloudFormation's API.

A stack is changed by a change set, so that what is shown is what happens. One that exists only to be shown is deleted
at once.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lakectl.deploying import Action, Change, Tell
from lakectl.errors import DeployError
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.stack_events import follow, newest, validation_faults
from lakectl.platforms.aws.stacks import ResourceChange, Stack
from lakectl.platforms.aws.templates import CAPABILITIES, Template

_ACTIONS: Mapping[str, Action] = {"Add": "create", "Import": "create", "Remove": "delete", "Modify": "update"}
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_LONGEST_PAUSE = 5.0  # seconds


class CloudFormationStacks:
    """Implements `stacks.Stacks`. `sleep` takes seconds."""

    def __init__(self, client: Any, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def find(self, name: str) -> Stack | None:
        with translated():
            try:
                (found,) = self._client.describe_stacks(StackName=name)["Stacks"]
            except ClientError as error:
                if "does not exist" in str(error):
                    return None
                raise
        return _stack(found)

    def body(self, name: str) -> Mapping[str, Any]:
        with translated():
            body = self._client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        return dict(json.loads(body)) if isinstance(body, str) else body

    def preview(self, stack: Stack, template: Template) -> list[ResourceChange] | None:
        with translated():
            change_set = self._create(stack.name, template, "UPDATE")
            try:
                return self._changes(change_set)
            finally:
                self._client.delete_change_set(ChangeSetName=change_set)

    def put(self, name: str, template: Template, new: bool, tell: Tell) -> None:
        with translated():
            last = "" if new else newest(self._client, name)
            change_set = self._create(name, template, "CREATE" if new else "UPDATE")
            if self._changes(change_set) is None:
                self._client.delete_change_set(ChangeSetName=change_set)
                return
            stack_id = self._client.describe_change_set(ChangeSetName=change_set)["StackId"]
            self._client.execute_change_set(ChangeSetName=change_set)
            follow(self._client, stack_id, last, tell, self._pauses())

    def delete(self, stack: Stack, tell: Tell) -> None:
        with translated():
            last = newest(self._client, stack.id)
            self._client.delete_stack(StackName=stack.id)
            follow(self._client, stack.id, last, tell, self._pauses())

    def protect(self, name: str) -> None:
        with translated():
            self._client.update_termination_protection(StackName=name, EnableTerminationProtection=True)

    def drifted(self, stack: Stack) -> list[Change]:
        with translated():
            detection = self._client.detect_stack_drift(StackName=stack.name)["StackDriftDetectionId"]
            for _ in self._pauses():
                state = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
                if state["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                    break
            return [_drift(found) for found in self._drifts(stack.name)]

    def _drifts(self, name: str) -> Iterator[Mapping[str, Any]]:
        asked = {"StackName": name, "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]}
        page = self._client.describe_stack_resource_drifts(**asked)
        yield from page["StackResourceDrifts"]
        while token := page.get("NextToken"):
            page = self._client.describe_stack_resource_drifts(**asked, NextToken=token)
            yield from page["StackResourceDrifts"]

    def _create(self, name: str, template: Template, kind: str) -> str:
        """Makes a change set and waits until CloudFormation has worked it out; returns its ARN."""
        created = self._client.create_change_set(
            StackName=name,
            ChangeSetName=f"lakectl-{secrets.token_hex(4)}",
            ChangeSetType=kind,
            TemplateBody=template.body,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in template.parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in template.tags.items()],
            Capabilities=list(CAPABILITIES),
        )
        for _ in self._pauses():
            state = self._client.describe_change_set(ChangeSetName=created["Id"])
            if not state["Status"].endswith(("_PENDING", "_IN_PROGRESS")):
                break
        return str(created["Id"])

    def _changes(self, change_set: str) -> list[ResourceChange] | None:
        """What a change set changes; None where nothing. Raises DeployError where it cannot be carried out."""
        pages = list(self._client.get_paginator("describe_change_set").paginate(ChangeSetName=change_set))
        first = pages[0]
        if first["Status"] == "FAILED":
            reason = first.get("StatusReason", "")
            if any(words in reason for words in _NOTHING):
                return None
            raise _refused(first["StackName"], validation_faults(self._client, change_set, reason))
        return [_change(found["ResourceChange"]) for page in pages for found in page.get("Changes", [])]

    def _pauses(self) -> Iterator[None]:
        """Endless, with a growing pause between two of them: small stacks are quick, large ones take minutes."""
        pause = 0.25
        while True:
            yield
            self._sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _refused(stack: str, reason: str) -> DeployError:
    hint = "Correct what it says, and run `lakectl deploy` again; nothing was changed."
    if "already exists" in reason:
        hint = "Choose another targets.aws.prefix, or delete what has the name; nothing was changed."
    return DeployError(f"stack {stack}: CloudFormation refuses the change: {reason}", hint)


def _instant(when: dt.datetime) -> str:
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _stack(found: Mapping[str, Any]) -> Stack:
    return Stack(
        name=found["StackName"],
        id=found["StackId"],
        status=found["StackStatus"],
        updated=_instant(found.get("LastUpdatedTime") or found["CreationTime"]),
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", [])},
        tags={each["Key"]: each["Value"] for each in found.get("Tags", [])},
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
    )


def _change(found: Mapping[str, Any]) -> ResourceChange:
    targets = [detail["Target"] for detail in found.get("Details", [])]
    names = [target.get("Name") or str(target["Attribute"]).lower() for target in targets]
    replaced = found.get("Replacement") == "True"
    return ResourceChange(
        logical_id=found["LogicalResourceId"],
        type=found["ResourceType"],
        action="replace" if replaced else _ACTIONS.get(found["Action"], "update"),
        properties=tuple(dict.fromkeys(names)),
        perhaps_replaced=found.get("Replacement") == "Conditional",
        kept=found.get("PolicyAction") in ("Retain", "ReplaceAndRetain"),
    )


def _drift(found: Mapping[str, Any]) -> Change:
    name, type_ = found["LogicalResourceId"], found["ResourceType"]
    if found["StackResourceDriftStatus"] == "DELETED":
        return Change("resource", name, "create", f"{type_}: deleted by hand")
    differences = ", ".join(
        f"{each['PropertyPath'].strip('/')} is {each['ActualValue']}, was {each['ExpectedValue']}"
        for each in found.get("PropertyDifferences", [])
    )
    return Change("resource", name, "update", f"{type_}: {differences}")
