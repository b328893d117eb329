"""What an execution came to: the answer of `ingest`, `run`, `resume` and `status`, on every target.

`to_json` gives the documented object (docs/json.md, version 2). What a summary for people needs besides, such as the
commonest faults, is in the dataclasses and stays out of that object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from lakehouse.outcomes import NoteOutcome, SheetOutcome, UploadOutcome

VERSION = 2

ExecutionStatus = Literal["SUCCEEDED", "FAILED", "RUNNING", "ABORTED"]
DatasetStatus = Literal["loaded", "skipped", "failed", "blocked"]


@dataclass(frozen=True)
class Fault:
    """How many rows a rule refused; `column` is empty for a rule over several columns."""

    column: str
    rule: str
    count: int


def upload_json(upload: UploadOutcome) -> dict[str, Any]:
    """The documented object of an upload."""
    return {
        "file": upload.file,
        "status": upload.status,
        "reason": upload.reason or None,
        "sheets_converted": sum(sheet.status == "converted" for sheet in upload.sheets),
        "sheets": [sheet_json(sheet) for sheet in upload.sheets],
    }


def sheet_json(sheet: SheetOutcome) -> dict[str, Any]:
    """The documented object of a sheet."""
    return {
        "name": sheet.name,
        "status": sheet.status,
        "dataset": sheet.dataset or None,
        "rows": sheet.rows,
        "header_row": sheet.header_row or None,
        "reason": sheet.reason or None,
        "notes": [note_json(note) for note in sheet.notes],
    }


def note_json(note: NoteOutcome) -> dict[str, Any]:
    """The documented object of a note."""
    return {"kind": note.kind, "message": note.message, "column": note.column or None, "rows": list(note.rows)}


@dataclass(frozen=True)
class DatasetResult:
    """What one dataset's job did: `read` is the sum of the six counts after it. `faults` come commonest first."""

    dataset: str
    status: DatasetStatus
    files: int = 0
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    table_version: int | None = None
    error: str | None = None
    faults: tuple[Fault, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        fields = asdict(self)
        del fields["faults"]
        return fields


@dataclass(frozen=True)
class Execution:
    """One execution, running or ended. Times are ISO 8601 in UTC."""

    execution: str
    target: str
    engine: str
    status: ExecutionStatus
    started_at: str
    finished_at: str | None = None
    uploads: Sequence[UploadOutcome] = ()
    datasets: Sequence[DatasetResult] = ()
    archived: int = 0
    error: str | None = None
    note: str = ""  # for people: why there was nothing to do
    ignored: Sequence[str] = ()  # files of a folder that were not taken

    @property
    def data_refused(self) -> bool:
        """Whether an upload or a sheet of one was refused. Rejected rows alone are no refusal."""
        return any(upload.status == "refused" for upload in self.uploads) or self.refused_sheets > 0

    @property
    def refused_sheets(self) -> int:
        """Refused sheets of uploads that were converted."""
        converted = (upload for upload in self.uploads if upload.status == "converted")
        return sum(sheet.status == "refused" for upload in converted for sheet in upload.sheets)

    @property
    def rejected(self) -> int:
        """Rejected rows of all datasets."""
        return sum(dataset.rejected for dataset in self.datasets)

    def faults(self) -> list[tuple[str, Fault]]:
        """The faults of all datasets, each with its dataset, commonest first."""
        found = [(dataset.dataset, fault) for dataset in self.datasets for fault in dataset.faults]
        return sorted(found, key=lambda item: -item[1].count)

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return execution_json(
            execution=self.execution,
            target=self.target,
            engine=self.engine,
            status=self.status,
            started_at=self.started_at,
            finished_at=self.finished_at,
            uploads=[upload_json(upload) for upload in self.uploads],
            ignored=list(self.ignored),
            datasets=[dataset.to_json() for dataset in self.datasets],
            archived=self.archived,
            error=self.error,
        )


def execution_json(**fields: Any) -> dict[str, Any]:
    """The documented object where there is no execution, or none yet: every field that is not given is empty."""
    names = ("execution", "target", "engine", "status", "started_at", "finished_at")
    empty: dict[str, Any] = {
        **dict.fromkeys(names),
        "uploads": [],
        "ignored": [],
        "datasets": [],
        "archived": 0,
        "error": None,
    }
    return {"version": VERSION, **empty, **fields}
