"""Rejects: the rows that a rule refused, each with all of its faults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

app = group("The rows that a rule refused, and why.")

Dataset = Annotated[str, typer.Option("--dataset", "-d", metavar="NAME", help="Only this dataset.")]
All = Annotated[bool, typer.Option("--all", help="Resolved ones, too, with the execution that resolved them.")]


@command(app, "list")
def list_rejects(session: Session, dataset: Dataset = "", everything: All = False) -> None:
    """List the open rejected rows."""
    from lakectl.operations.rejects import list_rejects as operation

    found = operation(session.platform, dataset, everything)
    if session.json:
        output.write_json_array(reject.to_json() for reject in found)
        return
    from lakectl.cli import render

    rows = [{**reject.to_json(), "row": str(reject.row), "faults": reject.explained} for reject in found]
    render.records(rows, ("dataset", "source_file", "sheet", "row", "faults"))
    render.footnote(rows, "rejected row")


@command(app, "show")
def show_reject(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The upload's name.")],
    row: Annotated[int, typer.Argument(metavar="ROW", help="The row, as a person sees it in Excel.")],
    sheet: Annotated[str, typer.Option("--sheet", "-s", metavar="NAME", help="The sheet, where several have it.")] = "",
) -> None:
    """Show one rejected row as it was, with its faults."""
    from lakectl.operations.rejects import find_rejects

    found = find_rejects(session.platform, file, row, sheet)
    if session.json:
        output.write_json([reject.to_json() for reject in found])
        return
    from lakectl.cli import render

    for reject in found:
        render.fields({**reject.to_json(), "faults": reject.explained})


@command(app, "export")
def export_rejects(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write: .xlsx, .csv, .json or .jsonl.")],
    dataset: Dataset = "",
    everything: All = False,
) -> None:
    """Write the rejected rows into a file, to be corrected."""
    from lakectl.cli import render
    from lakectl.operations.rejects import export_rejects as operation

    written = operation(session.platform, file, dataset, everything)
    if session.json:
        output.write_json({"file": str(file.absolute()), "rows": written})
    else:
        render.say(f"Wrote {render.count(written, 'rejected row')} to {file}.")
