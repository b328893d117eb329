"""Workbooks to CSVs: time against pandas, memory against the text that is in them."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas

from benchmarks import made
from benchmarks.lab import BASELINES, Lab
from benchmarks.measure import MB, Line, Run, at_least, best, run


def conversion(lab: Lab) -> list[Line]:
    """The month's order_items workbook, both ways; imports are in neither time."""
    ours, theirs = lab.scratch("ours"), lab.scratch("theirs")
    slow, quick = best(
        3,
        lambda: float(run([sys.executable, BASELINES / "pandas_to_csv.py", theirs, lab.items]).out),
        lambda: float(_convert(ours, lab.items).out),
    )
    same = _rows(ours).equals(_rows(theirs))
    text, fast = at_least(8, slow, quick)
    measured = f"{text}, {'same values' if same else 'OTHER VALUES'}"
    against = "pandas.read_excel(sheet_name=None) + to_csv"
    raw = {"pandas_s": slow, "lakectl_s": quick, "same_values": same}
    return [Line("order_items workbook to CSVs", against, ">= 8x faster, same values", measured, fast and same, raw)]


def conversion_memory(lab: Lab) -> list[Line]:
    """A workbook of 60 MB: peak memory of the whole process against its largest sheet as CSV."""
    folder = made.once(lab.folder / "huge", made.huge_workbook)
    workbook, largest = folder / "order_items.xlsx", int((folder / "text_bytes").read_text())
    done = _convert(lab.scratch("huge"), workbook)
    size, factor = workbook.stat().st_size, done.peak / largest
    measured = f"{factor:.1f}x ({done.peak / MB:.0f} MB / {largest / MB:.0f} MB, in {float(done.out):.0f} s)"
    raw = {"workbook_bytes": size, "peak_bytes": done.peak, "largest_sheet_bytes": largest, "seconds": float(done.out)}
    what = f"peak memory, conversion of a {size / MB:.0f} MB workbook"
    return [Line(what, "its largest sheet as text", "<= 12x", measured, factor <= 12, raw)]


def _convert(folder: Path, workbook: Path) -> Run:
    return run([sys.executable, "-m", "benchmarks.convert_one", folder, workbook], cwd=Path(__file__).parents[1])


def _rows(folder: Path) -> pandas.DataFrame:
    """All rows of a folder of CSVs in order of their id, without the columns that only one of the ways writes."""
    rows = pandas.concat(pandas.read_csv(csv) for csv in sorted(folder.glob("*.csv")))
    kept = [column for column in rows.columns if column != "date" and not column.startswith("_")]
    return rows[kept].sort_values("id", ignore_index=True)
