"""Deliveries become files, the same bytes for the same delivery: no clock gets into them.

A workbook is a zip of XML. Its members' times and its properties are fixed here; the compressed bytes are those of the
interpreter's zlib, so two Python builds may write different bytes of the same content.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lakectl.sample.delivery import File, Sheet
from lakectl.sample.shop import Value

MADE = datetime(2025, 1, 1)


def write(file: File, folder: Path) -> None:
    """Writes the file under its name: an `.xlsx` workbook, or a CSV of its only sheet."""
    if file.name.endswith(".csv"):
        _write_csv(file.sheets[0], folder / file.name)
    else:
        _write_workbook(file.sheets, folder / file.name)


def _write_csv(sheet: Sheet, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(sheet.header.values())
        writer.writerows(_cells(sheet))


def _write_workbook(sheets: list[Sheet], path: Path) -> None:
    # Imported late: the command line loads this module for its help, too.
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    workbook = Workbook(write_only=True)
    workbook.properties.creator = "lakectl"
    workbook.properties.created = workbook.properties.modified = MADE
    for sheet in sheets:
        page = workbook.create_sheet(sheet.name)
        page.sheet_state = "hidden" if sheet.hidden else "visible"
        if sheet.header:
            page.append(list(sheet.header.values()))
        for cells in _cells(sheet):
            page.append(cells)
    # Not workbook.save(): that writes the time of day into the properties.
    ExcelWriter(workbook, _TimelessZip(path, "w", ZIP_DEFLATED)).save()


def _cells(sheet: Sheet) -> list[list[Value]]:
    """The sheet's rows below its header; an empty row has no cells. Error values such as `#N/A` become error cells."""
    return [[d.row.get(column) for column in sheet.header] if d else [] for d in sheet.rows]


class _TimelessZip(ZipFile):
    """A zip whose members are all as old as `MADE`."""

    def writestr(
        self, zinfo_or_arcname: Any, data: Any, compress_type: int | None = None, compresslevel: int | None = None
    ) -> None:
        """Adds a member."""
        super().writestr(
            ZipInfo(zinfo_or_arcname, MADE.timetuple()[:6]), data, compress_type or self.compression, compresslevel
        )

    def write(
        self, filename: Any, arcname: Any = None, compress_type: int | None = None, compresslevel: int | None = None
    ) -> None:
        """Adds a file as a member, without the file's time."""
        self.writestr(arcname, Path(filename).read_bytes(), compress_type, compresslevel)
