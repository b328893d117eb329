"""Update-only mode: bring the scripts and the state machine of a lakehouse that was built by hand up to date.

No stack is looked at or made. The scripts go under the prefix that the account's jobs read them from, with their own
names; the definition's placeholders become the names that the account has, as the tables of `[targets.aws.existing]`
give them. A machine's running executions keep the definition they started with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lakectl import assets
from lakectl.deploying import Change, Finding, Outputs, Plan, Tell
from lakectl.errors import DeployError, UsageError
from lakectl.platforms.aws import definition
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.names import MACHINE, Names
from lakectl.settings import Existing

PARTS = ("scripts", "state-machine")
_DEFINITION = f"{MACHINE}.asl.json"


@dataclass(frozen=True)
class Script:
    """A job script, where it goes, and what is there now."""

    name: str
    key: str
    content: bytes
    present: bytes | None

    @property
    def changes(self) -> bool:
        return self.content != self.present


class ExistingDeployment:
    """Implements `deploying.Deployment` for the parts asked for. `client` gives a boto3 client by service."""

    def __init__(
        self, project: Path, existing: Existing, names: Names, client: Callable[[str], Any], parts: Collection[str]
    ) -> None:
        self._project = project
        self._existing = existing
        self._names = names
        self._client = client
        self._parts = parts

    def plan(self) -> Plan:
        scripts = [_script_change(script) for script in self._scripts if script.changes]
        basis = {f"script {script.name}": _digest(script.content, script.present or b"") for script in self._scripts}
        if self._machine:
            before, after = self._machine
            basis["state machine"] = _digest(before.encode(), after.encode())
        return Plan([*scripts, *self._state_changes], [], {"machine": self._existing.state_machine_arn, **basis})

    def apply(self, plan: Plan, tell: Tell) -> Outputs:
        for script in self._scripts if plan.changes else []:
            if script.changes:
                tell(f"uploading {script.key}")
                with translated():
                    self._client("s3").put_object(Bucket=self._existing.bucket, Key=script.key, Body=script.content)
        version = self._publish(tell) if self._state_changes else ""
        return {**self.outputs(), **({"version": version} if version else {})}

    def drift(self) -> Sequence[Change]:
        raise UsageError("a lakehouse without stacks has no drift", "Look at `lakectl deploy --only ... --plan`.")

    def health(self) -> Sequence[Finding]:
        plan = self.plan()
        return [
            Finding("scripts and state machine", not plan.changes, f"{len(plan.changes)} differ from the project's")
        ]

    def outputs(self) -> Outputs:
        where = self._existing
        return {"bucket": where.bucket, "scripts": where.scripts_prefix, "state_machine": where.state_machine_arn}

    def destroy(self, tell: Tell) -> Outputs:  # noqa: ARG002 - the port's
        raise UsageError("lakectl did not make this lakehouse, and does not take it down", "Leave --only out.")

    @cached_property
    def _scripts(self) -> list[Script]:
        if "scripts" not in self._parts:
            return []
        found = [assets.find("glue_jobs", f"{name}.py", self._project) for name in self._script_names]
        prefix = self._existing.scripts_prefix.strip("/")
        keys = [f"{prefix}/{path.name}".lstrip("/") for path in found]
        return [
            Script(path.name, key, path.read_bytes(), self._object(key)) for path, key in zip(found, keys, strict=True)
        ]

    @property
    def _script_names(self) -> list[str]:
        return assets.stems("glue_jobs", self._project)

    @cached_property
    def _machine(self) -> tuple[str, str] | None:
        """The definition as it is and as it should be; None where the machine is not asked for."""
        if "state-machine" not in self._parts:
            return None
        text = assets.find("state_machine", _DEFINITION, self._project).read_text(encoding="utf-8")
        words = self._words(definition.placeholders(text))
        arn = self._existing.state_machine_arn
        machines = self._client("stepfunctions")
        with translated():
            try:
                present = machines.describe_state_machine(stateMachineArn=arn)["definition"]
            except machines.exceptions.StateMachineDoesNotExist as error:
                hint = "Correct targets.aws.existing.state_machine_arn."
                raise DeployError(f"there is no state machine {arn}", hint) from error
        return present, definition.filled(text, words)

    @cached_property
    def _state_changes(self) -> list[Change]:
        return definition.state_changes(*self._machine) if self._machine else []

    def _words(self, asked: set[str]) -> Mapping[str, str]:
        """What the placeholders become. Raises UsageError with every name that the tables lack."""
        existing = self._existing
        jobs = {f"job_{name}": given for name, given in existing.jobs.items()}
        words = {
            **definition.settings(self._names.target, self._names),
            "lake": f"s3://{existing.bucket}",
            "contracts": "",
            "machine": existing.state_machine_arn,
            "topic": "",
            **existing.functions,
            **jobs,
        }
        if missing := sorted(asked - words.keys()):
            raise UsageError(f"the state machine needs {_listed(missing)}", "Name each in its table in lakectl.toml.")
        return words

    def _object(self, key: str) -> bytes | None:
        s3 = self._client("s3")
        with translated():
            try:
                return bytes(s3.get_object(Bucket=self._existing.bucket, Key=key)["Body"].read())
            except s3.exceptions.NoSuchKey:
                return None

    def _publish(self, tell: Tell) -> str:
        assert self._machine is not None
        tell(f"updating state machine {self._existing.state_machine_arn}")
        with translated():
            updated = self._client("stepfunctions").update_state_machine(
                stateMachineArn=self._existing.state_machine_arn,
                definition=self._machine[1],
                publish=True,
                versionDescription="deployed by lakectl",
            )
        return str(updated["stateMachineVersionArn"])


def _listed(missing: Sequence[str]) -> str:
    """The missing names under the tables they belong to."""
    jobs = [name.removeprefix("job_") for name in missing if name.startswith("job_")]
    functions = [name for name in missing if not name.startswith("job_")]
    tables = {"targets.aws.existing.functions": functions, "targets.aws.existing.jobs": jobs}
    return "; ".join(f"{', '.join(names)} in {table}" for table, names in tables.items() if names)


def _script_change(script: Script) -> Change:
    return Change("artifact", script.name, "create" if script.present is None else "update", script.key)


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
