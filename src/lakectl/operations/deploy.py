"""Deploying: a plan is made, shown, and carried out if it is wanted, and if a saved one is still what would happen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakectl.deploying import Deployment, Outputs, Plan, Tell, plan_from_json
from lakectl.errors import Interrupted, StalePlan, UsageError


@dataclass(frozen=True)
class Examined:
    """A plan to show. `stale` names the parts of it that have changed since it was saved."""

    plan: Plan
    stale: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return self.plan.to_json(stale=bool(self.stale))


def examine(deployment: Deployment, saved: Path | None) -> Examined:
    """Today's plan, or the saved one held against it. Raises UsageError where the file holds none."""
    kept = plan_from_json(_text(saved), str(saved)) if saved else None
    today = deployment.plan()
    return Examined(kept, kept.differs_from(today)) if kept else Examined(today)


def deploy(
    deployment: Deployment, saved: Path | None, approve: Callable[[Plan], bool], tell: Tell
) -> tuple[Plan, Outputs | None]:
    """Brings the target to what is asked for; returns what was planned and what is there, None where not approved.

    `approve` is asked only where there is something to do. Raises StalePlan, DeployError, Interrupted.
    """
    examined = examine(deployment, saved)
    if examined.stale:
        raise StalePlan(
            f"the plan in {saved} is stale: {_listed(examined.stale)} changed since it was made",
            "Look at a new one with `lakectl deploy --plan`, and deploy that.",
        )
    if examined.plan.changes and not approve(examined.plan):
        return examined.plan, None
    try:
        return examined.plan, deployment.apply(examined.plan, tell)
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped following the deployment; what CloudFormation has begun goes on",
            "Once it has ended, `lakectl deploy --plan` says what is left to do.",
        ) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{file} cannot be read: {reason}", "Name a file that `deploy --plan-out` wrote.") from error


def _listed(parts: Sequence[str], most: int = 4) -> str:
    more = f" and {len(parts) - most} more" if len(parts) > most else ""
    return f"{', '.join(parts[:most])}{more}"
