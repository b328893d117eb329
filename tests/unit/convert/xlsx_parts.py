"""Workbooks from the XML of their parts, as a program of any kind might write them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from lakehouse.convert import xlsx
from lakehouse.convert.model import Cell, Grid, Row

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OF_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(*targets: tuple[str, str]) -> str:
    """A part of relations: kinds and targets, with the ids rId1, rId2, ..."""
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{OF_PACKAGE}">{listed}</Relationships>'


def styles(*codes: str | int) -> str:
    """A part of styles: style 0 is General, and each of the others has a format's code or number."""
    defined = "".join(
        f'<numFmt numFmtId="{200 + place}" formatCode="{code}"/>'
        for place, code in enumerate(codes)
        if isinstance(code, str)
    )
    used = "".join(
        f'<xf numFmtId="{code if isinstance(code, int) else 200 + place}"/>' for place, code in enumerate(codes)
    )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{defined}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )


def strings(items: str) -> str:
    """A part of shared strings: its `<si>` elements."""
    return f'<?xml version="1.0"?><sst xmlns="{MAIN}">{items}</sst>'


def sheet(rows: str, after: str = "") -> str:
    """A sheet's part: its `<row>` elements."""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def book(path: Path, rows: str = "", *, workbook: str = "", parts: Mapping[str, str | bytes] | None = None) -> Path:
    """A workbook of one sheet of these rows. `workbook` stands before the list of sheets; `parts` replace or add."""
    files: dict[str, str | bytes] = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook}'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet(rows),
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if content:
                archive.writestr(name, content)
    return path


def grids(path: Path) -> list[Grid]:
    return list(xlsx.read(path, path.name))


def rows(path: Path) -> list[Row]:
    """The rows of the first sheet."""
    return list(grids(path)[0].rows())


def cells(path: Path) -> list[str]:
    """The cells of the first row of the first sheet."""
    [(_, found), *_] = rows(path)
    return found


def said(cell: str) -> dict[str, str | bool]:
    """What a cell says beyond its text."""
    return {name: getattr(cell, name) for name in Cell.__slots__ if getattr(cell, name, "")}
