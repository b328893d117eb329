"""A plain CSV as a database writes it to the raw CSV: time against pandas, and the same values."""

from __future__ import annotations

import csv
import sys
from itertools import zip_longest
from pathlib import Path

from benchmarks import made
from benchmarks.conversion import convert
from benchmarks.lab import BASELINES, Lab
from benchmarks.measure import MB, Line, at_most, best, run

ROWS = 2_000_000


def plain_csv(lab: Lab) -> list[Line]:
    """2 million rows of order_items, both ways; imports are in neither time."""
    upload = made.once(lab.folder / "items-2m", made.items(ROWS)) / "order_items.csv"
    ours, theirs = lab.scratch("ours"), lab.scratch("theirs")
    quick, slow = best(
        3,
        lambda: convert(ours, upload)[0],
        lambda: float(run([sys.executable, BASELINES / "pandas_csv.py", theirs, upload]).out),
    )
    same = _same(next(ours.rglob("*.csv")), theirs / upload.name)
    text, fast = at_most(0.33, quick, slow)
    measured = f"{text}, {'same values' if same else 'OTHER VALUES'}"
    what = f"a plain CSV of 2 million rows ({upload.stat().st_size / MB:.0f} MB)"
    wanted = "<= 0.33x the time (2 s of 6), same values"
    raw = {"lakectl_s": quick, "pandas_s": slow, "same_values": same}
    return [Line(what, "pandas.read_csv(dtype=str) + to_csv", wanted, measured, fast and same, raw)]


def _same(ours: Path, theirs: Path) -> bool:
    """Whether every row is the same in the columns that lakectl writes."""
    with ours.open(newline="") as mine, theirs.open(newline="") as other:
        rows, others = csv.reader(mine), csv.reader(other)
        columns, header = next(rows), next(others)
        places = [header.index(column) for column in columns]
        return all(
            row is not None and cells is not None and row == [cells[place] for place in places]
            for row, cells in zip_longest(rows, others)
        )
