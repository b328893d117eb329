"""One lake, opened from the few words that every handler and job is given: where it is, its contracts, its markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import Contract
from lakehouse.liveness import is_running
from lakehouse.lock import Lock
from lakehouse.markers import Markers, ObjectMarkers
from lakehouse.storage import Storage, open_storage


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
        folders = [PACKAGED, *([Path(self.contracts_folder)] if self.contracts_folder else [])]
        return load_contracts(folders)


def open_lake(where: Mapping[str, str]) -> Lake:
    """The lake of `{"root": ..., "contracts": FOLDER or "", "markers": "objects" or "dynamodb:TABLE"}`."""
    storage = open_storage(where["root"])
    lock = Lock(storage, partial(is_running, storage.root))
    return Lake(storage, _markers(storage, where.get("markers", "objects")), lock, where.get("contracts", ""))


def _markers(storage: Storage, backend: str) -> Markers:
    kind, _, table = backend.partition(":")
    if kind == "dynamodb":
        from lakehouse.dynamodb import DynamoMarkers

        return DynamoMarkers(table)
    return ObjectMarkers(storage)
