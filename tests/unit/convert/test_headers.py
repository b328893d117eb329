"""Where a table begins in a sheet, and what is said of what stands above it."""

from __future__ import annotations

import pytest
from tests.unit.convert.grids import ALL, GOODS, done, grid, notes, read, sheets, text_grid, with_reading

from lakehouse.contracts.reading import Reading
from lakehouse.convert.model import BrokenRow, Cell, SheetRefused, SpecialRow

HEADER = ["product_id", "department", "product_name"]
BODY = [["1", "Toys", "Ball"], ["2", "Books", "Atlas"]]


@pytest.mark.parametrize(
    "above",
    [
        [["Product list April 2025"]],
        [["Product list"], ["Printed:", "2025-04-01"], []],
        [["Account:", "1234567890"], ["From:", "04.09.2020"], [], []],
        [["# department: all"], ["# by: me"]],
        [["Department:", "Books"]],
        [["", "", "", "#N/A"]],
        [[f"line {number}"] for number in range(24)],
    ],
)
def test_a_header_is_found_below_what_stands_above_it(tmp_path, above):
    found = done(tmp_path, grid([*above, HEADER, *BODY]))
    assert found.column("product_name") == ["Ball", "Atlas"]
    assert found.sheet.header_row == len(above) + 1
    assert found.sheet.rows == 2
    [note] = notes(found.sheet, "header_row")
    assert note.rows == (len(above) + 1, *(n for n, cells in enumerate(above, start=1) if any(cells)))
    assert above[0][-1] in note.message


def test_a_header_in_the_first_row_needs_no_note_nor_do_empty_rows_above_it(tmp_path):
    assert done(tmp_path, grid([HEADER, *BODY])).sheet.notes == ()
    found = done(tmp_path, grid({5: HEADER, 6: BODY[0]}))
    assert (found.sheet.header_row, found.sheet.notes) == (5, ())


def test_a_header_below_25_rows_is_not_looked_for(tmp_path):
    [sheet] = sheets(tmp_path, grid([*[[f"line {n}"] for n in range(25)], HEADER, *BODY]))
    assert (sheet.status, sheet.rows, sheet.header_row) == ("ignored", 28, 0)
    assert sheet.reason == "holds 28 rows; no dataset has a column called 'line 0'"


def test_a_row_that_has_all_that_is_required_is_the_header_and_not_one_that_looks_like_it(tmp_path):
    found = done(tmp_path, grid([["Department", "Product"], HEADER, *BODY]))
    assert (found.sheet.header_row, found.sheet.rows) == (2, 2)


def test_a_table_without_its_key_above_a_whole_one_is_refused_with_its_rows(tmp_path):
    broken, whole = sheets(tmp_path, grid([HEADER[1:], ["Toys", "Ball"], ["Toys", "Kite"], [], HEADER, *BODY]))
    assert (broken.status, broken.rows, broken.header_row) == ("refused", 2, 1)
    assert "no column 'product_id'" in broken.reason
    assert (whole.status, whole.rows, whole.header_row) == ("converted", 2, 5)


def test_a_setting_says_where_the_header_is(tmp_path):
    rows = [HEADER, ["x", "y", "z"], ["product_id", "product_name"], ["7", "Kite"]]
    found = done(tmp_path, grid(rows), Reading(header_row=3))
    assert (found.sheet.header_row, found.column("product_name")) == (3, ["Kite"])
    contracts = {"goods": with_reading(GOODS, header_row=30)}
    deep = [["ean", "title"], *[["a", "b"]] * 28, ["ean", "country"], ["5", "DE"]]
    assert done(tmp_path, grid(deep), contracts=contracts).column("country") == ["DE"]


@pytest.mark.parametrize("row", [2, 9])
def test_a_header_that_is_not_where_a_setting_says_is_told(tmp_path, row):
    [sheet] = sheets(tmp_path, grid([HEADER, *BODY]), Reading(header_row=row))
    assert (sheet.status, sheet.reason) == (
        "ignored",
        "holds 3 rows; its header is not in the row that headerRow says",
    )


def test_a_sheet_of_error_values_alone_says_so(tmp_path):
    error = SpecialRow(["", Cell("#REF!", fault="excel_error")])
    [sheet] = sheets(tmp_path, grid([[], error, error]))
    assert (sheet.status, sheet.rows) == ("ignored", 2)
    assert [note.kind for note in sheet.notes] == ["errors_only"]
    assert "#REF!" in sheet.reason


@pytest.mark.parametrize("rows", [[], [[]], [["", " ", "\xa0"]]])
def test_an_empty_sheet_is_ignored(tmp_path, rows):
    [sheet] = sheets(tmp_path, grid(rows))
    assert (sheet.status, sheet.reason, sheet.rows) == ("ignored", "the sheet is empty", 0)


def test_of_a_hidden_sheet_the_rows_are_counted(tmp_path):
    [sheet] = sheets(tmp_path, grid([HEADER, *BODY], unusable="the sheet is hidden"))
    assert (sheet.status, sheet.rows, sheet.csv) == ("ignored", 2, None)
    assert sheet.reason == "the sheet is hidden; it holds 2 rows"
    [chart] = sheets(tmp_path, grid([], unusable="not a worksheet"))
    assert chart.reason == "not a worksheet"


def test_a_sheet_that_cannot_be_read_is_refused_alone(tmp_path):
    def rows():
        yield 1, HEADER.copy()
        raise SheetRefused("cell XFD1048576 is too far away")

    broken = grid([], notes=[])
    object.__setattr__(broken, "rows", rows)
    [sheet] = sheets(tmp_path, broken)
    assert (sheet.status, sheet.reason) == ("refused", "cell XFD1048576 is too far away")


def test_rows_of_a_refused_sheet_are_counted(tmp_path):
    page = [HEADER[1:], *(row[1:] for row in BODY), []]
    [sheet] = sheets(tmp_path, text_grid([*page, HEADER[1:], BrokenRow('"x')]))
    assert (sheet.status, sheet.rows, sheet.header_row) == ("refused", 3, 1)


def test_a_header_may_say_a_text_with_a_mark_of_byte_order_or_other_dashes(tmp_path):
    found = done(tmp_path, text_grid([["\ufeff#product-ID", "Product\u200b_name"], ["1", "Ball"]]))
    assert found.rows == [{"product_id": "1", "department": "", "product_name": "Ball", "_source_row": "2"}]


def test_sheets_are_read_twice_at_most_and_say_each_thing_once(tmp_path):
    rows = text_grid([["ean", "price"], ["1", "1.000"], ["2", "1.999,00"]])
    found = done(tmp_path, rows, contracts=ALL)
    assert found.column("price") == [("ambiguous", "", "1.000"), "1.999,00"]
    assert len(found.sheet.notes) == len(set(found.sheet.notes))
    assert read(found.sheet).sheet is found.sheet
