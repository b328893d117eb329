"""Loaded files leave: copied, the copy's checksum verified, then deleted, and only while they are what was copied.

Nothing in the archive is ever overwritten: every delivery has a folder of its own there, and a key that is taken by
other content is an error. Each step may be repeated. Runs in Glue's Python shell, so it stays Python 3.9 clean.
"""

from __future__ import annotations

import json

from lakehouse import layout
from lakehouse.errors import LakehouseError, ObjectMissing
from lakehouse.storage import Storage


def archive_raw_csvs(storage: Storage, manifest_key: str) -> int:
    """Archives the CSVs that a manifest names as loaded. Returns how many left."""
    manifest = json.loads(storage.read(manifest_key))
    files = [*manifest["files"], *manifest["loaded"]]
    return sum(archive_raw(storage, file["key"], file["source_file"], file["dataset"]) for file in files)


def archive_raw(storage: Storage, key: str, source_file: str, dataset: str) -> bool:
    """Archives one raw CSV; False where it has left already."""
    place = archived_raw(key, source_file, dataset)
    left = move(storage, key, place)
    move(storage, f"{key}.json", f"{place}.json")
    return left


def archived_raw(key: str, source_file: str, dataset: str) -> str:
    """Where in the archive a raw CSV goes; the record that tells of it goes beside it."""
    delivery = source_file.partition("/")[0]
    return f"{layout.ARCHIVED}raw/{delivery}/{dataset}/{key.rpartition('/')[2]}"


def archive_upload(storage: Storage, key: str, source_file: str, sha256: str) -> bool:
    """Archives an upload whose content is loaded; False where it is gone, or somebody has replaced it meanwhile."""
    try:
        if storage.sha256(key) != sha256:
            return False
    except ObjectMissing:
        return False
    return move(storage, key, layout.archived_upload(source_file))


def move(storage: Storage, source: str, target: str) -> bool:
    """Copies, verifies, deletes. False where the source is gone. Raises LakehouseError when the copy differs."""
    try:
        sha256 = storage.sha256(source)
        if not storage.exists(target):
            storage.copy(source, target)
    except ObjectMissing:
        return False
    if storage.sha256(target) != sha256:
        raise LakehouseError(f"{storage.uri(target)} is not what {storage.uri(source)} is", "Neither was touched.")
    return storage.delete_if(source, sha256)
