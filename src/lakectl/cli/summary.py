"""What an execution came to, for people: counts per dataset, what became of the uploads, the commonest faults.

The summary is the command's result and goes to stdout. What went wrong goes to stderr, with what to do next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice

from rich.text import Text

from lakectl.cli import render
from lakectl.operations.result import DatasetResult, Execution
from lakectl.operations.resume import Outlook
from lakectl.operations.telling import listed, of_upload
from lakehouse.outcomes import UploadOutcome

_ALWAYS = ("read", "inserted", "rejected")
_COUNTS = ("read", "inserted", "updated", "unchanged", "duplicate", "stale", "rejected")
_MOST = 20  # lines about uploads of one status; the rest is counted
_FAULTS = 3


def show(execution: Execution) -> None:
    """The whole summary."""
    render.lines([_headline(execution), *_upload_lines(execution.uploads), *_ignored(execution.ignored)])
    _datasets(execution.datasets)
    render.lines(_faults(execution))


def tell_failure(execution: Execution) -> None:
    """On stderr, why an execution did not do its work, and what to do next; nothing where it did."""
    if execution.note:
        render.say(execution.note)
    if execution.status == "ABORTED":
        render.error(execution.error or "the execution was stopped", "Go on with `lakectl resume`.")
    if execution.status == "FAILED":
        render.error(execution.error or "the execution failed", "Fix the cause, then go on with `lakectl resume`.")


def tell_goes_on(execution: Execution) -> None:
    """On stderr, how to follow an execution that has not ended, and how to stop it; nothing where it has ended."""
    if execution.status == "RUNNING":
        command = f"lakectl -t {execution.target}"
        render.say("It goes on, watched or not.")
        render.say(f"Follow it with `{command} status {execution.execution} --watch`.")
        render.say(f"Stop it with `{command} stop {execution.execution}`.")


def tell_outlook(outlook: Outlook) -> None:
    """On stderr, what continuing an execution will skip, and why, and what it will do."""
    broken = outlook.broken
    render.say(f"Continuing execution {broken.execution}, which is {broken.status}.")
    if converted := sum(upload.status == "converted" for upload in broken.uploads):
        render.say(f"Skipped: {render.count(converted, 'upload')}, converted already.")
    for dataset in outlook.skipped:
        render.say(f"Skipped: {dataset.dataset}, {render.count(dataset.files, 'file')} of it loaded already.")
    for name in outlook.left:
        render.say(f"To do: {name}, {render.count(outlook.waiting[name], 'file')}{_failed_before(broken, name)}.")


def _failed_before(broken: Execution, name: str) -> str:
    found = (dataset for dataset in broken.datasets if dataset.dataset == name)
    return next((f"; it was {dataset.status}" for dataset in found if dataset.status in {"failed", "blocked"}), "")


def tell_refused(execution: Execution) -> None:
    """On stderr, that data was refused, and what to do next."""
    uploads = sum(upload.status == "refused" for upload in execution.uploads)
    numbers = ((uploads, "upload"), (execution.refused_sheets, "sheet"))
    counted = [render.count(number, noun) for number, noun in numbers if number]
    rest = "; the rest is loaded" if any(upload.status == "converted" for upload in execution.uploads) else ""
    render.error(f"refused: {', '.join(counted)}{rest}", "Correct what is said above, and ingest it again.")


def _headline(execution: Execution) -> Text:
    state = Text(execution.status, style=render.STYLES.get(execution.status, ""))
    return Text.assemble(f"Execution {execution.execution} ", state, f"{_took(execution)} ({execution.engine})")


def _took(execution: Execution) -> str:
    if not execution.finished_at:
        return f" since {execution.started_at}"
    begun, ended = (dt.datetime.fromisoformat(text) for text in (execution.started_at, execution.finished_at))
    return f" in {(ended - begun).total_seconds():.0f} s"


def _upload_lines(uploads: Sequence[UploadOutcome]) -> Iterator[Text]:
    for status in ("converted", "skipped", "refused"):
        of_status = [upload for upload in uploads if upload.status == status]
        if of_status:
            yield Text(f"{render.count(len(of_status), 'upload')} {status}", style=render.STYLES[status])
            yield from _told(of_status)


def _told(uploads: Sequence[UploadOutcome]) -> Iterator[Text]:
    """What there is to tell of the uploads, a line each."""
    words = [f"  {render.plain(f'{upload.file}: {words}')}" for upload in uploads for words in of_upload(upload)]
    yield from map(Text, words[:_MOST])
    if len(words) > _MOST:
        yield Text(f"  and {len(words) - _MOST:,} lines more of this kind")


def _ignored(files: Sequence[str]) -> Iterator[Text]:
    if files:
        yield Text(f"{render.count(len(files), 'file')} not taken: {render.plain(listed(files))}", style="dim")


def _datasets(datasets: Sequence[DatasetResult]) -> None:
    loaded = [dataset for dataset in datasets if dataset.status == "loaded"]
    shown = [name for name in _COUNTS if name in _ALWAYS or any(getattr(dataset, name) for dataset in loaded)]
    if loaded:
        render.lines([""])
        render.table([[d.dataset, *(getattr(d, name) for name in shown)] for d in loaded], ["dataset", *shown])
    for dataset in datasets:
        if dataset.status != "loaded":
            state = Text(dataset.status, style=render.STYLES[dataset.status])
            render.lines([Text.assemble(f"{dataset.dataset}: ", state, f": {dataset.error}" if dataset.error else "")])


def _faults(execution: Execution) -> Iterator[Text]:
    if not execution.rejected:
        return
    yield Text(f"\n{render.count(execution.rejected, 'row')} rejected, most of them by:", style="yellow")
    for dataset, fault in islice(execution.faults(), _FAULTS):
        yield Text(f"  {fault.count:>7,}  {'.'.join(filter(None, (dataset, fault.column)))}: {fault.rule}")
    yield Text("See them with `lakectl rejects list`.")
