"""What a job is asked to load, as the plan wrote it down: nothing else is read."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lakehouse.storage import Storage


@dataclass(frozen=True)
class ManifestFile:
    """A raw CSV. (source_file, position) is its place in the order of delivery; `columns` are those of its header."""

    key: str
    uri: str
    source_file: str
    sheet: str
    position: int
    columns: tuple[str, ...]
    rows: int
    marked: tuple[str, ...] = ()  # see lakehouse.marks


@dataclass(frozen=True)
class Manifest:
    """The files of one job, and whether rows that wait for a parent row are to be tried again with them."""

    dataset: str
    execution: str
    files: tuple[ManifestFile, ...]
    retry_waiting: bool


def read_manifest(storage: Storage, key: str) -> Manifest:
    """The manifest with that key. Raises ObjectMissing."""
    content = json.loads(storage.read(key))
    files = (_file(storage, fields) for fields in content["files"])
    return Manifest(content["dataset"], content["execution"], tuple(files), content.get("retry_waiting", False))


def _file(storage: Storage, fields: dict[str, object]) -> ManifestFile:
    return ManifestFile(
        key=str(fields["key"]),
        uri=storage.uri(str(fields["key"])),
        source_file=str(fields["source_file"]),
        sheet=str(fields["sheet"]),
        position=int(str(fields["position"])),
        columns=tuple(fields["columns"]),  # type: ignore[arg-type]
        rows=int(str(fields["rows"])),
        marked=tuple(fields.get("marked", ())),  # type: ignore[arg-type]
    )
