"""Both stacks in the emulator, by themselves: every option on and off, versions of the machine, what a deletion leaves.

The artifacts are dummies; `test_deploy` has the command and the real ones.
"""

from __future__ import annotations

import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from tests.unit.aws.shop import ARTIFACTS, FULL, PLAIN, REGION

from lakectl import assets
from lakectl.errors import DeployError
from lakectl.platforms.aws.cloudformation import CloudFormationStacks
from lakectl.platforms.aws.names import FUNCTIONS, Names
from lakectl.platforms.aws.templates import app_stack, data_stack
from lakectl.settings import AwsTarget

REVISED = {**ARTIFACTS, "DefinitionKey": "lakehouse/artifacts/machine/5/lakehouse_etl_flow.asl.json"}


class Place:
    """An account of the emulator's that nobody else uses, with a bucket of its own."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.account = f"{secrets.randbelow(10**12):012}"
        self.bucket = f"lake-{secrets.token_hex(4)}"
        self.stacks = CloudFormationStacks(self.client("cloudformation"))

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="secret",
        )

    def names(self, target: AwsTarget) -> Names:
        return Names(replace(target, bucket=self.bucket), self.account)

    def put(self, target: AwsTarget, artifacts: Mapping[str, str] = ARTIFACTS) -> Names:
        """Brings both stacks to what the target says."""
        names = self.names(target)
        self.stacks.put(names.data_stack, data_stack(names), self.stacks.find(names.data_stack) is None, print)
        self.upload(artifacts)
        self.put_app(names, artifacts)
        return names

    def put_app(self, names: Names, artifacts: Mapping[str, str]) -> None:
        template = app_stack(names, artifacts)
        self.stacks.put(names.app_stack, template, self.stacks.find(names.app_stack) is None, print)

    def upload(self, artifacts: Mapping[str, str]) -> None:
        definition = json.loads(assets.find("state_machine", "lakehouse_etl_flow.asl.json").read_text())
        definition["Comment"] = artifacts["DefinitionKey"]  # another definition under every key
        s3 = self.client("s3")
        s3.put_object(Bucket=self.bucket, Key=artifacts["LambdaKey"], Body=functions())
        s3.put_object(Bucket=self.bucket, Key=artifacts["DefinitionKey"], Body=json.dumps(definition).encode())

    def status(self) -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in found}

    def versions(self, names: Names) -> tuple[set[str], str]:
        """The numbers of the machine's versions, and of the one that is live."""
        states = self.client("stepfunctions")
        listed = states.list_state_machine_versions(stateMachineArn=names.machine_arn)["stateMachineVersions"]
        (live,) = states.describe_state_machine_alias(stateMachineAliasArn=names.alias_arn)["routingConfiguration"]
        number = live["stateMachineVersionArn"].rpartition(":")[2]
        return {one["stateMachineVersionArn"].rpartition(":")[2] for one in listed}, number


def functions() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in FUNCTIONS:
            archive.writestr(f"{name}.py", "def handler(event, context):\n    return {}\n")
    return written.getvalue()


@pytest.fixture
def place(emulator: str) -> Place:
    return Place(emulator)


def test_every_option_can_be_put_on_and_off_again(place: Place) -> None:
    for target in (PLAIN, FULL, PLAIN, FULL):
        names = place.put(target)
        assert set(place.status().values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        asked = target is FULL
        triggers = [trigger["Name"] for trigger in place.client("glue").get_triggers()["Triggers"]]
        assert triggers == ([names.job("optimize_tables")] if asked else [])
        subscribed = place.client("sns").list_subscriptions_by_topic(TopicArn=names.topic_arn)["Subscriptions"]
        assert [one["Endpoint"] for one in subscribed] == ([target.email] if asked else [])
        groups = place.client("logs").describe_log_groups(logGroupNamePrefix=names.machine_logs)["logGroups"]
        assert [group["retentionInDays"] for group in groups] == [60 if asked else 30]
        job = place.client("glue").get_job(JobName=names.job("etl_orders"))["Job"]
        assert (job["WorkerType"], int(job["NumberOfWorkers"])) == (target.worker_type, target.workers)
    assert place.client("dynamodb").list_tables()["TableNames"] == [names.state_table]


def test_a_new_definition_is_a_new_live_version_and_the_old_one_stays(place: Place) -> None:
    names = place.put(PLAIN)
    assert place.versions(names) == ({"1"}, "1")

    place.put(PLAIN, REVISED)
    assert place.versions(names) == ({"1", "2"}, "2")

    place.put(replace(PLAIN, quiet_seconds=3), REVISED)
    assert place.versions(names) == ({"1", "2", "3"}, "3")

    place.put(replace(PLAIN, quiet_seconds=3, workers=9), REVISED)  # is no matter of the machine's
    assert place.versions(names) == ({"1", "2", "3"}, "3")


def test_every_name_in_the_definition_is_filled_in(place: Place) -> None:
    names = place.put(FULL)
    machine = place.client("stepfunctions").describe_state_machine(stateMachineArn=names.machine_arn)

    assert "${" not in machine["definition"]
    assert f":function:{names.function('plan_run')}" in machine["definition"]
    assert machine["type"] == "STANDARD"


def test_a_failed_deployment_leaves_the_live_version_as_it_is(place: Place) -> None:
    names = place.put(PLAIN)

    with pytest.raises(DeployError, match="Machine"):
        place.put_app(names, {**ARTIFACTS, "DefinitionKey": "lakehouse/artifacts/machine/0/not-there.json"})

    assert place.status()[names.app_stack] == "UPDATE_ROLLBACK_COMPLETE"
    assert place.versions(names) == ({"1"}, "1")


def test_deleting_the_stacks_leaves_the_data(place: Place) -> None:
    names = place.put(FULL)
    for name in (names.app_stack, names.data_stack):
        stack = place.stacks.find(name)
        assert stack is not None
        place.stacks.delete(stack, print)

    assert place.bucket in {bucket["Name"] for bucket in place.client("s3").list_buckets()["Buckets"]}
    assert place.client("dynamodb").list_tables()["TableNames"] == [names.state_table]
    assert [one["Name"] for one in place.client("glue").get_databases()["DatabaseList"]] == [names.database]
    assert place.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert place.client("glue").get_jobs()["Jobs"] == []
