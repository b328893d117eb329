"""How many rows of a dataset wait for a row of a parent, and against which versions of the parents they were tried.

Whether they are worth another try is told by the lake's state alone: they are, once a parent's table is at another
version. So no run has to know what an earlier one did, or where it broke.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from lakehouse import layout
from lakehouse.records import read_record
from lakehouse.storage import Storage


@dataclass(frozen=True)
class Waiting:
    """`rows` that wait, and the Delta version of each parent's table when they were tried (None: no table yet).

    `version` is that of the dataset's own table after its last job.
    """

    rows: int = 0
    tried: Mapping[str, int | None] = field(default_factory=dict)
    version: int | None = None

    def may_pass(self, versions: Mapping[str, int | None]) -> bool:
        """Whether another try may accept some of the rows, with the parents' tables at these versions."""
        return self.rows > 0 and any(
            version is not None and version != self.tried.get(parent) for parent, version in versions.items()
        )


# Where nobody can say how many rows wait, it is worth a try.
UNKNOWN = Waiting(1)


def tell(storage: Storage, dataset: str) -> Waiting:
    """What the dataset's last job said; none where no job has run, UNKNOWN where a power cut has emptied the record."""
    told = read_record(storage, _key(dataset))
    if told is None:
        return UNKNOWN if storage.exists(_key(dataset)) else Waiting()
    # Older records know no versions, and call the rows `waiting`.
    return Waiting(told.get("rows", told.get("waiting", 0)), told.get("tried", {}), told.get("version"))


def remember(storage: Storage, dataset: str, waiting: Waiting) -> None:
    """Keeps what a job has said."""
    storage.write(_key(dataset), json.dumps(asdict(waiting)).encode())


def _key(dataset: str) -> str:
    return f"{layout.REJECTED}waiting/{dataset}.json"
