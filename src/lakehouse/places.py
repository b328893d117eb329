"""Places in the order of delivery: given once, written down before anything relies on them, and never taken back.

A place is `TIME-NUMBER`, which sorts as text. TIME is the lake's own clock: it never goes back, whatever the machine's
does, and no two calls are given the same. What has been found in `uploads/` keeps its place as long as it is the same
file, so an order that was fixed survives a run that broke, however its batches were converted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from lakehouse import layout
from lakehouse.errors import ObjectMissing
from lakehouse.records import parsed
from lakehouse.storage import Entry, Storage

_FORMAT = "%Y%m%dT%H%M%S%f"


def assign(storage: Storage, found: Iterable[Entry], now: dt.datetime) -> dict[str, str]:
    """The places of files in order of arrival, by key; those that are new are written down in one step."""
    entries = list(found)
    while True:
        present, told = _read(storage)
        places, last = _placed(told, entries, now)
        uploads = {e.key: [*_arrival(e), places[e.key]] for e in entries}
        if uploads == told.get("uploads", {}) or _write(storage, present, {"last": last, "uploads": uploads}):
            return places


def peek(storage: Storage, found: Iterable[Entry], now: dt.datetime) -> dict[str, str]:
    """The places that files have, or would be given now, by key. Writes nothing."""
    return _placed(_read(storage)[1], list(found), now)[0]


def take(storage: Storage, now: dt.datetime) -> str:
    """A time for a whole delivery, later than all before it; the files in it are numbered behind it."""
    while True:
        present, told = _read(storage)
        last = _later(told, now)
        if _write(storage, present, {**told, "last": last}):
            return last


def _placed(told: Mapping[str, Any], entries: list[Entry], now: dt.datetime) -> tuple[dict[str, str], str]:
    known = told.get("uploads", {})
    places = {e.key: known[e.key][2] for e in entries if known.get(e.key, [])[:2] == [*_arrival(e)]}
    new = [entry for entry in entries if entry.key not in places]
    last = _later(told, now) if new else told.get("last", "")
    width = max(4, len(str(len(new))))
    return places | {entry.key: f"{last}-{number:0{width}}" for number, entry in enumerate(new, 1)}, last


def _arrival(entry: Entry) -> tuple[int, str]:
    """The same for the same file however often it is looked at; another once it is replaced."""
    return entry.size, entry.modified.isoformat()


def _later(told: Mapping[str, Any], now: dt.datetime) -> str:
    """The time now, to the millisecond, or the one after the last that was given, whichever is later."""
    last = told.get("last", "")
    if stamp(now) > last:
        return stamp(now)
    return stamp(dt.datetime.strptime(last[:-1], _FORMAT).replace(tzinfo=dt.UTC) + dt.timedelta(milliseconds=1))


def stamp(when: dt.datetime) -> str:
    """An instant, to the millisecond, as places begin with it."""
    return when.strftime(_FORMAT)[:-3] + "Z"


def _read(storage: Storage) -> tuple[bytes | None, dict[str, Any]]:
    """The record, as it is and as what it says; nothing where there is none, or a power cut has torn it."""
    try:
        present = storage.read(layout.PLACES)
    except ObjectMissing:
        return None, {}
    return present, parsed(present) or {}


def _write(storage: Storage, present: bytes | None, told: Mapping[str, Any]) -> bool:
    data = json.dumps(told).encode()
    if present is None:
        return storage.create(layout.PLACES, data)
    return storage.replace(layout.PLACES, data, expected=present)
