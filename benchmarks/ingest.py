"""A month into an empty lake, and the same month once more, against the usual way."""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from pathlib import Path

from benchmarks.lab import Lab
from benchmarks.measure import Line, at_least, best, run

USUAL = "pandas+openpyxl, then three Spark processes appending per sheet"
ENGINES = {"duckdb", "deltalake", "pyspark", "delta"}


def ingest(lab: Lab) -> list[Line]:
    """The whole command into a new lake, embedded engine."""

    def load() -> float:
        return lab.lakectl(lab.project(), "ingest", lab.month).seconds

    # The usual way takes minutes and is measured once: a mean from before and after it, not the best, is its match.
    before = [load(), load()]
    usual = sum(lab.usual_way)
    quick = statistics.mean([*before, load(), load()])
    text, fast = at_least(30, usual, quick)
    raw = {"usual_s": lab.usual_way, "lakectl_s": quick}
    return [Line("ingest of a month, empty lake", USUAL, ">= 30x faster", text, fast, raw)]


def spark(lab: Lab) -> list[Line]:
    """The same on Spark with an empty user cache (it downloads what it lacks), and again with what that run left.

    The first run leaves a process behind that makes the archive of classes; the second waits until that has ended.
    """
    cache = lab.scratch("cache")
    environment = {"LAKECTL_ENGINE": "spark", "XDG_CACHE_HOME": str(cache)}
    usual = sum(lab.usual_way)
    seconds = [lab.lakectl(lab.project(), "ingest", lab.month, **environment).seconds]
    deadline = time.monotonic() + 600
    while not list(cache.rglob("*.jsa")) and time.monotonic() < deadline:
        time.sleep(1)
    time.sleep(5)  # it has still to end
    seconds.append(lab.lakectl(lab.project(), "ingest", lab.month, **environment).seconds)
    lines = []
    for name, wanted, took in zip(("first", "second"), (3, 5), seconds, strict=True):
        text, fast = at_least(wanted, usual, took)
        raw = {"usual_s": lab.usual_way, "lakectl_s": took}
        what = f"the same with --engine spark, {name} run on a machine"
        lines.append(Line(what, USUAL, f">= {wanted}x faster", text, fast, raw))
    return lines


def again(lab: Lab) -> list[Line]:
    """The same month again: how long it takes to find that there is nothing to do, and whether an engine was loaded."""
    project = lab.project()
    lab.lakectl(project, "ingest", lab.month)
    return [_again(lab, project, engine) for engine in ("duckdb", "spark")]


def _again(lab: Lab, project: Path, engine: str) -> Line:
    (took,) = best(3, lambda: lab.lakectl(project, "ingest", lab.month, LAKECTL_ENGINE=engine).seconds)
    command: list[str | Path] = [sys.executable, "-X", "importtime", "-m", "lakectl", "ingest", lab.month]
    told = run(command, cwd=project, env={**os.environ, "LAKECTL_ENGINE": engine}).err
    modules = {line.rpartition("|")[2].strip().split(".")[0] for line in re.findall(r"^import time:.*$", told, re.M)}
    loaded = sorted(modules & ENGINES)
    measured = f"{took:.2f} s, {'loads ' + ', '.join(loaded) if loaded else 'no engine'}"
    what, wanted = f"the same month again, --engine {engine}", "< 1 s, no engine started"
    return Line(what, "-", wanted, measured, took < 1 and not loaded, {"lakectl_s": took, "engines": loaded})
