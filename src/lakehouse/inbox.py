"""What lies in the inbox, and in which order it was delivered.

People put files into `uploads/`, `lakectl ingest` into `lakehouse/incoming/`, and some put a CSV into `raw/` by hand.
An upload is given its `source_file` when it is found: `TIME-NUMBER/name`, unique for ever and sorted, as text, in the
order of delivery.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lakehouse import layout, raw
from lakehouse.errors import ObjectMissing
from lakehouse.lake import Lake
from lakehouse.storage import Entry

BATCH_FILES, BATCH_BYTES = 50, 32 * 2**20


@dataclass(frozen=True)
class Upload:
    """One file in `uploads/` (or put into `raw/` by hand), with its place in the order of delivery."""

    key: str
    source_file: str
    size: int
    modified: str
    reading: dict[str, Any] = field(default_factory=dict)  # how its `ingest` said to read it, see `lakehouse.readings`

    @property
    def name(self) -> str:
        """What the sender called it."""
        return self.source_file.partition("/")[2]

    @property
    def number(self) -> str:
        """Its place in the order of delivery."""
        return self.source_file.partition("/")[0]

    @property
    def arrival(self) -> tuple[str, int, str]:
        """The same for the same file however often it is looked at; another once it is replaced."""
        return self.key, self.size, self.modified


def find_uploads(lake: Lake, execution: str, round_: int, now: dt.datetime) -> list[dict[str, Any]]:
    """Writes down what lies in the inbox, and returns it in batches small enough to be converted in one go.

    A batch is `{"manifest": key, "first": i, "last": j, "bytes": n}`, a slice of the list that the manifest holds.
    """
    found = arrivals(lake, execution, now)
    manifest = layout.execution(execution, f"inbox.{round_:03}.json")
    lake.storage.write(manifest, json.dumps([asdict(upload) for upload in found]).encode())
    return [{"manifest": manifest, **batch} for batch in _batches(found)]


def unrest(lake: Lake, quiet: float, waited: float, now: dt.datetime) -> int:
    """How many seconds to wait until nothing has arrived for `quiet` seconds; 0 where it is quiet.

    Who sends a batch of files sends them one after another, and wants one run. Somebody who never stops sending must
    not keep the others waiting, so after ten quiet periods it counts as quiet.
    """
    if quiet <= 0 or waited >= 10 * quiet:
        return 0
    latest = max((entry.modified for entry in lake.storage.list(layout.UPLOADS) if is_upload(entry.key)), default=None)
    return 0 if latest is None else max(0, math.ceil(quiet - (now - latest).total_seconds()))


def arrivals(lake: Lake, execution: str, now: dt.datetime) -> list[Upload]:
    """What lies in the inbox and this execution has not looked at in any of its rounds."""
    seen = {upload.arrival for upload in considered(lake, execution)}
    return [upload for upload in lying(lake, now) if upload.arrival not in seen]


def lying(lake: Lake, now: dt.datetime) -> list[Upload]:
    """All uploads that lie in the lake, in the order of delivery: time of arrival, then key."""
    sent = [entry for entry in lake.storage.list(layout.UPLOADS) if is_upload(entry.key)]
    incoming = list(lake.storage.list(layout.INCOMING))
    together = _arrivals(incoming)
    deliveries = {whose: _delivery(lake, whose) for whose in together}
    found = [*sent, *incoming, *raw.strangers(lake.storage)]
    found.sort(key=lambda entry: (together.get(_execution(entry.key), entry.modified), entry.key))
    width = max(4, len(str(len(found))))
    return [
        _upload(entry, f"{_stamp(now)}-{i:0{width}}", deliveries.get(_execution(entry.key), {}))
        for i, entry in enumerate(found, 1)
    ]


def brought(lake: Lake, execution: str) -> list[Upload]:
    """The uploads that `ingest` has brought for an execution, in the order of its arguments.

    Their place in the order of delivery is by the lake's clock, since those of laptops differ, and it is the
    execution's own, since others may bring files in the same second.
    """
    entries = list(lake.storage.list(f"{layout.INCOMING}{execution}-"))
    own, delivery = execution.rpartition("-")[2], _delivery(lake, execution)
    return [
        _upload(entry, f"{_stamp(together)}-{number:05}-{own}", delivery)
        for together in _arrivals(entries).values()
        for number, entry in enumerate(entries, 1)
    ]


def _arrivals(incoming: Iterable[Entry]) -> dict[str, dt.datetime]:
    """When each `ingest` brought its files: they arrived together, whichever was copied first."""
    first: dict[str, dt.datetime] = {}
    for entry in incoming:
        whose = _execution(entry.key)
        first[whose] = min(entry.modified, first.get(whose, entry.modified))
    return first


def _execution(key: str) -> str:
    """Whose file in `incoming/` this is: the key is EXECUTION-NUMBER-NAME, and EXECUTION is TIME-RANDOM."""
    return "-".join(key.removeprefix(layout.INCOMING).split("-", 2)[:2])


def _stamp(now: dt.datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%S%f")[:-3] + "Z"


def considered(lake: Lake, execution: str) -> list[Upload]:
    """The uploads that an execution has looked at in any of its rounds."""
    entries = lake.storage.list(layout.execution(execution, "inbox."))
    return [Upload(**fields) for entry in entries for fields in json.loads(lake.storage.read(entry.key))]


def staged(execution: str, number: int, name: str) -> str:
    """The key of the file that `ingest` brings as the n-th: the files of one moment sort in the order of arguments."""
    return f"{layout.INCOMING}{execution}-{number:05}-{layout.file_name(name)}"


def announce(lake: Lake, execution: str, names: Sequence[str], reading: Mapping[str, Any]) -> None:
    """Keeps, before `ingest` brings files, what their keys do not say: names that are none for a key, and how the call
    said to read them. Whichever execution finds the files finds this."""
    numbered = {f"{number:05}": layout.readable(name) for number, name in enumerate(names, 1)}
    told = {number: name for number, name in numbered.items() if layout.file_name(name) != name}
    if told or reading:
        delivery = {"names": told, "reading": dict(reading)}
        lake.storage.write(_delivery_key(execution), json.dumps(delivery).encode())


def _delivery(lake: Lake, execution: str) -> Mapping[str, Any]:
    try:
        return dict(json.loads(lake.storage.read(_delivery_key(execution))))
    except ObjectMissing:
        return {}


def _delivery_key(execution: str) -> str:
    return layout.execution(execution, "brought.json")


def _upload(entry: Entry, place: str, delivery: Mapping[str, Any]) -> Upload:
    name = entry.key.removeprefix(layout.UPLOADS)
    if entry.key.startswith(layout.INCOMING):
        name = entry.key.removeprefix(layout.INCOMING)
        if name.count("-") >= 3:  # else nobody has brought it: it lies there for some other reason
            _, _, number, called = name.split("-", 3)
            name = delivery.get("names", {}).get(number, called)
    source_file = f"{place}/{layout.readable(name)}"
    return Upload(entry.key, source_file, entry.size, entry.modified.isoformat(), dict(delivery.get("reading", {})))


def is_upload(key: str) -> bool:
    """Whether somebody sent this: not a folder's marker, nor what Excel and file managers leave beside a workbook."""
    name = key.rpartition("/")[2]
    return bool(name) and not name.startswith((".", "~$")) and name not in {"Thumbs.db", "desktop.ini"}


def _batches(found: list[Upload]) -> Iterator[dict[str, int]]:
    first, size = 0, 0
    for i, upload in enumerate(found):
        if i > first and (i - first >= BATCH_FILES or size + upload.size > BATCH_BYTES):
            yield {"first": first, "last": i, "bytes": size}
            first, size = i, 0
        size += upload.size
    if first < len(found):
        yield {"first": first, "last": len(found), "bytes": size}
