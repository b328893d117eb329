"""The `lakectl` command: its families, and the one place where an error becomes words and an exit code.

stdout is data and stderr is talk, on success and on failure: an error is two lines on stderr (what and where; what to
do), and under `-o json` also `{"error": {"message", "hint"}}` on stdout, so that whoever reads JSON always gets JSON.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lakectl import __version__
from lakectl.cli import contracts, deploy, executions, loading, logs, markers, output, project, query, rejects, tables
from lakectl.cli.frame import (
    SECTIONS,
    CommandFailed,
    Debug,
    Failure,
    Output,
    Project,
    Target,
    plain_failure,
    show_help_without_command,
)
from lakectl.errors import ExitCode, exit_code
from lakehouse.errors import LakehouseError

READER_GONE = 141  # what a shell shows for a program that a closed pipe ended
_CLOSED = "Let this user write there, then run it again, or go on with `lakectl resume`."
DISK_HINTS = {  # a disk's troubles are the user's to mend: a traceback would tell them nothing
    errno.ENOSPC: "Make room, then go on with `lakectl resume`, or run it again.",
    errno.EDQUOT: "Make room, then go on with `lakectl resume`, or run it again.",
    errno.EROFS: _CLOSED,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
}


class SectionedGroup(TyperGroup):
    """Lists commands under headings, in plain text: help is what people wait for most often, and Rich takes a while."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the overridden method's
        width = formatter.width - 6 - max(map(len, self.commands))
        for section in SECTIONS:
            rows = [
                (name, command.get_short_help_str(width))
                for name, command in self.commands.items()
                if getattr(command, "rich_help_panel", None) == section
            ]
            with formatter.section(section):
                formatter.write_dl(rows)


app = typer.Typer(cls=SectionedGroup, invoke_without_command=True, rich_markup_mode=None)
for family in (project.app, deploy.app, loading.app, logs.app, query.app):
    app.add_typer(family)
app.add_typer(executions.app, name="executions", rich_help_panel="Load")
app.add_typer(tables.app, name="tables", rich_help_panel="Ask")
app.add_typer(rejects.app, name="rejects", rich_help_panel="Ask")
app.add_typer(contracts.app, name="contracts", rich_help_panel="Look after")
app.add_typer(markers.app, name="markers", rich_help_panel="Look after")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lakectl {__version__}")
        raise typer.Exit


@app.callback()
def lakectl(
    context: typer.Context,
    target: Target = None,
    output_format: Output = None,
    project_folder: Project = None,
    debug: Debug = False,
    version: Annotated[  # noqa: ARG001 - its callback has acted
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Workbooks in, validated Delta tables out: operate an e-commerce lakehouse."""
    context.obj = {"target": target, "output": output_format, "project": project_folder, "debug": debug}
    show_help_without_command(context)


def main(arguments: Sequence[str]) -> int:
    """Runs the command line and returns its exit code; never raises."""
    if _debugs(arguments):
        _show_log()
    try:
        code = typer.main.get_command(app).main(list(arguments), prog_name="lakectl", standalone_mode=False)
    except output.ReaderGone:
        return READER_GONE
    except CommandFailed as failed:
        error = failed.__cause__ or failed
        return _tell(error, arguments, failed.json, failed.failure)
    except Exception as error:  # noqa: BLE001 - the last place to turn what nobody foresaw into words
        return _tell(error, arguments, _wants_json(arguments), plain_failure)
    return int(code or ExitCode.OK)


def _debugs(arguments: Sequence[str]) -> bool:
    return "--debug" in arguments or bool(os.environ.get("LAKECTL_DEBUG"))


def _show_log() -> None:
    """Has what the pipeline logs, such as a converter's traceback, on stderr."""
    import logging

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")


def _tell(error: BaseException, arguments: Sequence[str], json: bool, document: Failure) -> int:
    """Says what went wrong on stderr, and on stdout if that is JSON. Returns the exit code."""
    from lakectl import wiring
    from lakectl.cli import render

    if _debugs(arguments):
        traceback.print_exception(error, file=sys.stderr)
    message, hint, code = _described(wiring.explained(error))
    render.error(message, hint)
    if json:
        output.write_json(document(message, hint))
    return int(code)


def _described(error: BaseException) -> tuple[str, str, int]:
    """What happened, what to do next, and the exit code."""
    match error:
        case LakehouseError():
            return error.message, error.hint, exit_code(error)
        case typer.TyperException():
            return error.format_message(), _usage_hint(error), error.exit_code
        case OSError() if error.errno in DISK_HINTS and error.strerror:
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{error.strerror}", DISK_HINTS[error.errno], ExitCode.FAILED
        case _:
            message = f"{type(error).__name__}: {error}"
            return message, "Run it again with --debug for the traceback.", ExitCode.FAILED


def _usage_hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"See `{context.command_path if context else 'lakectl'} --help`."


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether -o json was asked for: read from the raw arguments, since they may be what could not be understood."""
    asked = os.environ.get("LAKECTL_OUTPUT", "")
    for number, argument in enumerate(arguments):
        if argument in ("-o", "--output"):
            asked = "".join(arguments[number + 1 : number + 2])
        elif argument.startswith(("-o", "--output=")):
            asked = argument.removeprefix("--output").removeprefix("-o").removeprefix("=")
    return asked == "json"
