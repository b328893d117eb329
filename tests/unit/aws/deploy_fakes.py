"""An account in memory: stacks that change as they are told, and a bucket that holds what is uploaded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from lakectl.deploying import Change
from lakectl.errors import DeployError
from lakectl.platforms.aws import definition
from lakectl.platforms.aws.deployment import AwsDeployment
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.stacks import ResourceChange, Stack
from lakectl.settings import AwsTarget
from lakehouse.lake import open_lake

ACCOUNT = "123456789012"
TARGET = AwsTarget("shop-lake", "eu-central-1", prefix="shop")
OUTPUTS = {
    "shop-data": {"Bucket": "shop-lake", "Database": "ecom_catalog"},
    "shop-app": {"StateMachineArn": "arn:machine", "TopicArn": "arn:topic", "WorkGroup": "shop"},
}


class MemoryStacks:
    """Implements `stacks.Stacks`; `asked` is every call that was made, and `broken` the stacks that fail."""

    def __init__(self):
        self.stacks = {}
        self.bodies = {}
        self.asked = []
        self.previews = {}
        self.broken = {}
        self.by_hand = []

    def find(self, name):
        self.asked.append(f"find {name}")
        return self.stacks.get(name)

    def body(self, name):
        self.asked.append(f"body {name}")
        return self.bodies[name]

    def preview(self, stack, template):
        self.asked.append(f"preview {stack.name}")
        return self.previews.get(stack.name, [])

    def put(self, name, template, new, tell):
        self.asked.append(f"{'create' if new else 'update'} {name}")
        if name in self.broken:
            raise self.broken[name]
        number = str(len(self.asked))
        done = "CREATE_COMPLETE" if new else "UPDATE_COMPLETE"
        self.stacks[name] = Stack(name, f"id {name}", done, number, template.parameters, template.tags, OUTPUTS[name])
        self.bodies[name] = json.loads(template.body)

    def delete(self, stack, tell):
        self.asked.append(f"delete {stack.name}")
        del self.stacks[stack.name]

    def protect(self, name):
        self.asked.append(f"protect {name}")

    def drifted(self, stack):
        return [change for change in self.by_hand if change.name.startswith(stack.name)]

    def now(self, name, status):
        """Puts a stack into a state."""
        found = self.stacks.get(name, Stack(name, f"id {name}", "", "0"))
        self.stacks[name] = replace(found, status=status)

    @property
    def changing(self):
        """What was asked of them beyond looking."""
        return [each for each in self.asked if not each.startswith(("find", "body", "preview"))]


class MemorySite:
    """Implements `site.Site`; the lake is a directory."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.bucket = False
        self.keys = set()
        self.machine = ""
        self.executions = []
        self.code_by_hand = []
        self.dead_letters = 0
        self.contracts = {}

    def has_bucket(self):
        return self.bucket

    def missing(self, artifacts):
        return [artifact for artifact in artifacts.files if artifact.key not in self.keys]

    def upload(self, artifacts):
        self.keys |= {artifact.key for artifact in artifacts}

    def definition(self):
        return self.machine

    def running(self):
        return self.executions

    def undelivered(self):
        return self.dead_letters

    def changed_by_hand(self, stack, body):
        return self.code_by_hand

    def lake(self, contracts):
        contracts = self.contracts.get(contracts.partition("shop-lake/")[2], contracts)
        return open_lake({"root": str(self.folder), "contracts": str(contracts)})


class Account:
    """One account, and deployments to it, each as a command opens it."""

    def __init__(self, folder: Path, build):
        self.stacks, self.site, self.build = MemoryStacks(), MemorySite(folder), build

    def deployment(self, target=TARGET, contracts=""):
        self.stacks.asked.clear()
        return AwsDeployment(Names(target, ACCOUNT), self.stacks, self.site, self.build, contracts)

    def deploy(self, **given):
        """Plans and applies; returns what was told."""
        told = []
        deployment = self.deployment(**given)
        deployment.apply(deployment.plan(), told.append)
        return told


def failed(message):
    return DeployError(message, "Correct it.")


def job_changed(name):
    return ResourceChange(name, "AWS::Glue::Job", "update", ("Command",))


def machine_changed():
    return ResourceChange("Machine", "AWS::StepFunctions::StateMachine", "update", ("DefinitionS3Location",))


def definition_of(text, prefix):
    """What Step Functions has once this text is deployed."""
    return definition.filled(text, definition.substitutions(Names(TARGET, ACCOUNT), prefix))


def by_hand(name):
    return Change("resource", name, "update", "by hand")
