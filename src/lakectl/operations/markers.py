"""What is loaded, what is not yet, and what was not needed: each file with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lakectl.errors import UsageError
from lakectl.ports import Platform
from lakehouse import inbox, intake
from lakehouse.lake import Lake
from lakehouse.markers import UPLOADS, Marker
from lakehouse.planning import pending_files


@dataclass(frozen=True)
class MarkerLine:
    """One file of the lake. `status` is processed, pending or skipped; `dataset` is empty for a whole upload."""

    dataset: str
    source_file: str
    sheet: str
    key: str
    sha256: str
    status: str
    reason: str
    execution: str | None
    id: str


def list_markers(platform: Platform, dataset: str = "") -> list[MarkerLine]:
    """The sheets that are loaded and the files that were not needed, by dataset, upload and sheet.

    Raises UsageError for a dataset without a contract.
    """
    _known(platform.lake, dataset)
    found = map(_line, platform.lake.markers.list(dataset))
    return sorted(found, key=lambda line: (line.dataset, line.source_file, line.sheet))


def explain_files(platform: Platform, dataset: str = "") -> list[MarkerLine]:
    """Every file that the lake knows of, those that wait last. Raises UsageError for a dataset without a contract."""
    lake = platform.lake
    return [*list_markers(platform, dataset), *_pending(lake, dataset), *([] if dataset else _inbox(lake))]


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
        sha256 = lake.storage.sha256(upload.key)
        status, reason = intake.prospect(lake, upload, sha256)
        yield MarkerLine("", upload.name, "", upload.key, sha256, status, reason, None, "")
