"""Markers: what has been loaded, by content, and why a file is skipped or pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group
from lakectl.errors import UsageError

if TYPE_CHECKING:
    from lakectl.operations.markers import MarkerLine

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
    found = list(operation(session.platform, dataset))
    if session.json:
        output.write_json([marker.to_json() for marker in found])
        return
    from lakectl.cli import render

    render.records([_shown(marker) for marker in found], COLUMNS)
    render.footnote(found, "marker" if not explain else "file")


def _shown(marker: MarkerLine) -> dict[str, str]:
    """What a table has room for; notes follow the reason."""
    from lakectl.cli import render
    from lakectl.operations.telling import of_notes

    reason = "; ".join([marker.reason, *of_notes(marker.notes)])
    return {name: render.plain(reason if name == "reason" else getattr(marker, name)) for name in COLUMNS}


@command(app, "show")
def show_marker(
    session: Session, file: Annotated[str, typer.Argument(metavar="FILE", help="A file's name, key or SHA-256.")]
) -> None:
    """Show all that is known of one file."""
    from lakectl.operations import markers

    found = [marker.to_json() for marker in markers.find_markers(session.platform, file)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    for marker in found:
        notes = [note["message"] for note in marker["notes"]]
        render.fields({**marker, "notes": notes})


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
