"""What has been loaded, by content: the memory that makes every run safe to repeat.

A marker names one sheet of one upload by the SHA-256 of the upload's bytes, so it is the same whatever the file is
called, and another as soon as one cell differs. It is written only after the table's commit. Two backends keep markers:
objects in the lake (here) and a DynamoDB table (`lakehouse.dynamodb`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Protocol

from lakehouse import layout
from lakehouse.records import read_record
from lakehouse.storage import Storage

# Under this name, which no dataset can have, it is remembered which uploads were not needed.
UPLOADS = "_uploads"


@dataclass(frozen=True)
class Marker:
    """One sheet that is loaded (`processed`), or one upload that was not needed (`skipped`, with the reason)."""

    dataset: str
    id: str
    key: str
    source_file: str
    sheet: str
    sha256: str  # of the upload the sheet came in
    status: str
    reason: str
    execution: str
    marked_at: str  # ISO 8601, UTC
    table_version: str = ""  # of the Delta table after the load; a text, as all fields are


def sheet_id(upload_sha256: str, sheet: str, settings: str = "") -> str:
    """The identity of a sheet's content: 32 hex digits. A CSV has one sheet without a name.

    `settings` (see `lakehouse.readings`) is there where the sheet is read otherwise than a sheet is by itself.
    """
    text = "\n".join([upload_sha256, sheet, *([settings] if settings else [])])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Markers(Protocol):
    """The memory of one lake."""

    def put(self, markers: Iterable[Marker]) -> None:
        """Remembers; the same marker again is no error."""

    def known(self, dataset: str) -> set[str]:
        """The ids of all markers of a dataset."""

    def get(self, dataset: str, marker_id: str) -> Marker | None:
        """The marker, or None."""

    def list(self, dataset: str = "") -> Iterator[Marker]:
        """All markers, or those of one dataset, by dataset and id."""

    def delete(self, markers: Iterable[Marker]) -> None:
        """Forgets; what is not there is no error."""


class ObjectMarkers:
    """A marker is a small JSON object under `lakehouse/markers/`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, markers: Iterable[Marker]) -> None:
        self._each(lambda m: self._storage.write(_key(m.dataset, m.id), json.dumps(asdict(m)).encode()), markers)

    def known(self, dataset: str) -> set[str]:
        prefix = f"{layout.MARKERS}{dataset}/"
        # An empty one is what a power cut leaves of a marker that was being written.
        return {e.key[len(prefix) :].removesuffix(".json") for e in self._storage.list(prefix) if e.size}

    def get(self, dataset: str, marker_id: str) -> Marker | None:
        return self._read(_key(dataset, marker_id))

    def list(self, dataset: str = "") -> Iterator[Marker]:
        keys = [entry.key for entry in self._storage.list(f"{layout.MARKERS}{dataset}{'/' if dataset else ''}")]
        with ThreadPoolExecutor(16) as pool:
            yield from (marker for marker in pool.map(self._read, keys) if marker)

    def delete(self, markers: Iterable[Marker]) -> None:
        self._each(lambda m: self._storage.delete(_key(m.dataset, m.id)), markers)

    def _read(self, key: str) -> Marker | None:
        record = read_record(self._storage, key)
        return Marker(**record) if record else None

    @staticmethod
    def _each(action: Callable[[Marker], None], markers: Iterable[Marker]) -> None:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(action, markers))


def _key(dataset: str, marker_id: str) -> str:
    return f"{layout.MARKERS}{dataset}/{marker_id}.json"
