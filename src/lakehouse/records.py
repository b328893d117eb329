"""The small JSON objects in which the pipeline remembers what it has done.

One that a power cut has left empty or torn is never believed and never fatal: it counts as absent, so that the work
that it was to remember is done again.
"""

from __future__ import annotations

import json
from typing import Any

from lakehouse.errors import ObjectMissing
from lakehouse.storage import Storage


def read_record(storage: Storage, key: str) -> dict[str, Any] | None:
    """The record with that key; None where there is none, or none that is whole."""
    try:
        return parsed(storage.read(key))
    except ObjectMissing:
        return None


def parsed(data: bytes) -> dict[str, Any] | None:
    """What a record says; None where it is not whole."""
    try:
        told = json.loads(data)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
