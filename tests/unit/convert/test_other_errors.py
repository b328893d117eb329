"""Error values of .xlsb and .ods workbooks are faults of their cells, as those of .xlsx are."""

from __future__ import annotations

import struct
import zipfile

import pytest
from pyxlsbwriter import XlsbWriter
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows

from lakehouse.convert.xlsb_errors import sheet_errors

OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
ERROR = 'office:value-type="string" office:string-value="" calcext:value-type="error"'


def ods(path, *tables):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0" '
            f'xmlns:text="{OFFICE}:text:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:'
            f'calcext:1.0"><office:body><office:spreadsheet>{"".join(tables)}</office:spreadsheet></office:body>'
            "</office:document-content>",
        )


def table(name, *lines):
    return f'<table:table table:name="{name}">{"".join(lines)}</table:table>'


def line(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def cell(text="", kind='office:value-type="string"', repeated=1):
    paragraph = f"<text:p>{text}</text:p>" if text else ""
    return f'<table:table-cell {kind} table:number-columns-repeated="{repeated}">{paragraph}</table:table-cell>'


EMPTY = '<table:table-cell table:number-columns-repeated="3"/>'
HEADER = line(*map(cell, PRODUCT_HEADER))


def test_errors_in_ods_are_found_behind_repeated_rows_and_cells(tmp_path):
    ods(
        tmp_path / "errors.ods",
        table("fine", HEADER, line(cell("1"), cell("Toys"), cell("x"))),
        table(
            "errors",
            line(EMPTY, repeated=3),
            HEADER,
            line(cell("1"), cell("#DIV/0!", ERROR), cell("x")),
            line(EMPTY, repeated=2),
            line(cell("2"), cell("#N/A", ERROR, repeated=2), repeated=2),
        ),
    )
    fine, errors = converted(tmp_path / "errors.ods")
    assert rows(fine)[0]["product_name"] == "x"
    assert [list(row.values()) for row in rows(errors)] == [
        ["1", "#DIV/0!", "x", "5"],
        ["2", "#N/A", "#N/A", "8"],
        ["2", "#N/A", "#N/A", "9"],
    ]


def test_errors_in_xlsb_are_found_by_their_records(tmp_path):
    path = tmp_path / "plain.xlsb"
    with XlsbWriter(str(path)) as book:
        book.add_sheet("notes")
        book.write_sheet([["x"]])
        book.add_sheet("products")
        book.write_sheet([PRODUCT_HEADER, [1, True, True], [2, False, "fine"]])
    with_errors(path, tmp_path / "errors.xlsb", "xl/worksheets/sheet2.bin")
    _, sheet = converted(tmp_path / "errors.xlsb")
    assert [list(row.values()) for row in rows(sheet)] == [["1", "#N/A", "#N/A", "2"], ["2", "false", "fine", "3"]]
    with zipfile.ZipFile(tmp_path / "errors.xlsb") as archive, pytest.raises(KeyError):
        sheet_errors(archive, "no such sheet")


def with_errors(source, target, part):
    """Makes every `true` in the sheet an error: both are records of a column, a style and one byte."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            if entry == part:
                for column in range(3):
                    true, error = (
                        struct.pack("<BBIIB", kind, 9, column, 0, value) for kind, value in ((4, 1), (3, 42))
                    )
                    data = data.replace(true, error)
            new.writestr(entry, data)
