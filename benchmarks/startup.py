"""The help, against that of a Typer app of as many commands that do nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.lab import Lab
from benchmarks.measure import Line, at_most, best, run


def startup(lab: Lab) -> list[Line]:
    """`lakectl --help`; both are Python scripts in the same environment."""
    from typer.main import get_command

    from lakectl.cli.app import app

    script = lab.scratch("empty") / "empty.py"
    body = list(_empty("app", get_command(app)))
    script.write_text("import typer\n" + "\n".join([*body, "app()", ""]), encoding="utf-8")
    mine, empty = best(
        10,
        lambda: lab.lakectl(script.parent, "--help").seconds,
        lambda: run([sys.executable, script, "--help"], cwd=script.parent).seconds,
    )
    text, light = at_most(1.3, mine, empty)
    count = sum(line.endswith("pass") for line in body)
    against = f"--help of a Typer app with {count} empty commands"
    return [Line("lakectl --help", against, "<= 1.3x the time", text, light, {"lakectl_s": mine, "empty_s": empty})]


def _empty(name: str, group: Any) -> Iterator[str]:
    """Source of a Typer app with the same groups and command names, and nothing behind them."""
    yield f"{name} = typer.Typer(help={group.help!r})"
    for number, (command_name, command) in enumerate(group.commands.items()):
        inner = f"{name}_{number}"
        if hasattr(command, "commands"):
            yield from _empty(inner, command)
            yield f"{name}.add_typer({inner}, name={command_name!r})"
        else:
            yield f"@{name}.command({command_name!r}, help={command.get_short_help_str()!r})"
            yield f"def {inner}(): pass"
