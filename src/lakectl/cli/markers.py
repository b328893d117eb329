"""Markers: what has been loaded, by content, and why a file is skipped or pending."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group
from lakectl.errors import UsageError

app = group("What has been loaded, by content.")

COLUMNS = ("dataset", "source_file", "sheet", "status", "reason")
Dataset = Annotated[str, typer.Option("--dataset", "-d", metavar="NAME", help="Only this dataset.")]


@command(app, "list")
def list_markers(
    session: Session,
    dataset: Dataset = "",
    explain: Annotated[
        bool, typer.Option("--explain", help="Every file: processed, pending or skipped, and why.")
    ] = False,
) -> None:
    """List what has been loaded."""
    from lakectl.operations import markers

    operation = markers.explain_files if explain else markers.list_markers
    found = [asdict(marker) for marker in operation(session.platform, dataset)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.records(found, COLUMNS)
    render.footnote(found, "marker" if not explain else "file")


@command(app, "show")
def show_marker(
    session: Session, file: Annotated[str, typer.Argument(metavar="FILE", help="A file's name, key or SHA-256.")]
) -> None:
    """Show all that is known of one file."""
    from lakectl.operations import markers

    found = [asdict(marker) for marker in markers.find_markers(session.platform, file)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    for marker in found:
        render.fields(marker)


@command(app, "clear")
def clear_markers(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file's name, key or SHA-256.")] = "",
    dataset: Dataset = "",
    everything: Annotated[bool, typer.Option("--all", help="Forget all files of all datasets.")] = False,
) -> None:
    """Forget files, so that they can be loaded again.

    Tables keep their rows, and loading the same rows again changes nothing.
    """
    from lakectl.cli import render
    from lakectl.operations import markers

    if not (file or dataset or everything):
        raise UsageError("nothing was named to forget", "Name a FILE, a --dataset, or say --all.")
    cleared = markers.clear_markers(session.platform, file, dataset)
    if session.json:
        output.write_json({"cleared": cleared})
    else:
        render.say(f"Forgot {render.count(cleared, 'marker')}.")
