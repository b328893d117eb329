"""The normalised CSVs that wait to be loaded, each beside a small JSON that says where its rows came from.

The JSON is written first, so a CSV that is there is always whole and always has its story.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from lakehouse import layout
from lakehouse.records import read_record
from lakehouse.storage import Entry, Storage


@dataclass(frozen=True)
class RawFile:
    """One sheet as a CSV in the lake. Its name in the order of delivery is (source_file, position)."""

    dataset: str
    id: str
    key: str
    source_file: str
    sheet: str
    position: int
    columns: tuple[str, ...]
    rows: int
    upload_key: str
    upload_sha256: str
    marked: tuple[str, ...] = ()  # see lakehouse.marks

    @property
    def order(self) -> tuple[str, int]:
        """Sorts files as they were delivered."""
        return self.source_file, self.position


def story(key: str) -> str:
    """The key of the JSON beside a raw CSV."""
    return f"{key}.json"


def describe(storage: Storage, file: RawFile) -> None:
    """Writes the JSON beside a CSV; to be called before the CSV itself is put."""
    storage.write(story(file.key), json.dumps(asdict(file)).encode())


def lying(storage: Storage, dataset: str) -> list[RawFile]:
    """The CSVs of a dataset that are in `raw/`, in the order of delivery."""
    keys = {entry.key for entry in storage.list(f"{layout.RAW}{dataset}/")}
    told = [key for key in sorted(keys) if key.endswith(".csv") and story(key) in keys]
    with ThreadPoolExecutor(16) as pool:
        files = filter(None, pool.map(lambda key: read(storage, key), told))
    return sorted(files, key=lambda file: file.order)


def read(storage: Storage, key: str) -> RawFile | None:
    """What is told of one raw CSV; None where nothing is, or a power cut has torn it."""
    fields = read_record(storage, story(key))
    if fields is None:
        return None
    return RawFile(**{**fields, **{name: tuple(fields.get(name, ())) for name in ("columns", "marked")}})


def strangers(storage: Storage) -> list[Entry]:
    """CSVs that somebody put into `raw/` by hand: they have no story, and are taken in like uploads."""
    entries = list(storage.list(layout.RAW))
    keys = {entry.key for entry in entries}
    return [entry for entry in entries if not entry.key.endswith(".json") and story(entry.key) not in keys]
