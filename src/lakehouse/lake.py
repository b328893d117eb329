"""One lake, opened from the few words that every handler and job is given.

root        an absolute directory, or s3://BUCKET
contracts   the folder of the project's own contracts, or the s3:// prefix of all of them; empty: the packaged ones
markers     "objects" or "dynamodb:TABLE"
lock        the same
machine     in S3: the ARN of the state machine, which tells whether an execution still runs
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import Contract
from lakehouse.etl.catalog import Catalog, open_catalog
from lakehouse.liveness import is_running, is_running_on_aws
from lakehouse.lock import Lock, Places
from lakehouse.markers import Markers, ObjectMarkers
from lakehouse.storage import Storage, open_storage

WORDS = {"contracts": "", "markers": "objects", "lock": "objects", "machine": ""}


@dataclass(frozen=True)
class Lake:
    """A lake's parts. Build it with `open_lake`; tests build it from their own."""

    storage: Storage
    markers: Markers
    lock: Lock
    contracts_folder: str = ""

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts in force, by dataset. Raises ContractError."""
        own = self.contracts_folder
        folder = _brought(own) if own.startswith("s3://") else Path(own)
        return load_contracts([PACKAGED, folder] if own else [PACKAGED])

    @cached_property
    def catalog(self) -> Catalog:
        """The tables that there are."""
        return open_catalog(self.storage)


def open_lake(given: Mapping[str, str]) -> Lake:
    """The lake of these words; all but `root` may be left out."""
    where = {**WORDS, **given}
    storage = open_storage(where["root"])
    alive = partial(is_running_on_aws, where["machine"]) if where["machine"] else partial(is_running, storage.root)
    lock = Lock(_places(storage, where["lock"]), alive)
    return Lake(storage, _markers(storage, where["markers"]), lock, where["contracts"])


def _markers(storage: Storage, backend: str) -> Markers:
    kind, _, table = backend.partition(":")
    if kind == "dynamodb":
        from lakehouse.dynamodb import DynamoMarkers

        return DynamoMarkers(table)
    return ObjectMarkers(storage)


def _places(storage: Storage, backend: str) -> Places:
    kind, _, table = backend.partition(":")
    if kind == "dynamodb":
        from lakehouse.dynamodb import DynamoLocks

        return DynamoLocks(table)
    return storage


@cache
def _brought(prefix: str) -> Path:
    """The contracts under the prefix, in a folder here; once a process, since a prefix is named by its content."""
    folder = Path(tempfile.mkdtemp(prefix="lakehouse-"), "contracts")
    folder.mkdir()
    storage = open_storage(prefix.rstrip("/"))
    for entry in storage.list(""):
        storage.download(entry.key, folder / entry.key)
    return folder
