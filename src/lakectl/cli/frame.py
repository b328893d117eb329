"""What all commands share: the options every command takes, and what a command gets to work with.

`command` registers a function as a command and gives it the shared options (-t, -o, --project, --debug), so that they
work before the command's name and after it. The function's first parameter is a Session: settings and platform are
opened only when it asks for them, so that help stays fast and `init` works outside a project.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lakectl.cli import output
from lakectl.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from lakectl.config import Config
    from lakectl.ports import Platform

SECTIONS = ("Start", "Deploy", "Load", "Ask", "Look after")  # the headings of `lakectl --help`
DATA_FORMATS = ("table", "json", "csv", "jsonl", "parquet", "xlsx")
FORMATS = ("table", "json")

Target = Annotated[str | None, typer.Option("--target", "-t", metavar="NAME", help="Where to work: local or aws.")]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FORMAT", help="How to print the result.")]
Project = Annotated[
    str | None, typer.Option("--project", metavar="DIR", help="Where to look, upward, for lakectl.toml.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


_NAMED = inspect.Parameter.KEYWORD_ONLY


Failure = Callable[[str, str], dict[str, Any]]


class CommandFailed(Exception):
    """A command ended with the error that is this one's cause."""

    def __init__(self, json: bool, failure: Failure) -> None:
        super().__init__()
        self.json = json  # whether stdout is for a machine
        self.failure = failure


def plain_failure(message: str, hint: str) -> dict[str, Any]:
    """What stdout gets under -o json from a failed command that has no object of its own."""
    return {"error": {"message": message, "hint": hint}}


@dataclass
class Session:
    """What a command works with."""

    output: str  # one of the command's formats
    start: Path  # where the search for lakectl.toml begins
    flags: Mapping[str, str | None]  # settings as the command line gives them
    file: Path | None = None  # what -o names, of a command that writes files

    @property
    def json(self) -> bool:
        """Whether stdout is for a machine."""
        return self.output == "json"

    @cached_property
    def config(self) -> Config:
        """The project's settings. Raises ConfigError, NoProject."""
        from lakectl import config

        return config.load(self.start, os.environ, self.flags)

    @cached_property
    def platform(self) -> Platform:
        """The target's storage, lock, workflow, jobs and queries."""
        from lakectl import wiring

        return wiring.open_platform(self.config)

    def with_flag(self, name: str, value: str | None) -> Session:
        """The session of a command that has a flag for one more setting."""
        return Session(self.output, self.start, {**self.flags, name: value}, self.file)


def command(
    app: typer.Typer,
    name: str,
    *,
    section: str = "",
    formats: tuple[str, ...] = FORMATS,
    writes: tuple[str, ...] = (),
    failure: Failure = plain_failure,
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Registers `function(session, ...)` as a command. It may return an exit code; None is 0.

    `section` is the heading under which help lists it; `formats` are what its -o takes; with `writes`, the suffixes of
    the files that the command makes, -o takes a file or a folder, too; `failure(message, hint)` is the object that
    stdout gets under -o json when the command fails.
    """

    def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
        app.command(name, rich_help_panel=section or None)(_with_shared_options(function, formats, writes, failure))
        return function

    return register


def group(help_text: str) -> typer.Typer:
    """An app for commands of one family; called without a command it shows its help."""
    app = typer.Typer(help=help_text, invoke_without_command=True, rich_markup_mode=None)
    app.callback()(show_help_without_command)
    return app


def show_help_without_command(context: typer.Context) -> None:
    """Prints the help of a group where no command of it was named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _with_shared_options(
    function: Callable[..., int | None], formats: tuple[str, ...], writes: tuple[str, ...], failure: Failure
) -> Callable[..., int | None]:
    signature = inspect.signature(function, eval_str=True)
    shared = _shared_options(formats, writes)

    @functools.wraps(function)
    def run(context: typer.Context, **given: Any) -> int | None:
        said = {option.name: given.pop(option.name) for option in shared}
        before = context.obj or {}
        session = _session({name: value or before.get(name) for name, value in said.items()}, formats, writes)
        try:
            return function(session, **given)
        except KeyboardInterrupt:
            raise CommandFailed(session.json, failure) from Interrupted("interrupted", "Run the command again.")
        except (output.ReaderGone, typer.TyperException, typer.Exit):
            raise
        except Exception as error:
            raise CommandFailed(session.json, failure) from error

    own = [parameter.replace(kind=_NAMED) for parameter in list(signature.parameters.values())[1:]]
    context = inspect.Parameter("context", _NAMED, annotation=typer.Context)
    run.__signature__ = signature.replace(parameters=[context, *own, *shared])  # type: ignore[attr-defined]
    run.__annotations__ = {}  # Typer would look for the original's names in this module
    return run


def _shared_options(formats: tuple[str, ...], writes: tuple[str, ...]) -> list[inspect.Parameter]:
    choice = typer.Option("--output", "-o", help="How to print the result.")
    output: Any = Annotated[Literal[formats] | None, choice]
    if writes:
        place = f"How to print the result, or the {writes[0]} file or folder to write."
        output = Annotated[
            str | None, typer.Option("--output", "-o", metavar=f"[{'|'.join(formats)}|FILE]", help=place)
        ]
    return [
        inspect.Parameter("target", _NAMED, default=None, annotation=Target),
        inspect.Parameter("output", _NAMED, default=None, annotation=output),
        inspect.Parameter("project", _NAMED, default=None, annotation=Project),
        inspect.Parameter("debug", _NAMED, default=False, annotation=Debug),
    ]


def _session(said: Mapping[str, Any], formats: tuple[str, ...], writes: tuple[str, ...]) -> Session:
    chosen = said["output"] or os.environ.get("LAKECTL_OUTPUT") or "table"
    file = Path(chosen) if writes and _is_place(chosen, writes) else None
    chosen = "table" if file else chosen
    if chosen not in formats:
        raise UsageError(f"this command cannot print {chosen!r}", f"Choose one of: {', '.join(formats)}.")
    start = said["project"] or os.environ.get("LAKECTL_PROJECT") or "."
    return Session(chosen, Path(start), {"target": said["target"]}, file)


def _is_place(text: str, suffixes: tuple[str, ...]) -> bool:
    """Whether what -o was given is a file or a folder, and no misspelt format."""
    return text == "-" or text.endswith(suffixes) or "/" in text or Path(text).is_dir()
