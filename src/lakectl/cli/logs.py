"""Logs: what was said during an execution."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command

if TYPE_CHECKING:
    from rich.text import Text

    from lakectl.ports import LogLine

app = typer.Typer()

_STYLES = {"error": "red", "warning": "yellow", "info": ""}


@command(app, "logs", section="Load")
def logs(
    session: Session,
    execution: Annotated[
        str | None, typer.Argument(metavar="EXECUTION", help="Its name, as in `executions list`.", show_default=False)
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the execution ends, or Ctrl-C.")] = False,
) -> None:
    """Show what was said during an execution, in order of time.

    On aws by its functions and jobs, too. The error with which a failed one began to go wrong is quoted first. Without
    a name, the newest is meant."""
    from lakectl.cli import render
    from lakectl.operations import logs as operation

    found = operation.logs(session.platform, execution, follow)
    if found is None:
        render.say("Nothing has run yet: `lakectl ingest FILES...` loads workbooks.")
    elif found.first_error:
        render.error(_told(found.first_error), "")
    lines = found.lines if found else ()
    if session.json:
        output.write_json_array(_fields(line) for line in lines)
    else:
        render.lines(_drawn(line) for line in lines)


def _fields(line: LogLine) -> dict[str, str]:
    """The documented object."""
    return {"at": _instant(line), "source": line.source, "level": line.level, "message": line.message}


def _drawn(line: LogLine) -> Text:
    from rich.text import Text

    return Text(_told(line), style=_STYLES[line.level])


def _told(line: LogLine) -> str:
    """What belongs together stays together: the lines after the first are indented."""
    return f"{_instant(line)} {line.source}: " + line.message.replace("\n", "\n  ")


def _instant(line: LogLine) -> str:
    return line.at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
