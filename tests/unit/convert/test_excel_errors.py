"""Error values in cells are seen, wherever they are; never taken for empty cells."""

from __future__ import annotations

import pytest
import xlsxwriter
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows, workbook

from lakehouse.marks import EXCEL_ERROR, marked

ALL = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"]


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_every_error_is_a_fault_of_its_own_cell(tmp_path, suffix):
    path = tmp_path / f"errors{suffix}"
    body = [[number, "Toys", error] for number, error in enumerate(ALL, start=1)]
    workbook(path, {"fine": [PRODUCT_HEADER, [1, "Toys", "x"]], "errors": [PRODUCT_HEADER, [], *body]})
    fine, errors = converted(path)
    assert rows(fine)[0]["product_name"] == "x"
    assert [row["product_name"] for row in rows(errors)] == [marked(error, rule=EXCEL_ERROR) for error in ALL]
    assert [row["_source_row"] for row in rows(errors)] == ["3", "4", "5", "6", "7", "8", "9"]


def test_a_row_of_nothing_but_an_error_is_not_empty(tmp_path):
    [sheet] = converted(workbook(tmp_path / "one.xlsx", {"s": [PRODUCT_HEADER, [None, None, "#REF!"]]}))
    assert [row["product_name"] for row in rows(sheet)] == [marked("#REF!", rule=EXCEL_ERROR)]
    assert sheet.marked == ("product_name",)


def test_an_error_computed_by_a_formula(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "formula.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PRODUCT_HEADER)
        sheet.write_row(1, 0, [1, "Toys"])
        sheet.write_formula(1, 2, "=1/0", value="#DIV/0!")
    [row] = rows(converted(tmp_path / "formula.xlsx")[0])
    assert row["product_name"] == marked("#DIV/0!", rule=EXCEL_ERROR)


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
