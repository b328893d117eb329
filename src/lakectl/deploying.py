"""What a deployment is, whoever carries it out: a plan that is shown, saved and consumed, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from lakectl.errors import UsageError

Action = Literal["create", "update", "replace", "delete"]
Kind = Literal["stack", "resource", "job", "state", "contract", "artifact"]
VERSION = 1


@dataclass(frozen=True)
class Change:
    """One thing that a deployment changes. `detail` says in a few words what of it, and what that breaks."""

    kind: Kind
    name: str
    action: Action
    detail: str = ""


@dataclass(frozen=True)
class Plan:
    """What a deployment would do. `waiting`: uploads that the next run will load, whatever is deployed.

    `basis` is what the plan was made from: a part's name (a template, a parameter, a stack) -> what stands for its
    content or state. A saved plan whose basis is not today's is stale.
    """

    changes: Sequence[Change]
    waiting: Sequence[str]
    basis: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """A SHA-256 (hex) of the basis."""
        return hashlib.sha256(json.dumps(dict(self.basis), sort_keys=True).encode()).hexdigest()

    def differs_from(self, other: Plan) -> list[str]:
        """The parts of the basis that are not the same in both plans, sorted."""
        parts = {*self.basis, *other.basis}
        return sorted(part for part in parts if self.basis.get(part) != other.basis.get(part))

    def to_json(self, stale: bool = False) -> dict[str, Any]:
        """The documented object, which is also what a saved plan's file holds."""
        changes = [asdict(change) for change in self.changes]
        return {
            "version": VERSION,
            "changes": changes,
            "waiting": list(self.waiting),
            "stale": stale,
            "basis": dict(self.basis),
        }


def plan_from_json(text: str, where: str) -> Plan:
    """The plan that a file holds; `where` names the file. Raises UsageError where it holds none."""
    try:
        found = json.loads(text)
        if found["version"] != VERSION:
            raise UsageError(
                f"{where} is a plan of version {found['version']}", f"This lakectl reads version {VERSION}."
            )
        return Plan([Change(**change) for change in found["changes"]], found["waiting"], found["basis"])
    except (ValueError, KeyError, TypeError) as error:
        hint = "Make one with `lakectl deploy --plan --plan-out FILE`."
        raise UsageError(f"{where} is no saved plan", hint) from error


@dataclass(frozen=True)
class Finding:
    """How one thing of a deployed target stands. `hint` says what to do where it is not well, or only worth a look."""

    what: str
    well: bool
    detail: str
    hint: str = ""


Outputs = Mapping[str, Any]  # bucket, state_machine, topic, workgroup, database, stacks
Tell = Callable[[str], None]  # hears one line per step of a deployment


class Deployment(Protocol):
    """Brings a target to what the settings and the project's files say."""

    def plan(self) -> Plan:
        """What there is to do; nothing is touched, and nothing left behind. Raises DeployError, Unreachable."""

    def apply(self, plan: Plan, tell: Tell) -> Outputs:
        """Does what `plan` has just said. Raises DeployError with the resource and reason that came first.

        What fails is rolled back, and what was there before works on.
        """

    def drift(self) -> Sequence[Change]:
        """What was changed by hand since the last deployment; `action` is what would put it back."""

    def health(self) -> Sequence[Finding]:
        """How what is deployed stands. Nothing is touched. Raises Unreachable."""

    def outputs(self) -> Outputs:
        """What is there. Raises DeployError where nothing is deployed."""

    def destroy(self, tell: Tell) -> Outputs:
        """Takes down all but the data; returns what is kept. Raises DeployError."""
