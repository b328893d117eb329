"""Error values in cells are seen, wherever they are; never taken for empty cells."""

from __future__ import annotations

import re
import zipfile

import pytest
import xlsxwriter
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows, workbook

from lakehouse.convert.excel_errors import cell_errors, sheet_parts

ALL = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_every_error_is_text_in_its_own_cell(tmp_path, suffix):
    path = tmp_path / f"errors{suffix}"
    body = [[number, "Toys", error] for number, error in enumerate(ALL, start=1)]
    workbook(path, {"fine": [PRODUCT_HEADER, [1, "Toys", "x"]], "errors": [PRODUCT_HEADER, [], *body]})
    fine, errors = converted(path)
    assert rows(fine)[0]["product_name"] == "x"
    assert [row["product_name"] for row in rows(errors)] == ALL
    assert [row["_source_row"] for row in rows(errors)] == ["3", "4", "5", "6", "7", "8", "9"]


def test_a_row_of_nothing_but_an_error_is_not_empty(tmp_path):
    [sheet] = converted(workbook(tmp_path / "one.xlsx", {"s": [PRODUCT_HEADER, [None, None, "#REF!"]]}))
    assert [row["product_name"] for row in rows(sheet)] == ["#REF!"]


def test_an_error_computed_by_a_formula(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "formula.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PRODUCT_HEADER)
        sheet.write_row(1, 0, [1, "Toys"])
        sheet.write_formula(1, 2, "=1/0", value="#DIV/0!")
    assert rows(converted(tmp_path / "formula.xlsx")[0])[0]["product_name"] == "#DIV/0!"


def test_an_error_in_the_header_is_an_unknown_column(tmp_path):
    header = ["product_id", "#NAME?", "department"]
    [sheet] = converted(workbook(tmp_path / "header.xlsx", {"s": [header, [1, "x", "Toys"]]}))
    assert sheet.unknown_columns == ("#NAME?",)
    assert rows(sheet)[0]["department"] == "Toys"


def test_text_that_looks_like_an_error_stays_text(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "text.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PRODUCT_HEADER)
        sheet.write_row(1, 0, [1, 't="e"', "x"])
        sheet.write_string(1, 2, "#N/A")
    [row] = rows(converted(tmp_path / "text.xlsx")[0])
    assert (row["department"], row["product_name"]) == ('t="e"', "#N/A")


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="5"><c r="B5" t="e"><v>#N/A</v></c></row>',
        "<row r='5'><c r='B5' t='e'><v>#N/A</v></c></row>",
        '<row r="4"/><row><c/><c s="1" t="e"><f>NA()</f><v>#N/A</v></c></row>',
        '<row r="5"><c r="A5"><v>1</v></c><c t="e"><v>#N/A</v></c></row>',
    ],
)
def test_cells_with_and_without_references(tmp_path, sheet):
    assert errors_in(tmp_path, f'<worksheet xmlns="urn:m"><sheetData>{sheet}</sheetData></worksheet>') == {
        5: {1: "#N/A"}
    }


def test_a_prefix_of_the_namespace_does_not_matter(tmp_path):
    xml = '<x:worksheet xmlns:x="urn:m"><x:row r="1"><x:c r="AA1" t="e"><x:v>#REF!</x:v></x:c></x:row></x:worksheet>'
    assert errors_in(tmp_path, xml) == {1: {26: "#REF!"}}


def test_a_mark_across_two_chunks_is_found(tmp_path):
    start = "<worksheet><row r='1'><c r='A1' t='e'"
    padding = " " * ((1 << 20) - len(start) + 2)
    xml = start.replace("<row", padding + "<row") + "><v>#N/A</v></c></row></worksheet>"
    assert errors_in(tmp_path, xml) == {1: {0: "#N/A"}}


def errors_in(folder, xml):
    with zipfile.ZipFile(folder / "book.zip", "w") as archive:
        archive.writestr("sheet.xml", xml)
    with zipfile.ZipFile(folder / "book.zip") as archive:
        return cell_errors(archive, "sheet.xml")


@pytest.mark.parametrize("prefix", ["", "/xl/"])
def test_parts_are_found_by_the_workbooks_own_relations(tmp_path, prefix):
    path = workbook(tmp_path / "parts.xlsx", {"b & c": [["x"]], "a": [["y"]]})
    with zipfile.ZipFile(path) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
        book = archive.read("xl/workbook.xml")
    with zipfile.ZipFile(tmp_path / "moved.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", re.sub('"/xl/worksheets/', f'"{prefix}worksheets/', relations))
    with zipfile.ZipFile(tmp_path / "moved.zip") as archive:
        assert sheet_parts(archive) == {"b & c": "xl/worksheets/sheet1.xml", "a": "xl/worksheets/sheet2.xml"}
