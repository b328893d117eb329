"""What a power cut has taken from a table is loaded again, from the archive.

A disk that does not keep its promises, or `durability = "fast"`, can lose a table's newest commits although the files
that they loaded are marked and archived. Then the table is at an older version than the dataset's last job said, or its
newest entry in the log is empty. Before a run plans anything, such entries are removed, and the raw CSVs of the lost
commits return from the archive without their markers, so that this run loads them. Loading a row again is harmless:
where it is there, it is `unchanged`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lakehouse import layout, waiting
from lakehouse.archive import archived_raw, move
from lakehouse.errors import LakehouseError
from lakehouse.etl import delta_log
from lakehouse.lake import Lake
from lakehouse.markers import Marker
from lakehouse.storage import Storage


def repair(lake: Lake) -> dict[str, int]:
    """Brings back what tables have lost; returns how many raw CSVs, by dataset. To be called by who has the lock.

    Raises LakehouseError, with the files to ingest again, where the archive no longer has one.
    """
    brought: dict[str, int] = {}
    for dataset in lake.contracts if lake.storage.may_lose else ():
        newest = _whole(lake, dataset)
        if lost := list(_lost(lake, dataset, newest)):
            _bring_back(lake, lost)
            brought[dataset] = len(lost)
    return brought


def damage(storage: Storage, dataset: str) -> str:
    """What a power cut has taken from the dataset's table, as a sentence; empty where nothing is known to be gone."""
    newest = delta_log.newest_version(storage, layout.table(dataset))
    if newest is None:
        return ""
    if not delta_log.is_whole(storage.read(delta_log.entry(layout.table(dataset), newest))):
        return f"the newest commit of {dataset}, version {newest}, is empty or cut short"
    remembered = waiting.tell(storage, dataset).version
    if remembered is not None and newest < remembered:
        return f"the newest commits of {dataset} are gone: version {remembered} was loaded, and {newest} is there"
    return ""


def _whole(lake: Lake, dataset: str) -> int | None:
    """The newest version of the dataset's table, once the empty entries after it are gone."""
    table = layout.table(dataset)
    while (newest := delta_log.newest_version(lake.storage, table)) is not None:
        entry = delta_log.entry(table, newest)
        if delta_log.is_whole(lake.storage.read(entry)):
            break
        lake.storage.delete(entry)
    return newest


def _lost(lake: Lake, dataset: str, newest: int | None) -> Iterator[Marker]:
    """The markers of files whose commits the table no longer has."""
    remembered = waiting.tell(lake.storage, dataset).version
    if remembered is None or (newest is not None and remembered <= newest):
        return
    have = -1 if newest is None else newest
    yield from (marker for marker in lake.markers.list(dataset) if int(marker.table_version or -1) > have)


def _bring_back(lake: Lake, lost: list[Marker]) -> None:
    """Moves the CSVs of these markers from the archive to `raw/`, each after the record that tells of it."""
    places = {marker.key: archived_raw(marker.key, marker.source_file, marker.dataset) for marker in lost}

    def is_there(marker: Marker, suffix: str) -> bool:
        return any(lake.storage.exists(f"{key}{suffix}") for key in (marker.key, places[marker.key]))

    gone = [marker for marker in lost if not (is_there(marker, "") and is_there(marker, ".json"))]
    if gone:
        files = ", ".join(sorted({marker.source_file.partition("/")[2] for marker in gone}))
        raise LakehouseError(
            f"{gone[0].dataset}: the table has lost commits, and the archive does not have all that they loaded",
            f"Forget the markers of these files with `lakectl markers clear`, and ingest them again: {files}.",
        )
    for key, place in places.items():
        move(lake.storage, f"{place}.json", f"{key}.json")
        move(lake.storage, place, key)
    lake.markers.delete(lost)
