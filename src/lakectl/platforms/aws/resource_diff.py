"""What changes about a stack's resources, in words: of a Glue job its script and its arguments, one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lakectl.deploying import Change, Kind
from lakectl.platforms.aws.stacks import ResourceChange, resources

JOB = "AWS::Glue::Job"
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9:]+)")


def created(body: Mapping[str, Any], parameters: Mapping[str, str]) -> list[Change]:
    """Every resource that a template makes where no stack is."""
    return [
        Change(_kind(resource["Type"]), name, "create", resource["Type"])
        for name, resource in resources(body, parameters)
    ]


def changed(
    changes: Sequence[ResourceChange],
    before: tuple[Mapping[str, Any], Mapping[str, str]],
    after: tuple[Mapping[str, Any], Mapping[str, str]],
) -> list[Change]:
    """A change set's changes. `before` and `after` are the template, parsed, and its parameters."""
    return [Change(_kind(each.type), each.logical_id, each.action, _detail(each, before, after)) for each in changes]


def _kind(type_: str) -> Kind:
    return "job" if type_ == JOB else "resource"


def _detail(
    change: ResourceChange,
    before: tuple[Mapping[str, Any], Mapping[str, str]],
    after: tuple[Mapping[str, Any], Mapping[str, str]],
) -> str:
    said = list(change.properties)
    if change.type == JOB and change.action == "update":
        said = list(_job_parts(change, before, after))
    words = f"{change.type}: {', '.join(said)}" if said else change.type
    if change.perhaps_replaced:
        words += "; perhaps replaced"
    return f"{words}; the old one is kept" if change.kept else words


def _job_parts(
    change: ResourceChange,
    before: tuple[Mapping[str, Any], Mapping[str, str]],
    after: tuple[Mapping[str, Any], Mapping[str, str]],
) -> Iterator[str]:
    """`script` for the command, each argument that differs by its name, and other properties by theirs."""
    for name in change.properties:
        match name:
            case "Command":
                yield "script"
            case "DefaultArguments":
                yield from _arguments(change.logical_id, before, after)
            case _:
                yield name


def _arguments(
    job: str, before: tuple[Mapping[str, Any], Mapping[str, str]], after: tuple[Mapping[str, Any], Mapping[str, str]]
) -> list[str]:
    """The job's arguments that differ, or that are made with a parameter that does."""
    moved = {name for name in {*before[1], *after[1]} if before[1].get(name) != after[1].get(name)}
    old, new = (_job_arguments(body, job) for body, _ in (before, after))
    conditions = after[0].get("Conditions", {})
    return sorted(
        name
        for name in {*old, *new}
        if old.get(name) != new.get(name) or moved & set(_references(new.get(name), conditions))
    )


def _job_arguments(body: Mapping[str, Any], job: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = body["Resources"].get(job, {}).get("Properties", {}).get("DefaultArguments", {})
    return found


def _references(value: Any, conditions: Mapping[str, Any]) -> Iterator[str]:
    """The names of the parameters that an expression of a template is made with."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from _SUBSTITUTED.findall(text)
        case {"Fn::If": [str(condition), *branches]}:
            yield from _references(conditions.get(condition), conditions)
            yield from _references(branches, conditions)
        case dict():
            for each in value.values():
                yield from _references(each, conditions)
        case list():
            for each in value:
                yield from _references(each, conditions)
        case str():
            yield from _SUBSTITUTED.findall(value)
