"""What happens to a stack while CloudFormation works on it, and which failure came first.

When one resource fails, CloudFormation cancels the others and undoes what it did, so the last words of a stack's
history say little. The first failure that is no cancellation is the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lakectl.deploying import Tell
from lakectl.errors import DeployError

_STACK = "AWS::CloudFormation::Stack"
_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE")
_ENDS = (
    *_GOOD,
    "ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
    "DELETE_FAILED",
)
_DENIED = re.compile(r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?: on resource:? (?P<resource>\S+))?")
_POINTS_ELSEWHERE = "DescribeEvents"

Event = Mapping[str, Any]  # of DescribeStackEvents


def newest(client: Any, stack: str) -> str:
    """The id of a stack's newest event; empty where it has none any more: CloudFormation keeps them for 90 days."""
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    return str(events[0]["EventId"]) if events else ""


def follow(client: Any, stack: str, after: str, tell: Tell, pauses: Iterable[None]) -> None:
    """Tells what happens after the event `after` until the operation ends. Raises DeployError where it failed."""
    heard: list[Event] = []
    for _ in pauses:
        news = _since(client, stack, heard[-1]["EventId"] if heard else after)
        heard += news
        for event in news:
            if line := told(event):
                tell(line)
        if heard and _is_end(heard[-1]):
            break
    if heard[-1]["ResourceStatus"] not in _GOOD:
        raise failure(client, heard)


def told(event: Event) -> str:
    """The line about an event: what is done with a resource, and why where it went wrong; empty for a beginning."""
    status = event["ResourceStatus"]
    if status.endswith("_IN_PROGRESS") and not _is_rollback(event):
        return ""
    kind = event["ResourceType"].removeprefix("AWS::")
    reason = f": {event['ResourceStatusReason']}" if status.endswith("_FAILED") and _reason(event) else ""
    return f"{status.replace('_', ' ').lower()} {kind} {event['LogicalResourceId']}{reason}"


def first_failure(events: Sequence[Event]) -> Event | None:
    """The event, of those in the order they happened, that made the operation fail."""
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    causes = [event for event in failed if "cancelled" not in _reason(event)]
    of_resources = [event for event in causes if event["ResourceType"] != _STACK]
    return next(iter([*of_resources, *causes, *failed]), None)


def failure(client: Any, events: Sequence[Event]) -> DeployError:
    """What to raise for an operation with these events, which ended badly."""
    end = events[-1]
    name, status = end["StackName"], end["ResourceStatus"]
    cause = first_failure(events)
    if cause is None:
        return DeployError(f"stack {name} ended {status}: {_reason(end)}", _hint(status, ""))
    reason = validation_faults(client, cause["StackId"], _reason(cause))
    what = f"{cause['LogicalResourceId']} ({cause['ResourceType']})" if cause["ResourceType"] != _STACK else "it"
    return DeployError(f"stack {name}: {what} failed first: {reason}", _hint(status, reason))


def validation_faults(client: Any, where: str, reason: str) -> str:
    """The reason itself, or where it only points to DescribeEvents, what is said there. `where`: a stack's or change
    set's ARN."""
    if _POINTS_ELSEWHERE not in reason:
        return reason
    kind = "ChangeSetName" if ":changeSet/" in where else "StackName"
    events = client.describe_events(**{kind: where}, Filters={"FailedEvents": True})["OperationEvents"]
    faults = [
        f"{event.get('LogicalResourceId', '')}: {event['ValidationStatusReason']}"
        for event in events
        if event.get("ValidationStatusReason")
    ]
    return "; ".join(faults) or reason


def _since(client: Any, stack: str, after: str) -> list[Event]:
    """The events after that one, oldest first. CloudFormation gives them newest first, in pages."""
    news: list[Event] = []
    for page in client.get_paginator("describe_stack_events").paginate(StackName=stack):
        for event in page["StackEvents"]:
            if event["EventId"] == after:
                return news[::-1]
            news.append(event)
    return news[::-1]


def _is_end(event: Event) -> bool:
    return event["PhysicalResourceId"] == event["StackId"] and event["ResourceStatus"] in _ENDS


def _is_rollback(event: Event) -> bool:
    return event["ResourceType"] == _STACK and "ROLLBACK" in event["ResourceStatus"]


def _reason(event: Event) -> str:
    return str(event.get("ResourceStatusReason", ""))


def _hint(status: str, reason: str) -> str:
    if denied := _DENIED.search(reason):
        on = f" on {denied['resource']}" if denied["resource"] else ""
        return f"Allow {denied['action']}{on} to whoever deploys, and run it again."
    match status:
        case "UPDATE_ROLLBACK_COMPLETE":
            return "What was there before is back and works. Correct the cause, and run `lakectl deploy` again."
        case "ROLLBACK_COMPLETE":
            return "What was made is deleted again. Correct the cause, and run `lakectl deploy` again."
        case "DELETE_FAILED":
            return "Remove the cause, and run the command again."
        case _:
            return "Undoing it failed, too: look at the stack in the CloudFormation console."
