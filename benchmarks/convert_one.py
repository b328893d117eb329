"""A workbook to CSVs with lakectl: `python -m benchmarks.convert_one FOLDER WORKBOOK`. Prints seconds, peak bytes."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from benchmarks.measure import RSS_UNIT
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.convert.workers import Workers


def main(folder: str, workbook: str) -> None:
    """Converts, and prints how long that took, imports and contracts left out, and what memory all processes took."""
    contracts = load_contracts([PACKAGED])
    workers = Workers()
    workers.start(wait=True)
    start = time.perf_counter()
    workers.convert(Path(workbook), Path(workbook).name, contracts, Path(folder))
    print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT + _of_workers())
    workers.close()


def _of_workers() -> int:
    """The peak bytes of all child processes, added up, as Linux tells them."""
    children = [pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
