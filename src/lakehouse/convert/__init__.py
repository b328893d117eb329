"""Conversion: an upload (workbook or delimited text) becomes one normalised CSV per sheet and dataset.

    formats      what kind of file it is, by its name and by its content  (signatures)
    passwords    a workbook that is encrypted -> one that is not
    workbook     .xlsx .xlsm .xlsb .xls .ods  -> grids of text            (xlsx, xlsb, xls, ods)
    delimited    .csv .tsv .txt, also gzipped -> one grid of text         (encodings, dialect, records)
    plain_csv    a plain CSV, at once         -> CSV
    routing      header -> dataset, or why there is none
    normalise    grid -> CSV

A CSV is UTF-8 with LF and a header: all source columns of the contract in the contract's order, empty where the sheet
lacks an optional one, then `_source_row`, the row's number as a person sees it. An empty cell is null. The same upload
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import delimited, passwords, plain_csv, workbook
from lakehouse.convert.formats import checked_format
from lakehouse.convert.model import Grid, Note, Sheet
from lakehouse.convert.normalise import normalise
from lakehouse.convert.signatures import ENCRYPTED

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
    first, of = share
    found = checked_format(path, name)
    if first == 0 and not found.notes and (sheet := plain_csv.convert(path, found.form, contracts, folder, reading)):
        return [sheet]
    mine = (grid for grid in grids(path, name, contracts, reading) if (grid.position - 1) % of == first)
    return [sheet for grid in mine for sheet in normalise(grid, contracts, folder, reading)]


def grids(
    path: Path, name: str, contracts: Mapping[str, Contract] | None = None, reading: Reading = NONE
) -> Iterator[Grid]:
    """The sheets of an upload as they are; the first one has the notes on the file as a whole.

    Contracts are needed only to tell the encoding and the delimiter of text. Raises UploadRefused as `convert`.
    """
    known = contracts or {}
    found = checked_format(path, name)
    if found.form == ENCRYPTED:
        with passwords.opened(path) as plain:
            found = checked_format(plain, name)
            yield from _noted(_read(plain, name, found.form, known, reading), [passwords.NOTE, *found.notes])
    else:
        yield from _noted(_read(path, name, found.form, known, reading), found.notes)


def _read(path: Path, name: str, form: str, contracts: Mapping[str, Contract], reading: Reading) -> Iterator[Grid]:
    if form in ("csv", "csv.gz"):
        return delimited.read(path, name, form, contracts.values(), reading)
    return workbook.read(path, name, form)


def _noted(grids: Iterator[Grid], notes: Sequence[Note]) -> Iterator[Grid]:
    for grid in grids:
        if grid.position == 1:
            grid.notes.extend(notes)
        yield grid
