"""A Delta table's log as it lies in the lake: what can be known of a table without an engine.

A commit is `_delta_log/VERSION.json`, VERSION in 20 digits (Delta's protocol, "Delta Log Entries").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lakehouse.storage import Storage

_COMMIT = re.compile(r".*/_delta_log/([0-9]{20})\.json")


def newest_version(storage: Storage, table: str) -> int | None:
    """The newest version of the table in this folder of the lake; None where there is no table."""
    found = (_COMMIT.fullmatch(entry.key) for entry in storage.list(f"{table}/_delta_log/"))
    return max((int(commit[1]) for commit in found if commit), default=None)


def entry(table: str, version: int) -> str:
    """The key of a version's entry in the log of the table in this folder of the lake."""
    return f"{table}/_delta_log/{version:020}.json"


def is_whole(commit: bytes) -> bool:
    """Whether an entry of the log is one: a power cut may leave it empty, or cut short."""
    lines = commit.splitlines()
    return bool(lines) and all(map(_is_action, lines))


def _is_action(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def written(storage: Storage, table: str, commits: int = 3) -> Iterator[str]:
    """The keys of what the newest commits have written: their entries in the log, and the files that these add.

    A job makes at most three commits to a table: to create it, to give it columns, to load rows. Raises ObjectMissing.
    """
    newest = newest_version(storage, table)
    for version in [] if newest is None else range(max(0, newest - commits + 1), newest + 1):
        yield entry(table, version)
        yield from (f"{table}/{path}" for path in _added(storage.read(entry(table, version))))


def _added(commit: bytes) -> Iterator[str]:
    """The paths of the files that a commit adds; in the log they are encoded as in a URL."""
    actions = (json.loads(line) for line in commit.splitlines() if line)
    return (unquote(action["add"]["path"]) for action in actions if "add" in action)
