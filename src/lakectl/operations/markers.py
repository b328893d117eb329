"""What is loaded, what is not yet, and what was not needed: each file with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from lakectl.errors import UsageError
from lakectl.operations.result import note_json
from lakectl.ports import Platform
from lakehouse import conversions, inbox, intake, layout
from lakehouse.errors import UploadRefused
from lakehouse.lake import Lake
from lakehouse.markers import UPLOADS, Marker
from lakehouse.outcomes import NoteOutcome, SheetOutcome, sheet_outcome
from lakehouse.planning import pending_files
from lakehouse.unreadable import reading_file


@dataclass(frozen=True)
class MarkerLine:
    """One file or sheet of the lake. `status` is processed, pending or skipped, and where all is explained, also
    refused or ignored; `dataset` is empty for what belongs to none. `rows`, `header_row` and `notes` are those of the
    sheet's conversion, where it is known and asked for.
    """

    dataset: str
    source_file: str
    sheet: str
    key: str
    sha256: str
    status: str
    reason: str
    execution: str | None
    id: str
    rows: int | None = None
    header_row: int | None = None
    notes: tuple[NoteOutcome, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return {**asdict(self), "notes": [note_json(note) for note in self.notes]}


def list_markers(platform: Platform, dataset: str = "") -> list[MarkerLine]:
    """The sheets that are loaded and the files that were not needed, by dataset, upload and sheet.

    Raises UsageError for a dataset without a contract.
    """
    _known(platform.lake, dataset)
    found = map(_line, platform.lake.markers.list(dataset))
    return sorted(found, key=lambda line: (line.dataset, line.source_file, line.sheet))


def explain_files(platform: Platform, dataset: str = "") -> list[MarkerLine]:
    """Every file and sheet that the lake knows of, those that wait last, with what its conversion noted.

    Raises UsageError for a dataset without a contract.
    """
    lake = platform.lake
    records = list(conversions.everything(lake))
    facts = {sheet["id"]: sheet_outcome(sheet) for record in records for sheet in record["sheets"] if "id" in sheet}
    known = [*list_markers(platform, dataset), *_pending(lake, dataset)]
    noted = [_noted(line, facts[line.id]) if line.id in facts else line for line in known]
    left = [line for record in records for line in _left_out(record) if not dataset or line.dataset == dataset]
    return [*noted, *left, *([] if dataset else _inbox(lake))]


def _noted(line: MarkerLine, sheet: SheetOutcome) -> MarkerLine:
    return replace(line, rows=sheet.rows, header_row=sheet.header_row or None, notes=sheet.notes)


def _left_out(record: Mapping[str, Any]) -> Iterator[MarkerLine]:
    """The sheets of an upload that are not loaded, or the upload where it is refused as a whole."""
    same = {"source_file": record["source_file"], "key": record["key"], "sha256": record["sha256"]}
    same |= {"execution": record["execution"], "id": ""}
    sheets = [sheet_outcome(kept) for kept in record["sheets"] if kept["status"] != "converted"]
    for sheet in sheets:
        line = MarkerLine(**same, dataset=sheet.dataset, sheet=sheet.name, status=sheet.status, reason=sheet.reason)
        yield _noted(line, sheet)
    if record["status"] == "refused" and not sheets:
        yield MarkerLine(**same, dataset="", sheet="", status="refused", reason=record["reason"])


def find_markers(platform: Platform, name: str) -> list[MarkerLine]:
    """The files whose upload or key ends with the name, or whose content or id begins with it.

    Raises UsageError where none does.
    """
    found = [line for line in explain_files(platform) if _is_meant(line, name)]
    if not found:
        raise UsageError(f"no file {name!r} is known", "`lakectl markers list --explain` shows all of them.")
    return found


def clear_markers(platform: Platform, name: str = "", dataset: str = "") -> int:
    """Forgets markers, all or those meant, so that the same content can be loaded again. Tables are not touched.

    Returns how many were forgotten. Raises UsageError where a name or dataset means none.
    """
    lake = platform.lake
    _known(lake, dataset)
    meant = [marker for marker in lake.markers.list(dataset) if not name or _is_meant(_line(marker), name)]
    if name and not meant:
        raise UsageError(f"no marker of {name!r}", "`lakectl markers list` shows all of them.")
    lake.markers.delete(meant)
    return len(meant)


def _known(lake: Lake, dataset: str) -> None:
    if dataset and dataset not in lake.contracts:
        raise UsageError(f"there is no dataset {dataset!r}", f"There are: {', '.join(sorted(lake.contracts))}.")


def _is_meant(line: MarkerLine, name: str) -> bool:
    ends = any(f"/{text}".endswith(f"/{name}") for text in (line.source_file, line.key))
    return ends or any(text.startswith(name) for text in (line.source_file, line.sha256, line.id))


def _line(marker: Marker) -> MarkerLine:
    return MarkerLine(
        dataset="" if marker.dataset == UPLOADS else marker.dataset,
        source_file=marker.source_file,
        sheet=marker.sheet,
        key=marker.key,
        sha256=marker.sha256,
        status=marker.status,
        reason=marker.reason,
        execution=marker.execution,
        id=marker.id,
    )


def _pending(lake: Lake, dataset: str) -> Iterator[MarkerLine]:
    for file in pending_files(lake, [dataset] if dataset else sorted(lake.contracts)):
        yield MarkerLine(
            dataset=file.dataset,
            source_file=file.source_file,
            sheet=file.sheet,
            key=file.key,
            sha256=file.upload_sha256,
            status="pending",
            reason="converted, not loaded yet: the next run loads it",
            execution=None,
            id=file.id,
        )


def _inbox(lake: Lake) -> Iterator[MarkerLine]:
    for upload in inbox.lying(lake, dt.datetime.now(dt.UTC)):
        try:
            with reading_file(upload.name):
                sha256 = lake.storage.sha256(upload.key)
            status, reason = intake.prospect(lake, upload, sha256)
        except UploadRefused as refusal:
            sha256, status, reason = "", "pending", f"{refusal.message}; {refusal.hint}"
        yield MarkerLine("", upload.name, "", layout.readable(upload.key), sha256, status, reason, None, "")
