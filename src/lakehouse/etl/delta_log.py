"""A Delta table's log as it lies in the lake: what can be known of a table without an engine.

A commit is `_delta_log/VERSION.json`, VERSION in 20 digits (Delta's protocol, "Delta Log Entries").
"""

from __future__ import annotations

import re

from lakehouse.storage import Storage

_COMMIT = re.compile(r".*/_delta_log/([0-9]{20})\.json")


def newest_version(storage: Storage, table: str) -> int | None:
    """The newest version of the table in this folder of the lake; None where there is no table."""
    found = (_COMMIT.fullmatch(entry.key) for entry in storage.list(f"{table}/_delta_log/"))
    return max((int(commit[1]) for commit in found if commit), default=None)
