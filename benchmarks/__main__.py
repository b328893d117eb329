"""`python -m benchmarks [NAME...] [--json FILE]`: measures, and prints one table. Without a name: everything.

Exits with 1 if a line is not what it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import aws, conversion, growth, ingest, plain_csv, query, startup
from benchmarks.lab import Lab
from benchmarks.measure import Line

BENCHMARKS: dict[str, Callable[[Lab], list[Line]]] = {
    "conversion": conversion.conversion,
    "conversion-memory": conversion.conversion_memory,
    "plain-csv": plain_csv.plain_csv,
    "ingest": ingest.ingest,
    "spark": ingest.spark,
    "again": ingest.again,
    "growth": growth.growth,
    "millions": growth.millions,
    "query": query.query,
    "help": startup.startup,
    "functions": aws.functions,
    "function-memory": aws.function_memory,
    "deploy": aws.deploy,
    "uploads": aws.uploads,
    "status": aws.status,
}


def main(argv: list[str]) -> int:
    """Measures what `argv` names, tells of progress on stderr, prints the table. Returns the exit code."""
    options = _options(argv)
    lines: list[Line] = []
    before = os.getloadavg()[0]
    with Lab(Path(options.folder)) as lab:
        for name in options.names or BENCHMARKS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            lines.extend(BENCHMARKS[name](lab))
    Console(width=None if sys.stdout.isatty() else 160).print(_table(lines, before))
    if options.json:
        Path(options.json).write_text(json.dumps([line.json() for line in lines], indent=2) + "\n", encoding="utf-8")
    return 0 if all(line.holds for line in lines) else 1


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", metavar="FILE", help="write the lines and their figures there, too")
    parser.add_argument("--folder", default=".benchmarks", help="where made data is kept (default: %(default)s)")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return options


def _table(lines: list[Line], load: float) -> Table:
    title = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    # The sides of a ratio are measured one after the other: with other work about, one may be hit more than the other.
    idle = f"load before: {load:.1f}; trust ratios of times only from a machine that does nothing else"
    table = Table("what", "against", "must be", "measured", "", title=title, caption=idle)
    for line in lines:
        table.add_row(line.what, line.against, line.wanted, line.measured, "ok" if line.holds else "MISSED")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
