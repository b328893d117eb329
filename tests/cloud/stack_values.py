"""A template with its parameters filled in: what CloudFormation would make of it, without asking CloudFormation.

For tests that hold policies, names and arguments against what they should be. A function or resource type that is not
known here is an error, so that nothing is compared that was not resolved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NOTHING = object()  # what AWS::NoValue leaves behind
_NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Glue::Job": "Name",
    "AWS::Glue::Trigger": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::Events::Rule": "Name",
}
_ARNS = {
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::Events::Rule": "events:{region}:{account}:rule/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::StepFunctions::StateMachine": "states:{region}:{account}:stateMachine:{name}",
}
_NAMES_OF_ARNS = {"AWS::SNS::Topic": "TopicName", "AWS::StepFunctions::StateMachine": "StateMachineName"}


class StackValues:
    """The values in one template, deployed with these parameters in this account and region."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str], account: str, region: str) -> None:
        self._template = template
        self._place = {"account": account, "region": region}
        self._known: dict[str, Any] = {
            **parameters,
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::Partition": "aws",
            "AWS::NoValue": _NOTHING,
        }

    def resources(self, type_: str = "") -> dict[str, dict[str, Any]]:
        """The resources (of a type) whose conditions hold, by logical id, with resolved properties."""
        return {
            name: {**resource, "Properties": self.value(resource["Properties"])}
            for name, resource in self._template["Resources"].items()
            if type_ in ("", resource["Type"]) and self._holds(resource.get("Condition"))
        }

    def properties(self, type_: str) -> list[dict[str, Any]]:
        """The properties of all resources of a type."""
        return [resource["Properties"] for resource in self.resources(type_).values()]

    def value(self, raw: Any) -> Any:
        """Any part of the template, resolved."""
        if isinstance(raw, list):
            return [found for item in raw if (found := self.value(item)) is not _NOTHING]
        if not isinstance(raw, dict):
            return raw
        if len(raw) == 1 and (name := next(iter(raw))) in {"Ref", "Condition"} | {k for k in raw if k[:4] == "Fn::"}:
            return self._call(name, raw[name])
        values = {key: self.value(item) for key, item in raw.items()}
        return {key: item for key, item in values.items() if item is not _NOTHING}

    def _call(self, function: str, given: Any) -> Any:
        match function:
            case "Ref":
                return self._known[given] if given in self._known else self._ref(given)
            case "Condition":
                return self._holds(given)
            case "Fn::GetAtt":
                return self._attribute(*given)
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._substitute(found[1]), given)
            case "Fn::If":
                return self.value(given[1] if self._holds(given[0]) else given[2])
            case "Fn::Equals":
                return self.value(given[0]) == self.value(given[1])
            case "Fn::Not":
                return not self.value(given[0])
            case "Fn::And":
                return all(map(self.value, given))
        raise NotImplementedError(f"{function}: {given}")

    def _holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.value(self._template["Conditions"][condition]))

    def _substitute(self, name: str) -> str:
        return str(self._attribute(*name.split(".")) if "." in name else self._call("Ref", name))

    def _ref(self, resource: str) -> str:
        type_ = self._template["Resources"][resource]["Type"]
        if type_ == "AWS::StepFunctions::StateMachineAlias":
            return f"{self._ref('Machine')}:{self._property(resource, 'Name')}"
        if type_ == "AWS::StepFunctions::StateMachineVersion":
            return f"{self._ref('Machine')}:1"
        if type_ == "AWS::Glue::Database":
            return str(self._property(resource, "DatabaseInput")["Name"])
        return str(self._property(resource, _NAMES[type_])) if type_ in _NAMES else self._attribute(resource, "Arn")

    def _attribute(self, resource: str, attribute: str) -> str:
        if attribute == "StateMachineRevisionId":
            return "INITIAL"
        type_ = self._template["Resources"][resource]["Type"]
        if attribute == "QueueName":
            return str(self._property(resource, attribute))
        assert attribute == "Arn", attribute
        name = self._property(resource, (_NAMES_OF_ARNS | _NAMES)[type_])
        return f"arn:aws:{_ARNS[type_].format(name=name, **self._place)}"

    def _property(self, resource: str, name: str) -> Any:
        return self.value(self._template["Resources"][resource]["Properties"][name])
