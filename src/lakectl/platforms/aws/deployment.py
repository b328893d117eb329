"""Deploying the lakehouse: compare what is there with what the settings and the project's files ask for, then do it.

Nothing is remembered on this machine. A stack knows the template and the parameters it was made with, and these hold
the keys of the artifacts, which are named by their content: where all are the same there is nothing to do, and finding
that out takes fewer than fifteen calls. The data's stack comes first, since the artifacts go into its bucket.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lakectl.deploying import Change, Finding, Outputs, Plan, Tell
from lakectl.errors import DeployError
from lakectl.platforms.aws import contract_diff, definition, resource_diff
from lakectl.platforms.aws.artifacts import Artifact, Artifacts
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.health import findings
from lakectl.platforms.aws.names import ARTIFACTS, Names
from lakectl.platforms.aws.site import Site, waiting
from lakectl.platforms.aws.stacks import NEVER_USED, ResourceChange, Stack, Stacks, check_idle, check_ready
from lakectl.platforms.aws.templates import Template, app_stack, data_stack

MACHINE = "AWS::StepFunctions::StateMachine"


@dataclass
class Part:
    """One stack: as it is, as it should be, and what is to change; no changes where nothing is to be done."""

    name: str
    stack: Stack | None
    template: Template
    changes: list[Change] = field(default_factory=list)
    touched: Sequence[ResourceChange] = ()

    @property
    def new(self) -> bool:
        """Whether it is created, and not updated."""
        return self.stack is None or not self.stack.works


class AwsDeployment:
    """Implements `deploying.Deployment`. `build` makes the artifacts; `contracts` is the project's own folder or ""."""

    def __init__(
        self, names: Names, stacks: Stacks, site: Site, build: Callable[[], Artifacts], contracts: str = ""
    ) -> None:
        self._names = names
        self._stacks = stacks
        self._site = site
        self._build = build
        self._contracts = contracts

    @cached_property
    def _artifacts(self) -> Artifacts:
        return self._build()

    def plan(self) -> Plan:
        data, app = self._data, self._app
        missing = self._missing
        with translated():  # the lake speaks to AWS by itself
            contracts, waits = list(self._contract_changes()), self._waiting()
        changes = [*data.changes, *app.changes, *self._states(), *contracts, *map(_upload, missing)]
        return Plan(changes, waits, dict(self._basis()))

    def apply(self, plan: Plan, tell: Tell) -> Outputs:
        if plan.changes:
            self._put(self._data, tell)
            if self._missing:
                tell(f"uploading {len(self._missing)} artifacts")
                self._site.upload(self._missing)
            self._put(self._app, tell)
        return self.outputs()

    def drift(self) -> Sequence[Change]:
        found: list[Change] = []
        for name, stack in self._stacks_found.items():
            if stack is None or not stack.works:
                raise DeployError(f"there is no stack {name}", "Run `lakectl deploy`.")
            check_ready(stack)
            found += self._stacks.drifted(stack)
        app = self._stacks_found[self._names.app_stack]
        assert app is not None
        known = {change.name for change in found}
        more = self._site.changed_by_hand(app, self._stacks.body(app.name))
        return [*found, *(change for change in more if change.name not in known)]

    def health(self) -> Sequence[Finding]:
        return list(findings(self._names, self._stacks, self._site))

    def outputs(self) -> Outputs:
        data, app = (self._stacks.find(name) for name in (self._names.data_stack, self._names.app_stack))
        if data is None or app is None:
            missing = self._names.data_stack if data is None else self._names.app_stack
            raise DeployError(f"there is no stack {missing}", "Run `lakectl deploy`.")
        return {
            "bucket": data.outputs["Bucket"],
            "state_machine": app.outputs["StateMachineArn"],
            "topic": app.outputs["TopicArn"],
            "workgroup": app.outputs["WorkGroup"],
            "database": data.outputs["Database"],
            "stacks": [data.name, app.name],
        }

    def destroy(self, tell: Tell) -> Outputs:
        stack = self._stacks.find(self._names.app_stack)
        if stack is not None:
            if running := self._site.running():
                hint = "Wait for it, or stop it with `lakectl -t aws stop`."
                raise DeployError(f"execution {running[0]} is running, and would break", hint)
            check_idle(stack)
            self._stacks.delete(stack, tell)
        data = self._stacks.find(self._names.data_stack)
        return {"stacks": [data.name], **data.outputs} if data else {"stacks": []}

    @cached_property
    def _stacks_found(self) -> Mapping[str, Stack | None]:
        return {name: self._stacks.find(name) for name in (self._names.data_stack, self._names.app_stack)}

    @cached_property
    def _data(self) -> Part:
        part = self._part(self._names.data_stack, data_stack(self._names))
        if part.new and self._site.has_bucket():
            # Says in time what CloudFormation would say after minutes.
            raise DeployError(
                f"the bucket {self._names.bucket} is there already, and no stack of lakectl holds it",
                "Choose another name for targets.aws.bucket; or delete the bucket, if nothing in it is needed.",
            )
        return part

    @cached_property
    def _app(self) -> Part:
        return self._part(self._names.app_stack, app_stack(self._names, self._artifacts.parameters))

    @cached_property
    def _missing(self) -> list[Artifact]:
        if self._data.new:
            return list(self._artifacts.files)
        return self._site.missing(self._artifacts)

    def _part(self, name: str, template: Template) -> Part:
        """Looks at a stack and works out what is to change."""
        stack = self._stacks_found[name]
        part = Part(name, stack, template)
        if part.new:
            part.changes = [_creation(name, stack), *resource_diff.created(_parsed(template), template.parameters)]
            check_ready(None if stack and stack.status in NEVER_USED else stack)
            return part
        assert stack is not None
        check_ready(stack)
        before = self._stacks.body(name)
        if before == _parsed(template) and stack.parameters == template.parameters and stack.tags == template.tags:
            return part
        found = self._stacks.preview(stack, template)
        if found is not None:
            part.touched = found
            after = (_parsed(template), template.parameters)
            part.changes = resource_diff.changed(found, (before, stack.parameters), after)
            part.changes = part.changes or [Change("stack", name, "update", "outputs or parameters")]
        return part

    def _put(self, part: Part, tell: Tell) -> None:
        if not part.changes:
            return
        if part.stack and part.stack.status in NEVER_USED:
            tell(f"deleting stack {part.name}, whose creation had failed")
            self._stacks.delete(part.stack, tell)
        tell(f"{'creating' if part.new else 'updating'} stack {part.name}")
        self._stacks.put(part.name, part.template, part.new, tell)
        if part.new and part.name == self._names.data_stack:
            self._stacks.protect(part.name)

    def _states(self) -> Iterator[Change]:
        """The machine's states that differ, where its resource changes."""
        if any(each.type == MACHINE for each in self._app.touched):
            text = self._definition()
            words = definition.substitutions(self._names, self._parameter("ContractsPrefix"))
            if present := self._site.definition():
                yield from definition.state_changes(present, definition.filled(text, words))

    def _definition(self) -> str:
        key = self._parameter("DefinitionKey")
        return next(artifact.content for artifact in self._artifacts.files if artifact.key == key).decode()

    def _contract_changes(self) -> Iterator[Change]:
        deployed = self._app.stack.parameters.get("ContractsPrefix") if self._app.stack and not self._app.new else None
        if deployed and deployed != self._parameter("ContractsPrefix"):
            before = self._site.lake(f"{self._names.lake}/{deployed}").contracts
            lake = self._site.lake(self._contracts)
            yield from contract_diff.contract_changes(before, lake.contracts, lake.catalog.get)

    def _parameter(self, name: str) -> str:
        return self._artifacts.parameters[name]

    def _waiting(self) -> list[str]:
        if self._data.new:
            return []
        return waiting(self._site.lake(self._contracts))

    def _basis(self) -> Iterator[tuple[str, str]]:
        yield "account", f"{self._names.account} {self._names.target.region}"
        for part in (self._data, self._app):
            stack = part.stack
            yield f"stack {part.name}", f"{stack.id} {stack.status} {stack.updated}" if stack else "none"
            yield f"template {part.name}", hashlib.sha256(part.template.body.encode()).hexdigest()
            for kind, values in (("parameter", part.template.parameters), ("tag", part.template.tags)):
                yield from ((f"{kind} {part.name} {name}", value) for name, value in values.items())


def _creation(name: str, stack: Stack | None) -> Change:
    if stack and stack.status in NEVER_USED:
        return Change("stack", name, "replace", "its creation failed, it was never used: it is deleted and made again")
    return Change("stack", name, "create")


def _upload(artifact: Artifact) -> Change:
    kind, _, name = artifact.key.removeprefix(ARTIFACTS).split("/", 2)
    return Change("artifact", name, "create", f"{kind}: {artifact.key}")


def _parsed(template: Template) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = json.loads(template.body)
    return parsed
