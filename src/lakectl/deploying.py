"""What a deployment is, whoever carries it out: a plan that is shown, saved and consumed, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Action = Literal["create", "update", "replace", "delete"]
Kind = Literal["stack", "resource", "artifact", "state", "job", "contract"]
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

    `fingerprint` stands for what the plan was made from: the settings, the files, and the account as it was. A saved
    plan whose fingerprint is not today's is stale.
    """

    changes: Sequence[Change]
    waiting: Sequence[str]
    fingerprint: str

    @property
    def breaks(self) -> Sequence[Change]:
        """The changes that delete or replace something."""
        return [change for change in self.changes if change.action in {"delete", "replace"}]

    def to_json(self, stale: bool = False) -> dict[str, Any]:
        """The documented object."""
        changes = [
            {"kind": change.kind, "name": change.name, "action": change.action, "detail": change.detail}
            for change in self.changes
        ]
        return {"version": VERSION, "changes": changes, "waiting": list(self.waiting), "stale": stale}


Outputs = Mapping[str, Any]  # bucket, state_machine, topic, workgroup, database, stacks
Tell = Callable[[str], None]  # hears one line per step of a deployment


class Deployment(Protocol):
    """Brings a target to what the settings and the project's files say."""

    def plan(self) -> Plan:
        """What there is to do; nothing is touched, and nothing left behind. Raises DeployError, Unreachable."""

    def apply(self, plan: Plan, tell: Tell) -> Outputs:
        """Does it. Raises DeployError with the resource and reason that came first; then all is as it was before."""

    def drift(self) -> Sequence[Change]:
        """What was changed by hand since the last deployment: what a deployment would put back."""

    def outputs(self) -> Outputs:
        """What is there. Raises DeployError where nothing is deployed."""

    def destroy(self, tell: Tell) -> Outputs:
        """Takes down all but the data; returns what is kept."""
