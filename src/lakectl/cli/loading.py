"""Loading: ingest, run, resume, status, archive."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command
from lakectl.errors import ExitCode
from lakectl.operations.progress import Progress
from lakectl.operations.result import Execution, execution_json

app = typer.Typer()

Engine = Annotated[
    Literal["duckdb", "spark"] | None,
    typer.Option("--engine", help="What the jobs run on: duckdb in this process, or spark."),
]
Named = Annotated[
    str | None, typer.Argument(metavar="EXECUTION", help="Its name, as in `executions list`.", show_default=False)
]


def _failure(message: str, hint: str) -> dict[str, Any]:
    """The execution's own object, for a failure before there was an execution."""
    return execution_json(status="FAILED", error=f"{message}. {hint}" if hint else message)


load_command = partial(command, app, section="Load", failure=_failure)


@load_command("ingest")
def ingest(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Workbooks, CSV files, or folders of them.")],
    read: Annotated[
        list[str] | None,
        typer.Option(
            "--read", metavar="KEY=VALUE", help="How to read these files, e.g. decimalSeparator=, (repeatable)."
        ),
    ] = None,
    engine: Engine = None,
) -> int:
    """Load workbooks and CSV files into the tables.

    Files come in any order and under any name; the header of each sheet says which dataset it is. A file that has been
    loaded before is skipped, unless it is to be read otherwise. Rows that break a rule are kept aside: see
    `lakectl rejects list`.
    """
    from lakectl.operations.ingest import ingest as operation

    with _following() as progress:
        execution = operation(session.with_flag("engine", engine).platform, files, progress, read or ())
    return _finish(session, execution)


@load_command("run")
def run(session: Session, engine: Engine = None) -> int:
    """Load whatever waits in uploads/ and raw/."""
    from lakectl.operations.run import run as operation

    with _following() as progress:
        execution = operation(session.with_flag("engine", engine).platform, progress)
    return _finish(session, execution)


@load_command("resume")
def resume(session: Session, execution: Named = None, engine: Engine = None) -> int:
    """Go on with an execution that failed or was stopped.

    What it has loaded stays loaded; the rest is done in a new execution. Without a name, the newest one that was not
    resumed since is meant.
    """
    from lakectl.cli import summary
    from lakectl.operations import resume as operation

    platform = session.with_flag("engine", engine).platform
    outlook = operation.outlook(platform, execution)
    if outlook is None:
        return _nothing(session, "Nothing to resume: no execution has failed.")
    summary.tell_outlook(outlook)
    with _following() as progress:
        resumed = operation.resume(platform, outlook.broken.execution, progress)
    return _finish(session, resumed)


@load_command("stop")
def stop(session: Session, execution: Named = None) -> int:
    """Stop an execution that runs.

    What it has loaded stays loaded, and `resume` does the rest. Without a name, the newest one is meant."""
    from lakectl.operations.stop import stop as operation

    stopped = operation(session.platform, execution)
    if stopped is None:
        return _nothing(session, "Nothing to stop: no execution is running.")
    _show(session, stopped)
    return ExitCode.OK


@load_command("status")
def status(
    session: Session,
    execution: Named = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until the execution ends, or Ctrl-C.")] = False,
) -> int:
    """Show an execution: its uploads, datasets and counts.

    Without a name, the newest."""
    from lakectl.operations import status as operation

    if watch:
        with _following() as progress:
            told = operation.watch(session.platform, execution, progress)
    else:
        told = operation.status(session.platform, execution)
    if told is None:
        return _nothing(session, "Nothing has run yet: `lakectl ingest FILES...` loads workbooks.")
    _show(session, told)
    return ExitCode.OK


@command(app, "archive", section="Load")
def archive(session: Session) -> None:
    """Move what is loaded from uploads/ and raw/ to archived/."""
    from lakectl.operations.archive import archive as operation

    moved = operation(session.platform)
    if session.json:
        output.write_json({"archived": moved})
        return
    from lakectl.cli import render

    render.say(f"Archived {render.count(moved, 'file')}.")


def _following() -> AbstractContextManager[Progress]:
    from lakectl.cli import progress

    return progress.following()


def _finish(session: Session, execution: Execution) -> int:
    """Shows an execution that has ended and gives its exit code."""
    from lakectl.cli import summary

    _show(session, execution)
    if execution.status in {"ABORTED", "RUNNING"}:
        return ExitCode.INTERRUPTED
    if execution.status == "FAILED":
        return ExitCode.FAILED
    if execution.data_refused:
        summary.tell_refused(execution)
        return ExitCode.DATA_REFUSED
    return ExitCode.OK


def _show(session: Session, execution: Execution) -> None:
    from lakectl.cli import summary

    if session.json:
        output.write_json(execution.to_json())
    else:
        summary.show(execution)
    summary.tell_failure(execution)
    summary.tell_goes_on(execution)


def _nothing(session: Session, words: str) -> int:
    from lakectl.cli import render

    render.say(words)
    if session.json:
        output.write_json(execution_json(target=session.config.target, engine=session.config.engine))
    return ExitCode.OK
