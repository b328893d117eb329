"""The end of a round and of an execution: uploads leave, the inbox is looked at once more, the ending is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from lakehouse import conversions, inbox, intake, outcomes
from lakehouse.archive import archive_upload
from lakehouse.lake import Lake
from lakehouse.lock import PIPELINE
from lakehouse.planning import pending_files


def archive_uploads(lake: Lake, execution: str) -> int:
    """Archives this execution's uploads of which every sheet that could be loaded is. Returns how many left."""
    return sum(_leaves(lake, outcome) for outcome in outcomes.report(lake.storage, execution).uploads if outcome.key)


def _leaves(lake: Lake, outcome: outcomes.UploadOutcome) -> bool:
    record = conversions.read(lake, outcome.sha256, outcome.settings)
    if record is None or not intake.is_settled(lake, record, outcome.key):
        return False
    return archive_upload(lake.storage, outcome.key, outcome.source_file, outcome.sha256)


def release(lake: Lake, execution: str) -> None:
    """Lets others write."""
    lake.lock.release(PIPELINE, execution)


def arrived_meanwhile(lake: Lake, execution: str, results: Iterable[Mapping[str, Any]]) -> bool:
    """Whether there is something to load that this execution has not looked at: a trigger may have found the lock held.

    To be asked after the lock is released, so that whoever comes later finds it free. Files of datasets that failed or
    were blocked are not new.
    """
    if inbox.arrivals(lake, execution, dt.datetime.now(dt.UTC)):
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
