"""Workbooks to CSVs with pandas, a CSV per sheet: `python pandas_to_csv.py FOLDER WORKBOOK...`. Prints the seconds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas


def convert(workbook: Path, folder: Path) -> None:
    """One CSV per sheet, named after workbook and sheet."""
    for name, frame in pandas.read_excel(workbook, sheet_name=None, engine="openpyxl").items():
        frame.to_csv(folder / f"{workbook.stem}.{name}.csv", index=False)


def main(folder: str, *workbooks: str) -> None:
    """Converts, and prints how long that took, imports left out."""
    start = time.perf_counter()
    for workbook in workbooks:
        convert(Path(workbook), Path(folder))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
