"""Settings of reading as a part of what an upload is: the same bytes, read otherwise, are something else.

They come from a call (`ingest --read`), which keeps them beside what it brings, and from contracts. Where there are
none, nothing of them shows in any key or identity.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import Reading


def as_json(reading: Reading) -> dict[str, Any]:
    """What is set."""
    return {name: value for name, value in asdict(reading).items() if value}


def from_json(fields: Mapping[str, Any]) -> Reading:
    """The settings that `as_json` gave, also after their way through JSON."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Reading(**given)


def of_call(fields: Mapping[str, Any]) -> str:
    """A hash of a call's settings, as `as_json` gives them; empty where there are none."""
    return _hash([from_json(fields)])


def of_sheet(call: Reading, contract: Contract | None) -> str:
    """A hash of the settings by which a sheet of a dataset is read; empty where there are none."""
    if contract is None:
        return ""
    own = {column.name: call.over(column.reading) for column in contract.columns if as_json(column.reading)}
    return _hash([call.over(contract.reading), *(own[name] for name in sorted(own))])


def of_contracts(contracts: Mapping[str, Contract]) -> str:
    """A hash of the settings of all contracts; empty where there are none."""
    return _hash(
        [reading for each in contracts.values() for reading in (each.reading, *(c.reading for c in each.columns))]
    )


def _hash(readings: list[Reading]) -> str:
    told = [as_json(reading) for reading in readings]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16] if any(told) else ""
