"""What there is to tell of an upload, in lines for people: each fact once, however many sheets and columns share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lakehouse.outcomes import NoteOutcome, SheetOutcome, UploadOutcome

_NAMES = 5  # names of columns, sheets or files on one line; the rest is counted
_OF_A_KIND = 5  # notes of one kind and sheet that are told one by one
_KEPT_OUT = {"kept_out": "kept out", "no_header": "kept out for want of a header"}


def of_upload(upload: UploadOutcome) -> list[str]:
    """Why it or sheets of it were not loaded, and what else its sender should know."""
    sheets = () if upload.status == "skipped" else upload.sheets
    told = [(sheet.name, line) for sheet in sheets for line in _of_sheet(sheet)]
    whole = [upload.reason] if upload.reason and not any(sheet.reason for sheet in sheets) else []
    return [*whole, *_together(told)]


def listed(names: Sequence[str]) -> str:
    """`a, b and 3 more`."""
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def _of_sheet(sheet: SheetOutcome) -> Iterator[str]:
    if sheet.reason:
        rows = f"; {sheet.rows:,} row{'s' * (sheet.rows > 1)} left out" if sheet.rows else ""
        yield f"{sheet.reason}{rows}"
    yield from of_notes([note for note in sheet.notes if note.message != sheet.reason])


def of_notes(notes: Sequence[NoteOutcome]) -> Iterator[str]:
    """What was noted of a sheet, by kind."""
    for kind in dict.fromkeys(note.kind for note in notes):
        yield from _of_kind(kind, [note for note in notes if note.kind == kind])


def _of_kind(kind: str, notes: Sequence[NoteOutcome]) -> Iterator[str]:
    if kind in _KEPT_OUT:
        columns = [note.column for note in notes]
        yield f"{len(columns):,} column{'s' * (len(columns) > 1)} {_KEPT_OUT[kind]}: {listed(columns)}"
        return
    yield from (note.message for note in notes[:_OF_A_KIND])
    if len(notes) > _OF_A_KIND:
        yield f"and {len(notes) - _OF_A_KIND:,} notes more of this kind ({kind})"


def _together(told: Iterable[tuple[str, str]]) -> list[str]:
    """The lines, each with the sheets that it is about; a delimited file has one sheet without a name."""
    sheets: dict[str, list[str]] = {}
    for name, line in told:
        sheets.setdefault(line, []).append(name)
    return [f"{_sheets(list(dict.fromkeys(names)))}{line}" for line, names in sheets.items()]


def _sheets(names: Sequence[str]) -> str:
    if names == [""]:
        return ""
    return f"{'sheet' if len(names) == 1 else 'sheets'} {listed(names)}: "
