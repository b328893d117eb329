"""What was changed by hand where CloudFormation does not look: a function's code, a job's script and arguments, states.

CloudFormation's own detection compares properties that it can read back. Code and definitions it only ever writes, and
jobs it may not check at all. These are compared here with what the deployed template, parameters and artifacts say.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lakectl.deploying import Change
from lakectl.platforms.aws.definition import filled, state_changes, substitutions
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.stacks import Stack, resources

_SUBSTITUTED = re.compile(r"\$\{([\w:]+)\}")
_COMPARED = ("DefaultArguments", "WorkerType", "NumberOfWorkers", "Timeout")
# A state machine's placeholder -> the parameter that it was deployed with.
_SETTINGS = {"markers": "Markers", "lock": "Lock", "quiet_seconds": "QuietSeconds", "lambda_bytes": "LambdaBytes"}

Client = Callable[[str], Any]


def changed_by_hand(names: Names, stack: Stack, body: Mapping[str, Any], client: Client) -> Iterator[Change]:
    """Functions, jobs and states that are not as the app stack was deployed. What is deleted CloudFormation tells."""
    values = {**stack.parameters, **_surroundings(names)}
    code = _code(names, stack, client)
    for logical_id, resource in resources(body, stack.parameters):
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Lambda::Function":
                name = str(_resolved(properties["FunctionName"], values))
                found = _present(client("lambda").get_function_configuration, FunctionName=name)
                if found and found["CodeSha256"] != code:
                    yield Change("resource", logical_id, "update", "AWS::Lambda::Function: code")
            case "AWS::Glue::Job":
                name = str(_resolved(properties["Name"], values))
                found = _present(client("glue").get_job, JobName=name)
                if found and (parts := list(_job_parts(_resolved(properties, values), found["Job"]))):
                    yield Change("job", logical_id, "update", f"AWS::Glue::Job: {', '.join(parts)}")
    yield from _states(names, stack, client)


def _states(names: Names, stack: Stack, client: Client) -> Iterator[Change]:
    deployed = stack.parameters
    words = substitutions(names, deployed["ContractsPrefix"]) | {
        word: deployed[parameter] for word, parameter in _SETTINGS.items()
    }
    found = _present(client("stepfunctions").describe_state_machine, stateMachineArn=names.machine_arn)
    if found:
        text = _object(names, deployed["DefinitionKey"], client).decode()
        yield from state_changes(filled(text, words), found["definition"])


def _job_parts(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Iterator[str]:
    if wanted["Command"]["ScriptLocation"] != present["Command"].get("ScriptLocation"):
        yield "script"
    for name in _COMPARED:
        if name == "DefaultArguments":
            before, after = wanted.get(name, {}), present.get(name, {})
            yield from sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        elif name in wanted and str(wanted[name]) != str(present.get(name)):
            yield name


def _code(names: Names, stack: Stack, client: Client) -> str:
    """The hash of the functions' zip, as Lambda tells it."""
    content = _object(names, stack.parameters["LambdaKey"], client)
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _object(names: Names, key: str, client: Client) -> bytes:
    return bytes(client("s3").get_object(Bucket=names.bucket, Key=key)["Body"].read())


def _present(ask: Callable[..., Any], **whom: str) -> Any:
    """What is there; None where it was deleted."""
    try:
        return ask(**whom)
    except ClientError as error:
        missing = ("ResourceNotFoundException", "EntityNotFoundException", "StateMachineDoesNotExist")
        if error.response["Error"]["Code"] in missing:
            return None
        raise


def _surroundings(names: Names) -> dict[str, str]:
    return {
        "AWS::Region": names.target.region,
        "AWS::AccountId": names.account,
        "AWS::Partition": names.partition,
    }


def _resolved(value: Any, values: Mapping[str, str]) -> Any:
    """An expression of a template with its parameters filled in; what else it refers to stays as it is."""
    match value:
        case {"Ref": str(name)} if name in values:
            return values[name]
        case {"Fn::Sub": str(text)}:
            return _SUBSTITUTED.sub(lambda found: values.get(found[1], found[0]), text)
        case dict():
            return {key: _resolved(each, values) for key, each in value.items()}
        case _:
            return value
