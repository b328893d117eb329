"""Workbooks to CSVs: time against pandas, memory against the text that is in them."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas

from benchmarks import made
from benchmarks.lab import BASELINES, Lab
from benchmarks.measure import MB, Line, at_least, best, run


def conversion(lab: Lab) -> list[Line]:
    """The month's order_items workbook, both ways; imports are in neither time."""
    ours, theirs = lab.scratch("ours"), lab.scratch("theirs")
    slow, quick = best(
        3,
        lambda: float(run([sys.executable, BASELINES / "pandas_to_csv.py", theirs, lab.items]).out),
        lambda: convert(ours, lab.items)[0],
    )
    same = _rows(ours).equals(_rows(theirs))
    text, fast = at_least(25, slow, quick)
    measured = f"{text}, {'same values' if same else 'OTHER VALUES'}"
    against = "pandas.read_excel(sheet_name=None) + to_csv"
    raw = {"pandas_s": slow, "lakectl_s": quick, "same_values": same}
    return [Line("order_items workbook to CSVs", against, ">= 25x faster, same values", measured, fast and same, raw)]


def conversion_memory(lab: Lab) -> list[Line]:
    """A workbook of 60 MB: peak memory of all processes together against its largest sheet as CSV."""
    folder = made.once(lab.folder / "huge", made.huge_workbook)
    workbook, largest = folder / "order_items.xlsx", int((folder / "text_bytes").read_text())
    seconds, peak = convert(lab.scratch("huge"), workbook)
    size, factor = workbook.stat().st_size, peak / largest
    measured = f"{factor:.1f}x ({peak / MB:.0f} MB / {largest / MB:.0f} MB, in {seconds:.0f} s)"
    raw = {"workbook_bytes": size, "peak_bytes": peak, "largest_sheet_bytes": largest, "seconds": seconds}
    what = f"peak memory, conversion of a {size / MB:.0f} MB workbook"
    return [Line(what, "its largest sheet as text", "<= 8x", measured, factor <= 8, raw)]


def convert(folder: Path, upload: Path) -> tuple[float, int]:
    """Converts with lakectl: seconds, and peak bytes of all processes."""
    command = [sys.executable, "-m", "benchmarks.convert_one", folder, upload]
    seconds, peak = run(command, cwd=Path(__file__).parents[1]).out.split()
    return float(seconds), int(peak)


def _rows(folder: Path) -> pandas.DataFrame:
    """All rows of a folder of CSVs in order of their id, without the columns that only one of the ways writes."""
    rows = pandas.concat(pandas.read_csv(csv) for csv in sorted(folder.rglob("*.csv")))
    kept = [column for column in rows.columns if column != "date" and not column.startswith("_")]
    return rows[kept].sort_values("id", ignore_index=True)
