"""A workbook to CSVs with lakectl: `python -m benchmarks.convert_one FOLDER WORKBOOK`. Prints the seconds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.convert import convert


def main(folder: str, workbook: str) -> None:
    """Converts, and prints how long that took, imports and contracts left out."""
    contracts = load_contracts([PACKAGED])
    start = time.perf_counter()
    convert(Path(workbook), Path(workbook).name, contracts, Path(folder))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
