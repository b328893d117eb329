"""Tables: what can be queried."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

app = group("What can be queried.")


@command(app, "list")
def list_tables(session: Session) -> None:
    """List the tables with their rows, files and bytes."""
    from lakectl.operations.tables import list_tables as operation

    found = [asdict(table) for table in operation(session.platform)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.records(found, ("table", "rows", "files", "bytes", "version", "partition_columns"))
    render.footnote(found, "table")


@command(app, "show")
def show_table(session: Session, table: Annotated[str, typer.Argument(metavar="TABLE")]) -> None:
    """Show one table: where it is, its columns and their types."""
    from lakectl.operations.tables import show_table as operation

    found = asdict(operation(session.platform, table))
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.fields({name: value for name, value in found.items() if name not in ("columns", "history")})
    render.lines([""])
    render.records(found["columns"], ("name", "type"))
    render.lines([""])
    render.records(found["history"], ("version", "at", "operation"))
