"""The two CloudFormation stacks of a lakehouse: their templates, and the settings put into words that these take.

`data.yaml` and `app.yaml` are written for people: with comments, and with merge keys where resources are alike.
CloudFormation is sent the same as JSON, small enough to travel inside the request, so that a plan uploads nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lakectl.errors import UsageError
from lakectl.platforms.aws.names import Names

MAX_BYTES = 51_200  # of a template inside a request
CAPABILITIES = ("CAPABILITY_NAMED_IAM",)  # the app stack has roles, with names

# CloudWatch keeps logs for one of these numbers of days.
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


@dataclass(frozen=True)
class Template:
    """What CreateChangeSet is given of a stack."""

    body: str  # JSON
    parameters: Mapping[str, str]
    tags: Mapping[str, str]  # CloudFormation puts them on every resource that takes tags


def data_stack(names: Names) -> Template:
    """The stack `names.data_stack`. Outputs: Bucket, Database."""
    target = names.target
    parameters = {
        "Prefix": target.prefix,
        "Bucket": names.bucket,
        "Database": names.database,
        "KmsKey": target.kms_key,
        "StateTable": "true" if uses_state_table(names) else "false",
    }
    return Template(_body("data.yaml"), parameters, target.tags)


def app_stack(names: Names, artifacts: Mapping[str, str]) -> Template:
    """The stack `names.app_stack`, given the keys of the artifacts in the bucket, by parameter.

    Outputs: StateMachineArn, StateMachineAliasArn, TopicArn, WorkGroup. Raises UsageError for a setting out of range.
    """
    keys = dict(artifacts)
    modules = [f"{names.lake}/{key}" for key in keys.pop("ModulesKeys").split(",")]
    parameters = {**_settings(names), **keys, "Modules": ",".join(modules)}
    return Template(_body("app.yaml"), parameters, names.target.tags)


def uses_state_table(names: Names) -> bool:
    """Whether markers or locks are in DynamoDB."""
    return "dynamodb" in {names.target.markers, names.target.lock}


def _settings(names: Names) -> dict[str, str]:
    target = names.target
    return {
        "Prefix": target.prefix,
        "Bucket": names.bucket,
        "Database": names.database,
        "Markers": names.backends["markers"],
        "Lock": names.backends["lock"],
        "QuietSeconds": str(target.quiet_seconds),
        "LambdaBytes": str(target.lambda_megabytes * 2**20),
        "Architecture": target.architecture,
        "WorkerType": target.worker_type,
        "Workers": str(target.workers),
        "JobMinutes": str(target.job_minutes),
        "OptimizeSchedule": target.optimize_schedule,
        "Email": target.email,
        "KmsKey": target.kms_key,
        "PermissionsBoundary": target.permissions_boundary,
        "ScanLimitBytes": str(target.scan_limit_gigabytes * 10**9),
        "LogDays": str(_retention(target.log_days)),
    }


def _retention(days: int) -> int:
    """The shortest retention that CloudWatch has and that keeps logs for that long."""
    for retention in _RETENTIONS:
        if retention >= days:
            return retention
    raise UsageError(f"targets.aws.log_days is {days}", f"CloudWatch keeps logs for {_RETENTIONS[-1]} days at most.")


@cache
def _body(name: str) -> str:
    return json.dumps(load(name), separators=(",", ":"), sort_keys=True)


def load(name: str) -> dict[str, Any]:
    """A template as CloudFormation knows it: merge keys merged, tags such as `!Ref` in their long form."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    template: dict[str, Any] = yaml.load(text, _Loader)
    return template


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's YAML."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    raise yaml.constructor.ConstructorError(None, None, f"!{suffix} takes a text or a list", node.start_mark)


_Loader.add_multi_constructor("!", _tagged)
