"""What lies in the inbox, and in which order it was delivered.

People put files into `uploads/`, `lakectl ingest` into `lakehouse/incoming/`, and some put a CSV into `raw/` by hand.
An upload is given its `source_file`, `PLACE/name`, when it is found, and what `ingest` brings before it is brought:
unique for ever and sorted, as text, in the order of delivery (`lakehouse.places`).
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lakehouse import layout, places, raw
from lakehouse.lake import Lake
from lakehouse.records import read_record
from lakehouse.storage import Entry

BATCH_FILES, BATCH_BYTES = 50, 32 * 2**20
_STAGED = re.compile(r"([0-9]{8}T[0-9]{6}Z-[0-9a-z]+)-([0-9]{5})-(.+)", re.DOTALL)
_ABANDONED = dt.timedelta(days=1)  # after which a delivery that is not complete will not be


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
    _clear(lake, now)
    places.assign(lake.storage, _waiting(lake), now)
    found = arrivals(lake, execution, now)
    manifest = layout.execution(execution, f"inbox.{round_:03}.json")
    lake.storage.write(manifest, json.dumps([asdict(upload) for upload in found]).encode())
    return [{"manifest": manifest, **batch} for batch in _batches(found)]


def _clear(lake: Lake, now: dt.datetime) -> None:
    """Removes the copies of deliveries that broke off long ago: their senders have the files."""
    for entry in lake.storage.list(layout.INCOMING):
        whose = _execution(entry.key)
        if whose and now - entry.modified > _ABANDONED and not _delivery(lake, whose).get("complete", True):
            lake.storage.delete(entry.key)


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
    """All uploads that wait in the lake, in the order of delivery. Changes nothing."""
    waiting = list(_waiting(lake))
    given = places.peek(lake.storage, waiting, now)
    found = [_upload(entry, given[entry.key], {}) for entry in waiting]
    for whose in sorted({_execution(entry.key) for entry in lake.storage.list(layout.INCOMING)} - {""}):
        found += brought(lake, whose)
    return sorted(found, key=lambda upload: upload.source_file)


def brought(lake: Lake, execution: str) -> list[Upload]:
    """The uploads that `ingest` has brought for an execution, in the order of its arguments; none before it has
    brought them all: a delivery that broke off is none, and its sender has the files."""
    delivery = _delivery(lake, execution)
    entries = list(lake.storage.list(f"{layout.INCOMING}{execution}-"))
    if not delivery.get("complete", True):
        return []
    place = delivery.get("place") or places.stamp(min((e.modified for e in entries), default=dt.datetime.now(dt.UTC)))
    own = execution.rpartition("-")[2]
    return [_upload(entry, f"{place}-{_staged_as(entry.key)[1]}-{own}", delivery) for entry in entries]


def _waiting(lake: Lake) -> Iterator[Entry]:
    """What somebody has put into `uploads/`, or into `raw/` or `incoming/` by hand, in order of arrival."""
    sent = [entry for entry in lake.storage.list(layout.UPLOADS) if is_upload(entry.key)]
    strays = [entry for entry in lake.storage.list(layout.INCOMING) if not _execution(entry.key)]
    by_hand = [*strays, *raw.strangers(lake.storage)]
    yield from sorted([*sent, *by_hand], key=lambda entry: (entry.modified, entry.key))


def _staged_as(key: str) -> tuple[str, str, str]:
    """Execution, number and name of a file that `ingest` has brought; empty for any other."""
    found = _STAGED.fullmatch(key.removeprefix(layout.INCOMING))
    return (found[1], found[2], found[3]) if found else ("", "", "")


def _execution(key: str) -> str:
    """Whose file in `incoming/` this is; empty for a file that no `ingest` has brought."""
    return _staged_as(key)[0]


def considered(lake: Lake, execution: str) -> list[Upload]:
    """The uploads that an execution has looked at in any of its rounds."""
    entries = lake.storage.list(layout.execution(execution, "inbox."))
    return [Upload(**fields) for entry in entries for fields in json.loads(lake.storage.read(entry.key))]


def staged(execution: str, number: int, name: str) -> str:
    """The key of the file that `ingest` brings as the n-th: the files of one moment sort in the order of arguments."""
    return f"{layout.INCOMING}{execution}-{number:05}-{layout.file_name(name)}"


def announce(lake: Lake, execution: str, names: Sequence[str], reading: Mapping[str, Any], now: dt.datetime) -> None:
    """Writes down, before `ingest` brings files, all that their keys do not say: their place in the order of delivery,
    names that are none for a key, and how the call said to read them. Whichever execution finds the files finds this.

    What waits in `uploads/` by now was delivered before, and gets its place first.
    """
    places.assign(lake.storage, _waiting(lake), now)
    numbered = {f"{number:05}": layout.readable(name) for number, name in enumerate(names, 1)}
    told = {number: name for number, name in numbered.items() if layout.file_name(name) != name}
    place = places.take(lake.storage, now)
    _keep(lake, execution, {"place": place, "names": told, "reading": dict(reading), "complete": False})


def complete(lake: Lake, execution: str) -> None:
    """Writes down that `ingest` has brought all files: only now they count as delivered."""
    _keep(lake, execution, {**_delivery(lake, execution), "complete": True})


def _keep(lake: Lake, execution: str, delivery: Mapping[str, Any]) -> None:
    lake.storage.write(_delivery_key(execution), json.dumps(delivery).encode())


def _delivery(lake: Lake, execution: str) -> Mapping[str, Any]:
    return read_record(lake.storage, _delivery_key(execution)) or {}


def _delivery_key(execution: str) -> str:
    return layout.execution(execution, "brought.json")


def _upload(entry: Entry, place: str, delivery: Mapping[str, Any]) -> Upload:
    name = entry.key.removeprefix(layout.UPLOADS).removeprefix(layout.INCOMING)
    _, number, called = _staged_as(entry.key)
    if number:
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
