"""Conversion: an upload (workbook or delimited text) becomes one normalised CSV per sheet.

    formats      what kind of file it is, and whether name and content agree
    workbook     .xlsx .xlsm .xlsb .xls .ods -> grids of text     (values, excel_errors)
    delimited    .csv .csv.gz                -> one grid of text
    routing      header -> dataset, or why there is none
    normalise    grid -> CSV

A CSV is UTF-8 with LF and a header: all source columns of the contract in the contract's order, empty where the sheet
lacks an optional one, then `_source_row`, the row's number as a person sees it. An empty cell is null. The same upload
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import delimited, workbook
from lakehouse.convert.formats import checked_format
from lakehouse.convert.model import Grid, Sheet
from lakehouse.convert.normalise import normalise
from lakehouse.convert.routing import known_headers

__all__ = ["Sheet", "convert", "grids"]

Share = tuple[int, int]
ALL: Share = (0, 1)


def convert(
    path: Path, name: str, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE, share: Share = ALL
) -> list[Sheet]:
    """Writes a CSV into the local `folder` for each sheet of a known dataset, and reports on every sheet, in order.

    `name` is the upload's file name: its suffix gives the format. The CSV of the third sheet is `0003.DATASET.csv`.
    `reading` wins over what the contracts say. Of `share` (k, n) only every n-th sheet is converted, from the k-th on.
    Raises UploadRefused when the file cannot be read, wherever the reason lies; CSVs already written mean nothing.
    """
    grids = _grids(path, name, contracts)
    first, of = share
    mine = (grid for grid in grids if (grid.position - 1) % of == first)
    return [sheet for grid in mine for sheet in normalise(grid, contracts, folder, reading)]


def grids(path: Path, name: str) -> Iterator[Grid]:
    """The sheets of an upload as they are, for whoever knows no contract yet. Raises UploadRefused as `convert`."""
    return _grids(path, name, {})


def _grids(path: Path, name: str, contracts: Mapping[str, Contract]) -> Iterator[Grid]:
    form = checked_format(path, name)
    if form in ("csv", "csv.gz"):
        return delimited.read(path, name, form, known_headers(contracts.values()))
    return workbook.read(path, name, form)
