"""Executions: what has run."""

from __future__ import annotations

from dataclasses import asdict

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

app = group("What has run.")


@command(app, "list")
def list_executions(session: Session) -> None:
    """List all executions, newest first."""
    from lakectl.operations.status import executions

    found = [asdict(execution) for execution in executions(session.platform)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.records(found, ("execution", "status", "started_at", "finished_at", "trigger", "resumed_from"))
    render.footnote(found, "execution")
