"""Archives what is loaded and has not left yet, as after a run that was stopped between loading and archiving."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from lakectl.ports import Platform
from lakehouse import conversions, inbox, intake, readings
from lakehouse.archive import archive_raw, archive_upload
from lakehouse.errors import LockHeld
from lakehouse.lake import Lake
from lakehouse.liveness import ARCHIVING
from lakehouse.lock import PIPELINE
from lakehouse.planning import split


def archive(platform: Platform) -> int:
    """Moves every loaded file to `archived/`; returns how many. Raises LockHeld while somebody else writes."""
    lake, owner = platform.lake, f"{ARCHIVING}{uuid.uuid4().hex}"
    with platform.living(owner):
        if (holder := lake.lock.acquire(PIPELINE, owner)) != owner:
            raise LockHeld(f"{holder} is running, and archives what it loads", "Wait for it.")
        try:
            return sum(1 for _ in (*_raw(lake), *_uploads(lake)))
        finally:
            lake.lock.release(PIPELINE, owner)


def _raw(lake: Lake) -> Iterator[str]:
    for dataset in sorted(lake.contracts):
        for file in split(lake, dataset)[1]:
            if archive_raw(lake.storage, file.key, file.source_file, file.dataset):
                yield file.key


def _uploads(lake: Lake) -> Iterator[str]:
    for upload in inbox.lying(lake, dt.datetime.now(dt.UTC)):
        sha256 = lake.storage.sha256(upload.key)
        record = conversions.read(lake, sha256, readings.of_call(upload.reading))
        settled = record is not None and intake.is_settled(lake, record, upload.key)
        if settled and archive_upload(lake.storage, upload.key, upload.source_file, sha256):
            yield upload.key
