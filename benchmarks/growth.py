"""What happens as tables grow: time of the same month on top of history, and of millions of rows at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks import made
from benchmarks.lab import Lab
from benchmarks.measure import MB, Line, at_most, best

GB = 1024 * MB
EMPTY = "the same month into an empty lake"


def growth(lab: Lab) -> list[Line]:
    """One month on top of 24."""
    years = made.once(lab.folder / "years", made.years)
    full = lab.project()
    lab.lakectl(full, "ingest", years / "history")
    return [_on_top(lab, "one more month on top of 24", full, years / "next")]


def millions(lab: Lab) -> list[Line]:
    """5 and 10 million rows into empty tables, then a month on top of the 10 million."""
    five, ten = lab.project(), lab.project()
    half = lab.lakectl(five, "ingest", made.once(lab.folder / "items-5m", made.items(5_000_000)))
    whole = lab.lakectl(ten, "ingest", made.once(lab.folder / "items-10m", made.items(10_000_000)))
    longer = whole.seconds / half.seconds
    measured = f"{whole.peak / GB:.2f} GB, {whole.seconds:.0f} s; {longer:.2f}x the time of 5 million"
    raw = {"peak_bytes": whole.peak, "10m_s": whole.seconds, "5m_s": half.seconds, "5m_peak_bytes": half.peak}
    # Twice the rows, and a tenth for the noise of the machine.
    holds = whole.peak < 3 * GB and longer <= 2.2
    line = Line("10 million rows of CSV, empty table", "memory", "< 3 GB, linear time", measured, holds, raw)
    years = made.once(lab.folder / "years", made.years)
    return [line, _on_top(lab, "one more month on a table of 10 million rows", ten, years / "next")]


def _on_top(lab: Lab, what: str, full: Path, month: Path) -> Line:
    def load(project: Path | None) -> float:
        return lab.lakectl(lab.project(like=project), "ingest", month).seconds

    later, first = best(3, partial(load, full), partial(load, None))
    text, flat = at_most(1.3, later, first)
    return Line(what, EMPTY, "<= 1.3x the time", text, flat, {"on_top_s": later, "empty_s": first})
