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
from typing import TYPE_CHECKING

from lakehouse.aws import Clients, client
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import Contract
from lakehouse.errors import ContractError
from lakehouse.etl.catalog import Catalog, open_catalog
from lakehouse.liveness import is_running, is_running_on_aws
from lakehouse.lock import Lock, Places
from lakehouse.markers import Markers, ObjectMarkers
from lakehouse.storage import Storage, open_storage

if TYPE_CHECKING:
    import argparse  # only jobs read arguments; functions start without it

WORDS = {"contracts": "", "markers": "objects", "lock": "objects", "machine": ""}


@dataclass(frozen=True)
class Lake:
    """A lake's parts. Build it with `open_lake`; tests build it from their own."""

    storage: Storage
    markers: Markers
    lock: Lock
    contracts_folder: str = ""
    clients: Clients = client

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """The contracts in force, by dataset. Raises ContractError."""
        own = self.contracts_folder
        if own.startswith("s3://"):
            return _brought_contracts(_brought(own, self.clients))
        return load_contracts([PACKAGED, Path(own)] if own else [PACKAGED])

    @cached_property
    def catalog(self) -> Catalog:
        """The tables that there are."""
        return open_catalog(self.storage, self.clients)


def add_words(parser: argparse.ArgumentParser) -> None:
    """Has a job's parser read the words of its lake: `--lake ROOT` and the others by their names."""
    parser.add_argument("--lake", required=True)
    for word, default in WORDS.items():
        parser.add_argument(f"--{word}", default=default)


def words_of(given: argparse.Namespace) -> dict[str, str]:
    """What `open_lake` is told by arguments that such a parser has read."""
    return {"root": given.lake, **{word: getattr(given, word) for word in WORDS}}


def open_lake(given: Mapping[str, str], clients: Clients = client) -> Lake:
    """The lake of these words; all but `root` may be left out. `clients` are those of AWS, where it is there."""
    where = {**WORDS, **given}
    storage, machine = open_storage(where["root"], clients), where["machine"]
    alive = partial(is_running_on_aws, clients, machine) if machine else partial(is_running, storage.root)
    lock = Lock(_places(storage, where["lock"], clients), alive)
    return Lake(storage, _markers(storage, where["markers"], clients), lock, where["contracts"], clients)


def _markers(storage: Storage, backend: str, clients: Clients) -> Markers:
    kind, _, table = backend.partition(":")
    if kind == "dynamodb":
        from lakehouse.dynamodb import DynamoMarkers

        return DynamoMarkers(table, clients("dynamodb"))
    return ObjectMarkers(storage)


def _places(storage: Storage, backend: str, clients: Clients) -> Places:
    kind, _, table = backend.partition(":")
    if kind == "dynamodb":
        from lakehouse.dynamodb import DynamoLocks

        return DynamoLocks(table, clients("dynamodb"))
    return storage


def _brought_contracts(folder: Path) -> dict[str, Contract]:
    try:
        return load_contracts([PACKAGED, folder])
    except ContractError as error:  # whoever wrote the file knows it as contracts/NAME.yaml
        raise ContractError(error.message.replace(f"{folder.parent}/", ""), error.hint) from None


@cache
def _brought(prefix: str, clients: Clients) -> Path:
    """The contracts under the prefix, in a folder here; once a process, since a prefix is named by its content."""
    folder = Path(tempfile.mkdtemp(prefix="lakehouse-"), "contracts")
    folder.mkdir()
    storage = open_storage(prefix.rstrip("/"), clients)
    for entry in storage.list(""):
        storage.download(entry.key, folder / entry.key)
    return folder
