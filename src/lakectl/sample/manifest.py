"""What a right pipeline makes of a delivery into an empty lake, counted from the delivery itself and not by a pipeline.

The manifest's shape is in `docs/sample-data.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lakectl.sample.delivery import KEYS, Dataset, Delivered, File, Place
from lakectl.sample.shop import Row

Json = dict[str, Any]


class Fingerprint:
    """SHA-256 over rows in order of their keys, the same for rows as generated and as a query returns them.

    A row is the JSON array of its values in the order of the columns, without `date` and whatever begins with `_`;
    amounts have two decimals, timestamps are UTC without a zone, null is null; every row ends with a newline.
    """

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.rows = 0

    def add(self, rows: Iterable[Mapping[str, Any]]) -> Fingerprint:
        """Adds rows, whose keys are greater than those of the rows before."""
        for row in rows:
            values = [_plain(value) for column, value in row.items() if column != "date" and column[0] != "_"]
            self._sha256.update((json.dumps(values, ensure_ascii=False) + "\n").encode())
            self.rows += 1
        return self

    def hex(self) -> str:
        """The digest so far."""
        return self._sha256.hexdigest()


class Expected:
    """Collects what is expected of one file after the other."""

    def __init__(self) -> None:
        self._files: list[Json] = []
        self._rejects: list[Json] = []
        self._winners: list[Json] = []
        self._counts: dict[Dataset, Counter[str]] = defaultdict(Counter)
        self._tables: dict[Dataset, Fingerprint] = defaultdict(Fingerprint)

    def add(self, file: File, truth: list[Row]) -> None:
        """Takes note of a file and of the rows that it must leave in the table, in order of their keys."""
        rejects = [_reject(file, place, delivered) for place, delivered in file.rows() if delivered.faults]
        rivals = _rivals(file)
        read = sum(1 for _ in file.rows())
        counts = {"files": 1, "read": read, "inserted": len(rivals), "rejected": len(rejects)}
        self._counts[file.dataset].update(counts, duplicate=read - len(rivals) - len(rejects))
        self._rejects.extend(rejects)
        self._winners.extend(_winner(file, key, places) for key, places in rivals.items() if len(places) > 1)
        self._files.append(_file(file))
        self._tables[file.dataset].add(truth)

    def manifest(self, **made_with: float) -> Json:
        """The whole, ready to be written as JSON; `made_with` are the options it was made with."""
        return {
            "version": 1,
            **made_with,
            "files": self._files,
            "datasets": {name: self._dataset(name) for name in KEYS},
            "rejects": self._rejects,
            "winners": self._winners,
        }

    def _dataset(self, name: Dataset) -> Json:
        counts, table = self._counts[name], self._tables[name]
        always = {"updated": 0, "unchanged": 0, "stale": 0}
        ordered = ("files", "read", "inserted", "updated", "unchanged", "duplicate", "stale", "rejected")
        return {**{c: (counts | always)[c] for c in ordered}, "rows": table.rows, "sha256": table.hex()}


def _rivals(file: File) -> dict[str, list[tuple[str, Place]]]:
    """Per key the valid rows: when they are from and where they are, in order of delivery."""
    rivals: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for place, delivered in file.rows():
        if not delivered.faults:
            key = str(delivered.row[KEYS[file.dataset]]).strip().removesuffix(".0")
            rivals[key].append((str(delivered.row.get("order_timestamp", "")), place))
    return rivals


def _winner(file: File, key: str, rivals: list[tuple[str, Place]]) -> Json:
    """The latest row of a key; of rows as late the one delivered last."""
    _, place = max(rivals, key=lambda rival: (rival[0], rival[1].position, rival[1].row))
    return {"dataset": file.dataset, "key": int(key), "file": file.name, "sheet": place.sheet, "row": place.row}


def _reject(file: File, place: Place, delivered: Delivered) -> Json:
    return {
        "dataset": file.dataset,
        "file": file.name,
        "sheet": place.sheet,
        "row": place.row,
        "faults": [{"column": f.column, "value": f.text, "rule": f.rule} for f in delivered.faults],
        "waiting": delivered.waiting,
    }


def _file(file: File) -> Json:
    rows = Counter(place.position for place, _ in file.rows())
    sheets = [
        {
            "sheet": sheet.name,
            "position": position,
            "status": "ignored" if sheet.ignored else "converted",
            "reason": sheet.ignored,
            "rows": rows[position],
        }
        for position, sheet in enumerate(file.sheets, start=1)
    ]
    return {"file": file.name, "dataset": file.dataset, "sheets": sheets}


def _plain(value: Any) -> str | None:
    match value:
        case None:
            return None
        case float() | Decimal():
            return f"{value:.2f}"
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat()
        case _:
            return str(value)
