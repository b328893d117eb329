"""The rules once more, in plain Python and a row at a time: what jobs over generated batches must come to.

Cells are drawn from lists in which each text already stands beside its value, so nothing is parsed here. Some are
marked (`lakehouse.marks`), and a row may be a record that could not be split.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.unit.etl.lakes import Sheet, is_record

from lakehouse.marks import MARK, marked


class Wrong(str):
    """The rule that a text breaks, where another has its value."""


def _instant(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 4, day, hour, tzinfo=dt.UTC)


CELLS: dict[str, dict[str, Any]] = {
    "id": {
        "1": 1, "2": 2, "02.0": 2, "3": 3, " 4": 4, "-1": -1, "99999999999999999999": Wrong("range"),
        "": Wrong("required"), "1.5": Wrong("type"), "#N/A": Wrong("excel_error"),
        "\xa01\t": 1, "\ufeff\u200b": Wrong("required"), marked("1.000", read="2"): 2,
        marked("-", read=""): Wrong("required"), marked("=A1", rule="not_calculated"): Wrong("not_calculated"),
        marked("", rule="excel_error"): Wrong("excel_error"),
    },
    "product_id": {
        "1": 1, "2": 2, "3": 3, "0": 0, "x": Wrong("type"), marked("n° 2", read="2"): 2,
        marked("drei", read=" 3"): 3, marked("#SPILL!", rule="excel_error"): Wrong("excel_error"),
    },
    "reordered": {
        "": None, "0": 0, "1": 1, "1.0": 1, "2": Wrong("allowed"), marked("ja", read="1"): 1,
        marked("-", read=""): None, marked("zwei", read="2"): Wrong("allowed"), marked("1.000", rule="ambiguous"): Wrong("ambiguous"),
    },
    "order_timestamp": {
        "2026-04-01T10:00:00": _instant(1, 10), "2026-04-01 12:00:00+02:00": _instant(1, 10),
        "2026-04-02": _instant(2, 0), "2026-04-03T00:00+01:00": _instant(2, 23), "2026-04-31": Wrong("type"),
        "2026-04-01 06:00:00 -0400": _instant(1, 10), "2026-04-01 9:00 UTC": _instant(1, 9),
        marked("1.4.2026", read="2026-04-01"): _instant(1, 0), marked("\x00", rule="characters"): Wrong("characters"),
    },
}  # fmt: skip

COLUMNS = tuple(CELLS)
RECORD = {**dict.fromkeys(COLUMNS, ""), "id": marked('1,"2"3', rule="cells")}


@dataclass
class Oracle:
    """The state of a lake's order_items: its rows by id, and its open rejects by (source file, sheet, row)."""

    products: set[int] = field(default_factory=set)
    rows: dict[int, tuple[tuple[Any, ...], tuple[Any, ...]]] = field(default_factory=dict)  # id -> values, order
    rejects: dict[tuple[str, str, int], tuple[list[tuple[str, str | None, str]], Mapping[str, str], int]] = field(
        default_factory=dict
    )

    def load(self, sheets: Sequence[Sheet]) -> Counter[str]:
        """Loads sheets and whatever waits; returns the counts that are not zero."""
        batch = [
            ((sheet.source_file, sheet.sheet, row), cells, sheet.position)
            for sheet in sheets
            for row, cells in enumerate(sheet.rows, start=2)
        ]
        batch += [
            (place, cells, position) for place, (faults, cells, position) in self.rejects.items() if _waits(faults)
        ]
        counts: Counter[str] = Counter(read=len(batch))
        winners: dict[int, tuple[tuple[Any, ...], tuple[Any, ...]]] = {}
        for (source_file, sheet, row), cells, position in sorted(batch, key=lambda one: (one[0][0], one[2], one[0][2])):
            faults = self._faults(cells)
            if faults:
                counts["rejected"] += 1
                self.rejects[source_file, sheet, row] = (faults, cells, position)
                continue
            self.rejects.pop((source_file, sheet, row), None)
            values = tuple(CELLS[column][cells[column]] for column in COLUMNS)
            order = (values[3], source_file, position, row)
            if values[0] in winners:
                counts["duplicate"] += 1
            if values[0] not in winners or winners[values[0]][1] < order:
                winners[values[0]] = (values, order)
        for key, row in winners.items():
            counts[self._merge(key, *row)] += 1
        return +counts

    def _merge(self, key: int, values: tuple[Any, ...], order: tuple[Any, ...]) -> str:
        if key not in self.rows:
            self.rows[key] = (values, order)
            return "inserted"
        stored, stored_order = self.rows[key]
        if stored == values:
            return "unchanged"
        if order < stored_order:
            return "stale"
        self.rows[key] = (values, order)
        return "updated"

    def _faults(self, cells: Mapping[str, str]) -> list[tuple[str, str | None, str]]:
        if is_record(cells["id"]):
            return [("", _was(cells["id"]), "cells")]
        found = []
        for column in COLUMNS:
            value = CELLS[column][cells[column]]
            if isinstance(value, Wrong):
                found.append((column, _was(cells[column]), str(value)))
            elif column == "product_id" and value not in self.products:
                found.append((column, _was(cells[column]), "foreign_key"))
        return found

    def table(self) -> list[tuple[Any, ...]]:
        """The table's rows, with the derived date at the end, sorted."""
        return sorted((*values, values[3].date()) for values, _ in self.rows.values())

    def open_rejects(self) -> list[tuple[str, str, int, list[tuple[str, str | None, str]]]]:
        """Source file, sheet, row and faults of the open rejects, sorted."""
        return sorted((*place, faults) for place, (faults, _, _) in self.rejects.items())


def _was(cell: str) -> str | None:
    """The text that stood in the file."""
    return cell.rpartition(MARK)[2] or None


def _waits(faults: Sequence[tuple[str, str | None, str]]) -> bool:
    return all(rule == "foreign_key" for _, _, rule in faults)
