"""Executions: what has run."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

if TYPE_CHECKING:
    from lakectl.operations.status import ExecutionLine

app = group("What has run.")


@command(app, "list")
def list_executions(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="How many to show at most.")] = 20,
) -> None:
    """List the newest executions, newest first."""
    from lakectl.operations.status import executions

    found = executions(session.platform, limit)
    if session.json:
        output.write_json([asdict(execution) for execution in found])
        return
    from lakectl.cli import render

    columns = ["execution", "status", "started_at", "took", "trigger"]
    if any(execution.resumed_from for execution in found):
        columns.append("resumed_from")
    render.records([_shown(execution) for execution in found], columns)
    render.footnote(found, "execution")


def _shown(execution: ExecutionLine) -> dict[str, Any]:
    """As a person reads it: how long it took, not when it ended."""
    took = None
    if execution.finished_at:
        took = dt.datetime.fromisoformat(execution.finished_at) - dt.datetime.fromisoformat(execution.started_at)
    return {**asdict(execution), "took": took}
