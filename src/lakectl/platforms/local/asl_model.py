"""A state machine definition once it is read: flows of states, nothing in them that the runner does not know.

Fields keep the names of the Amazon States Language, so that a definition can be read beside the code that runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LAMBDA = "arn:aws:states:::lambda:invoke"
GLUE = "arn:aws:states:::glue:startJobRun.sync"
SNS = "arn:aws:states:::sns:publish"


class DefinitionError(Exception):
    """A definition that cannot be run here; the message names the state and the field."""


@dataclass(frozen=True)
class State:
    """One state. `fields` is its JSON, substitutions made; `flows` what it runs inside (Map one, Parallel many)."""

    name: str
    type: str
    fields: Mapping[str, Any]
    flows: tuple[Flow, ...] = ()

    @property
    def next(self) -> str | None:
        """The state that follows, None at the end of the flow."""
        following: str | None = self.fields.get("Next")
        return following


@dataclass(frozen=True)
class Flow:
    """States and where they start: the machine itself, a Map's processor, a Parallel's branch."""

    start_at: str
    states: Mapping[str, State]


class StateError(Exception):
    """What a state failed with: an error name and a cause, as Step Functions gives them to Retry and Catch."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    def as_json(self) -> dict[str, str]:
        """The value of `$states.errorOutput`."""
        return {"Error": self.error, "Cause": self.cause}
