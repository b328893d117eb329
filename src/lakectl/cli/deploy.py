"""Deploying a lakehouse to a target, and taking it down."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command
from lakectl.deploying import Change, Deployment, Outputs, Plan
from lakectl.errors import ExitCode, UsageError

app = typer.Typer()

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_ASK = "run it with --yes, or look first with --plan"


@command(app, "deploy", section="Deploy")
def deploy(
    session: Session,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A saved plan; refused if stale.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would change, and change nothing.")] = False,
    plan_out: Annotated[Path | None, typer.Option("--plan-out", metavar="FILE", help="Save the plan.")] = None,
    drift: Annotated[bool, typer.Option("--drift", help="Show what was changed by hand since.")] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="PARTS", help="Of a lakehouse built by hand: scripts,state-machine.")
    ] = "",
    detailed: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 4 where there are changes or drift.")
    ] = False,
    yes: Yes = False,
) -> int:
    """Bring the target to what the settings and files say."""
    deployment = _open(session, only)
    if drift:
        return _show_drift(session, deployment.drift(), detailed)
    if plan or plan_out:
        return _show_plan(session, deployment, file, plan_out, detailed)
    return _deploy(session, deployment, file, yes, detailed)


@command(app, "destroy", section="Deploy")
def destroy(session: Session, yes: Yes = False) -> None:
    """Take the target down; data stay."""
    from lakectl.cli import render
    from lakectl.operations.destroy import destroy as operation
    from lakectl.operations.destroy import farewell

    deployment = _open(session, "")
    if not confirmed("Delete everything but the data?", yes):
        render.say("Nothing was deleted.")
        return
    kept = operation(deployment, _tell)
    if session.json:
        output.write_json({"kept": kept})
    else:
        render.lines(farewell(kept))


def _open(session: Session, only: str) -> Deployment:
    from lakectl import wiring

    parts = tuple(part.strip() for part in only.split(",") if part.strip())
    return wiring.open_deployment(session.config, parts)


def _show_plan(
    session: Session, deployment: Deployment, file: Path | None, plan_out: Path | None, detailed: bool
) -> int:
    from lakectl.operations.deploy import examine

    examined = examine(deployment, file)
    if plan_out:
        plan_out.write_text(json.dumps(examined.to_json(), indent=1), encoding="utf-8")
    if session.json:
        output.write_json(examined.to_json())
    else:
        from lakectl.cli import render

        _print(examined.plan)
        if examined.stale:
            render.say("This plan is stale: lakectl would refuse to deploy it.")
    return _code(bool(examined.plan.changes), detailed)


def _deploy(session: Session, deployment: Deployment, file: Path | None, yes: bool, detailed: bool) -> int:
    from lakectl.cli import render
    from lakectl.operations.deploy import deploy as operation

    def approve(plan: Plan) -> bool:
        if not session.json:
            _print(plan)
        return confirmed("Deploy this?", yes)

    plan, outputs = operation(deployment, file, approve, _tell)
    if session.json:
        output.write_json({**plan.to_json(), "outputs": outputs})
    elif outputs is None:
        render.say("Nothing was changed.")
    else:
        _print_deployed(plan, outputs)
    return _code(bool(plan.changes), detailed)


def _show_drift(session: Session, changes: Sequence[Change], detailed: bool) -> int:
    from lakectl.cli import plan_view, render

    found = Plan(changes, [], {})
    if session.json:
        output.write_json({"version": found.to_json()["version"], "drift": found.to_json()["changes"]})
    elif changes:
        render.lines(plan_view.changes_lines(changes, render.console(sys.stdout).width, grouped=False))
        render.say(f"{render.count(len(changes), 'change')} by hand.")
    else:
        render.say("No drift: what is there is what was deployed.")
    return _code(bool(changes), detailed)


def _print(plan: Plan) -> None:
    from lakectl.cli import plan_view, render

    render.lines(plan_view.plan_lines(plan, render.console(sys.stdout).width))


def _print_deployed(plan: Plan, outputs: Outputs) -> None:
    from lakectl.cli import plan_view, render

    render.say(plan_view.summary(plan) if not plan.changes else "Deployed.")
    render.fields(outputs)


def confirmed(question: str, yes: bool) -> bool:
    """Whether to go on. Raises UsageError where nobody can be asked."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "this asks before it changes anything, and there is no terminal to ask on", f"{_ASK}.".capitalize()
        )
    return typer.confirm(question, err=True)


def _tell(line: str) -> None:
    """One line per step; with the time where nobody watches it happen."""
    from lakectl.cli import render

    stamp = "" if render.is_live(sys.stderr) else f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ} "
    render.say(f"{stamp}{line}")


def _code(changes: bool, detailed: bool) -> int:
    return ExitCode.CHANGES if changes and detailed else ExitCode.OK
