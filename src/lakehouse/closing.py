"""The end of a round and of an execution: uploads leave, the inbox is looked at once more, the ending is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from lakehouse import intake, outcomes
from lakehouse.archive import archive_upload
from lakehouse.lake import Lake
from lakehouse.lock import PIPELINE
from lakehouse.planning import pending_files


def archive_uploads(lake: Lake, execution: str) -> int:
    """Archives the uploads of this execution of which every sheet that could be loaded is. Returns how many left."""
    lying = (outcome for outcome in outcomes.uploads(lake.storage, execution) if _is_done(lake, outcome))
    return sum(archive_upload(lake.storage, u.key, u.source_file, u.sha256) for u in lying)


def _is_done(lake: Lake, outcome: outcomes.UploadOutcome) -> bool:
    record = intake.conversion(lake, outcome.sha256) if outcome.key else None
    if record is None or record["status"] == "refused":
        return False  # it stays in uploads/, where its sender finds it
    loaded = [sheet for sheet in record["sheets"] if sheet["status"] == "converted"]
    return all(lake.markers.get(sheet["dataset"], sheet["id"]) for sheet in loaded)


def release(lake: Lake, execution: str) -> None:
    """Lets others write."""
    lake.lock.release(PIPELINE, execution)


def arrived_meanwhile(lake: Lake, execution: str, results: Iterable[Mapping[str, Any]]) -> bool:
    """Whether there is something to load that this execution has not looked at: a trigger may have found the lock held.

    To be asked after the lock is released, so that whoever comes later finds it free. Files of datasets that failed or
    were blocked are not new.
    """
    if intake.arrivals(lake, execution, dt.datetime.now(dt.UTC)):
        return True
    broken = {result["dataset"] for result in results if result["status"] in {"failed", "blocked"}}
    return any(file.dataset not in broken for file in pending_files(lake, lake.contracts))


def close(
    lake: Lake, execution: str, results: Iterable[Mapping[str, Any]], archived: int, error: str
) -> dict[str, Any]:
    """Releases the lock, writes down how the execution ended, and returns that: status, error, archived."""
    release(lake, execution)
    broken = [
        f"{r['dataset']}: {r.get('error') or r['status']}" for r in results if r["status"] in {"failed", "blocked"}
    ]
    told = "; ".join([*([error] if error else []), *broken])
    ending = {"status": "FAILED" if told else "SUCCEEDED", "error": told or None, "archived": archived}
    outcomes.record_end(lake.storage, execution, ending)
    return ending
