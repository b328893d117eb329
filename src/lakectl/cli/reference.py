"""Writes docs/cli.md from the command itself, so that it cannot lie.

python -m lakectl.cli.reference docs/cli.md            writes it
python -m lakectl.cli.reference --check docs/cli.md    exits 1 where it is not what would be written
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer

from lakectl.cli.app import app

WIDTH = 80
_INTRODUCTION = """\
# The command

Generated from the command by `python -m lakectl.cli.reference docs/cli.md`; do not edit.

Settings come from a flag, else a `LAKECTL_*` variable, else `lakectl.toml`, else the default. Exit codes: 0 all is
well (rejected rows are no failure), 1 the run failed, 2 usage or settings, 3 the cloud does not answer, try again,
5 an upload or a sheet was refused and the rest is loaded, 130 Ctrl-C.
"""


def command_paths() -> Iterator[tuple[str, ...]]:
    """Every command as the words that call it, groups before their commands; the first is `lakectl` itself: ()."""
    return _paths(typer.main.get_command(app), ())


def help_of(path: Sequence[str]) -> str:
    """What `--help` prints for a command, 80 columns wide."""
    with redirect_stdout(io.StringIO()) as printed:
        command = typer.main.get_command(app)
        command.main([*path, "--help"], prog_name="lakectl", standalone_mode=False, terminal_width=WIDTH)
    return printed.getvalue()


def reference() -> str:
    """The whole of docs/cli.md."""
    return "\n".join([_INTRODUCTION, *(_chapter(path) for path in command_paths())])


def _paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _paths(inner, (*path, name))


def _chapter(path: Sequence[str]) -> str:
    return f"{'#' * min(len(path) + 2, 3)} `{' '.join(('lakectl', *path))}`\n\n```text\n{help_of(path)}```\n"


def main(arguments: Sequence[str]) -> int:
    """Writes the file, or with --check compares it. Returns the exit code."""
    file = Path(arguments[-1])
    if "--check" not in arguments:
        file.write_text(reference(), encoding="utf-8")
        return 0
    if file.read_text(encoding="utf-8") == reference():
        return 0
    sys.stderr.write(f"{file} is not what the command says: run python -m lakectl.cli.reference {file}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
