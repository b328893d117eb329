"""CloudFormation stacks as a deployment sees them: what is there, what a template would change, and doing it.

`Stacks` is the port; `cloudformation.py` implements it. What changes about a resource is what CloudFormation's change
set says, never a guess of ours, but where no stack is: there every resource of the template is created, and a change
set would leave an empty stack behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lakectl.deploying import Action, Change, Tell
from lakectl.errors import DeployError, StackBusy
from lakectl.platforms.aws.templates import Template

# A stack in one of these was never used: its creation did not succeed. It can only be deleted.
NEVER_USED = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
# Only a change set of this stack was ever made; creating it goes on from there.
REVIEWED = "REVIEW_IN_PROGRESS"
STUCK = "UPDATE_ROLLBACK_FAILED"


@dataclass(frozen=True)
class Stack:
    """A stack that exists. `updated` is the instant of its last operation, ISO 8601 in UTC."""

    name: str
    id: str
    status: str
    updated: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether its resources are there, so that it is updated and not created."""
        return self.status not in (*NEVER_USED, REVIEWED)


@dataclass(frozen=True)
class ResourceChange:
    """A resource that a change set changes. `properties` are those that differ; `kept` is whether data stay behind."""

    logical_id: str
    type: str  # such as AWS::Glue::Job
    action: Action
    properties: Sequence[str] = ()
    perhaps_replaced: bool = False
    kept: bool = False


class Stacks(Protocol):
    """The stacks of one account and region."""

    def find(self, name: str) -> Stack | None:
        """The stack of that name; None where there is none."""

    def body(self, name: str) -> Mapping[str, Any]:
        """The template that the stack was last deployed with, parsed."""

    def preview(self, stack: Stack, template: Template) -> list[ResourceChange] | None:
        """What the template would change; None where nothing. Leaves nothing behind. Raises DeployError."""

    def put(self, name: str, template: Template, new: bool, tell: Tell) -> None:
        """Creates or updates a stack and follows it to its end. Raises DeployError; then it was rolled back."""

    def delete(self, stack: Stack, tell: Tell) -> None:
        """Deletes a stack and follows it to its end. Raises DeployError."""

    def protect(self, name: str) -> None:
        """Makes deleting the stack an error until somebody switches that off."""

    def drifted(self, stack: Stack) -> list[Change]:
        """Resources that somebody changed or deleted by hand, as far as CloudFormation can tell."""


def check_ready(stack: Stack | None) -> None:
    """Raises StackBusy, DeployError where the stack's state keeps a deployment from beginning."""
    if stack is None or stack.status == REVIEWED:
        return
    check_idle(stack)
    if stack.status == STUCK:
        raise DeployError(
            f"stack {stack.name} is {STUCK}: an update failed, and so did undoing it",
            f"Run `aws cloudformation continue-update-rollback --stack-name {stack.name}`, then deploy again.",
        )
    if stack.status == "DELETE_FAILED":
        raise DeployError(
            f"stack {stack.name} is DELETE_FAILED: a part of it could not be deleted",
            f"Run `aws cloudformation delete-stack --stack-name {stack.name}` again, then deploy.",
        )


def check_idle(stack: Stack) -> None:
    """Raises StackBusy while CloudFormation works on the stack."""
    if stack.status.endswith("_IN_PROGRESS") and stack.status != REVIEWED:
        raise StackBusy(
            f"stack {stack.name} is {stack.status}: another operation is going on",
            "Wait for it to end, and run the command again.",
        )


def resources(body: Mapping[str, Any], parameters: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources that the template makes with these parameters, by logical id."""
    values = {name: given.get("Default", "") for name, given in body.get("Parameters", {}).items()} | dict(parameters)
    for name, resource in body["Resources"].items():
        condition = resource.get("Condition")
        if condition is None or _holds({"Condition": condition}, body.get("Conditions", {}), values):
            yield name, resource


def _holds(expression: Any, conditions: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Whether a condition of the template is true."""
    ((function, given),) = expression.items()
    match function:
        case "Condition":
            return _holds(conditions[given], conditions, values)
        case "Fn::Not":
            return not _holds(given[0], conditions, values)
        case "Fn::And":
            return all(_holds(each, conditions, values) for each in given)
        case "Fn::Or":
            return any(_holds(each, conditions, values) for each in given)
        case _:  # Fn::Equals
            left, right = (
                str(values.get(each["Ref"], each)) if isinstance(each, dict) else str(each) for each in given
            )
            return left == right
