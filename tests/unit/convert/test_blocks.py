"""The rows of a table: headers again, further tables, lines that are no rows, records badly split, merged cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.convert.grids import done, grid, notes, read, sheets, text_grid

from lakehouse.convert.model import Area, BrokenRow, Cell, SpecialRow
from lakehouse.marks import RECORDS

PRODUCTS = ["product_id", "department", "product_name"]
ORDERS = ["order_id", "order_timestamp", "total_amount"]
GOODS = ["ean", "title", "stock_level"]


def broken(was: str) -> tuple[str, str, str]:
    return ("cells", "", was)


@pytest.mark.parametrize("again", [PRODUCTS, ["\ufeffPRODUCT ID", "Department", " product-name "], [*PRODUCTS, ""]])
def test_the_header_again_is_no_row(tmp_path, again):
    found = done(tmp_path, text_grid([PRODUCTS, ["1", "Toys", "Ball"], again, ["2", "Toys", "Kite"], PRODUCTS]))
    assert found.column("product_name") == ["Ball", "Kite"]
    assert found.sheet.rows == 2
    assert [note.rows for note in notes(found.sheet, "header_again")] == [(3, 5)]


def test_a_table_below_in_another_order_is_read_by_its_own_header(tmp_path):
    rows = [PRODUCTS, ["1", "Toys", "Ball"], [], ["Product_Name", "note", "product_id"], ["Kite", "new", "2"]]
    found = done(tmp_path, grid(rows))
    assert found.rows == [
        {"product_id": "1", "department": "Toys", "product_name": "Ball", "_source_row": "2"},
        {"product_id": "2", "department": "", "product_name": "Kite", "_source_row": "5"},
    ]
    assert [note.rows for note in notes(found.sheet, "block")] == [(4,)]
    assert [note.column for note in notes(found.sheet, "kept_out")] == ["note"]


def test_a_table_of_another_dataset_below_gets_a_csv_of_its_own(tmp_path):
    rows = [PRODUCTS, ["1", "Toys", "Ball"], ORDERS, ["7", "2025-04-01", "9.99"], PRODUCTS, ["2", "Toys", "Kite"]]
    products, orders = map(read, sheets(tmp_path, grid(rows)))
    assert (products.sheet.dataset, products.sheet.rows, products.sheet.header_row) == ("products", 2, 1)
    assert (orders.sheet.dataset, orders.sheet.rows, orders.sheet.header_row) == ("orders", 1, 3)
    assert products.column("product_id") == ["1", "2"]
    assert orders.column("total_amount") == ["9.99"]
    assert products.sheet.csv != orders.sheet.csv


def test_a_table_below_that_lacks_its_key_is_refused_and_takes_no_row_with_it(tmp_path):
    rows = [PRODUCTS, ["1", "Toys", "Ball"], ORDERS[1:], ["2025-04-01", "9.99"], PRODUCTS, ["2", "Toys", "Kite"]]
    products, refused = sheets(tmp_path, grid(rows))
    assert read(products).column("product_id") == ["1", "2"]
    assert (refused.status, refused.rows, refused.header_row) == ("refused", 1, 3)
    assert "orders: no column 'order_id'" in refused.reason


@pytest.mark.parametrize(
    "row", [["5", "Department", "Product_name"], ["X1", "ean", "7"], ["ean", "", "12"], ["Title", "pens", ""]]
)
def test_a_row_with_words_of_a_header_is_a_row(tmp_path, row):
    found = done(tmp_path, grid([GOODS, ["1", "Pen", "2"], row, ["2", "Ink", "3"]]))
    assert found.column("ean") == ["1", row[0], "2"]
    assert found.sheet.notes == ()


def test_tables_side_by_side_are_refused_by_name(tmp_path):
    [sheet] = sheets(tmp_path, grid([[*PRODUCTS, "", *ORDERS], ["1", "Toys", "Ball", "", "7", "2025-04-01", "1"]]))
    assert (sheet.status, sheet.rows) == ("refused", 1)
    assert "columns A to C (products) and E to G (orders)" in sheet.reason
    [twice] = sheets(tmp_path, grid([[*PRODUCTS, "", *PRODUCTS], ["1", "a", "b", "", "2", "c", "d"]]))
    assert "columns A to C (products) and E to G (products)" in twice.reason
    [equal] = sheets(tmp_path, grid([[*GOODS, "", *PRODUCTS], ["a", "Pen", "2", "", "1", "Toys", "Ball"]]))
    assert "columns A to C (goods) and E to G (products)" in equal.reason


def test_a_table_that_begins_beside_a_lower_row_is_refused_too(tmp_path):
    rows = [GOODS, ["a", "Pen", "2"], ["b", "Ink", "3", "", "Prices"], ["c", "Cap", "4", "", *PRODUCTS]]
    [sheet] = sheets(tmp_path, grid(rows))
    assert sheet.status == "refused"
    assert "in columns A to C (goods) and from E4 on (products)" in sheet.reason


def test_a_blank_column_alone_does_not_make_two_tables(tmp_path):
    found = done(tmp_path, grid([["product_id", "", "department", "product_name"], ["1", "", "Toys", "Ball"]]))
    assert found.column("product_name") == ["Ball"]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([["1", "Pen", "2"], [], ["(1 rows affected)"]], ["1"]),
        ([["1", "Pen", "2"], ["(1 rows affected)"], ["Completion time: now"]], ["1"]),
        ([["1", "Pen", "2"], ["OK"]], ["1", broken("OK")]),
        ([["1", "Pen", "2"], ["4006381333931"]], ["1", "4006381333931"]),
        ([["1", "Pen", "2"], ["X17", "", ""]], ["1", "X17"]),
        ([["1", "Pen", "2"], ["a b"], ["2", "Ink", "3"]], ["1", "a b", "2"]),
    ],
)
def test_a_lone_text_at_the_end_of_delimited_text_is_never_taken_for_a_row_without_a_word(tmp_path, rows, kept):
    found = done(tmp_path, text_grid([GOODS, *rows]))
    assert found.column("ean") == kept
    assert len(notes(found.sheet, "footer")) == len(rows) - rows.count([]) - len(kept)


@pytest.mark.parametrize(
    "rule",
    [
        ["-----+------+-----"],
        ["---", "-----", "-"],
        ["-", "--", "-"],
        ["", "---", ":---:", "=====", ""],
        ["+----+-----+"],
    ],
)
def test_a_line_drawn_below_the_header_of_a_text_is_no_row(tmp_path, rule):
    is_line = max(map(len, rule)) > 2
    found = done(tmp_path, text_grid([GOODS, rule, ["---", "Pen", "2"]]))
    assert found.column("ean") == (["---"] if is_line else ["-", "---"])
    assert [note.rows for note in notes(found.sheet, "footer")] == [(2,)] * is_line
    in_workbook = done(tmp_path, grid([GOODS, ["---", "---", "---"], ["1", "Pen", "2"]]))
    assert in_workbook.column("ean") == ["---", "1"]


@pytest.mark.parametrize("header", ["ean^title^stock_level", "ean,title,stock_level", "ean    title   stock_level"])
def test_a_header_that_is_one_cell_asks_for_the_delimiter(tmp_path, header):
    [sheet] = sheets(tmp_path, text_grid([[header], ["1 2 3"]]))
    assert (sheet.status, sheet.rows, sheet.notes) == ("ignored", 2, ())
    assert f"its header is one cell, '{header}': say what stands between cells" in sheet.reason
    [other] = sheets(tmp_path, text_grid([["ean code of all"], ["1 2 3"]]))
    assert "no dataset has a column called" in other.reason


def test_a_record_in_quotes_as_a_whole_is_no_line_below_the_table(tmp_path):
    rows = [GOODS, ["1", "Pen", "2"], ["2;Ink red;3"], [], ["3;Ink blue;3"]]
    quoted = replace(text_grid(rows), record=lambda cells: ",".join(f"<{c}>" if ";" in c else c for c in cells))
    found = done(tmp_path, quoted)
    assert found.column("ean") == ["1", broken("<2;Ink red;3>"), broken("<3;Ink blue;3>")]
    assert found.sheet.notes == ()


def test_a_line_below_a_gap_and_a_title_above_the_next_table_are_no_rows(tmp_path):
    rows = [GOODS, ["a", "Pen", "2"], [], ["Page 2"], GOODS, ["b", "Ink", "3"], ["c"], [], ["printed by me"]]
    found = done(tmp_path, grid(rows))
    assert found.column("ean") == ["a", "b", "c"]
    assert [(note.rows, "printed by me" in note.message) for note in notes(found.sheet, "footer")] == [
        ((4,), False),
        ((9,), True),
    ]
    sparse = done(tmp_path, grid({1: GOODS, 2: ["a", "Pen", "2"], 9: ["printed by me"]}))
    assert [note.rows for note in notes(sparse.sheet, "footer")] == [(9,)]
    together = done(tmp_path, grid({1: GOODS, 2: ["a", "Pen", "2"], 3: ["b"], 4: ["c"]}))
    assert together.column("ean") == ["a", "b", "c"]  # no gap: rows that have nothing but their key


def test_a_record_with_a_cell_too_many_is_one_reject_with_its_text(tmp_path):
    found = done(tmp_path, text_grid([GOODS, ["1", "Pen", "2"], ["2", "Ink", "blue", "3"], ["3", "Cap", "4"]]))
    assert found.column("ean") == ["1", broken("2;Ink;blue;3"), "3"]
    assert found.rows[1]["title"] == ""
    assert (found.sheet.marked, found.sheet.rows) == (("ean", RECORDS), 3)


def test_in_a_workbook_a_value_beyond_the_header_is_a_column_without_a_header(tmp_path):
    found = done(tmp_path, grid([["ean", "", "title"], ["1", "x", "Pen"], ["2", " ", "Ink", "", "", "lost"]]))
    assert found.column("title") == ["Pen", "Ink"]
    assert [(note.column, note.rows) for note in notes(found.sheet, "no_header")] == [("B", (2,)), ("F", (3,))]


def test_a_delimiter_at_the_end_of_every_record_does_not_count_but_at_the_end_of_one_it_does(tmp_path):
    rows = [["1", "Pen", "2", ""], ["2", "Ink", "3", ""]]
    assert done(tmp_path, text_grid([GOODS, *rows])).column("ean") == ["1", "2"]
    shifted = [["1", "Salt", "pepper", ""], ["2", "Ink", "3"]]
    found = done(tmp_path, text_grid([GOODS, *shifted]))
    assert found.column("ean") == [broken("1;Salt;pepper;"), "2"]


def test_a_text_parted_by_its_comma_is_found_where_only_it_fills_the_last_column(tmp_path):
    header = ["ean", "title", "country", "extra"]
    found = done(tmp_path, text_grid([header, ["1", "Salt", " pepper", "DE"], ["2", "Pen", "DE", ""]]))
    assert found.column("ean") == [broken("1;Salt; pepper;DE"), "2"]
    filled = done(tmp_path, text_grid([header, ["1", "Salt", " pepper", "DE"], ["2", "Pen", "DE", "x"]]))
    assert filled.column("title") == ["Salt", "Pen"]
    spaced = done(tmp_path, text_grid([["ean", " title", " country"], ["1", " Salt", " DE"], ["2", " Pen", ""]]))
    assert spaced.column("title") == [" Salt", " Pen"]


def test_a_record_that_cannot_be_split_is_one_reject(tmp_path):
    found = done(tmp_path, text_grid([GOODS, ["1", "Pen", "2"], BrokenRow('2,"Ink'), ["3", "Cap", "4"]]))
    assert found.column("ean") == ["1", broken('2,"Ink'), "3"]


def test_rows_of_blanks_are_skipped_and_named(tmp_path):
    found = done(
        tmp_path, grid({1: GOODS, 2: ["1", "Pen", "2"], 3: ["", "\xa0", "\t"], 1048576: ["", "", "", "", " "]})
    )
    assert (found.column("ean"), found.sheet.rows) == (["1"], 1)
    assert [note.rows for note in notes(found.sheet, "blanks")] == [(3, 1048576)]


def test_merged_cells_give_their_value_to_each_row(tmp_path):
    areas = [Area(2, 1, 4, 1), Area(1, 0, 1, 2), Area(5, 1, 6, 2)]
    rows = [
        PRODUCTS,
        ["1", "Toys", "a"],
        ["2", "", "b"],
        ["3"],
        ["4", "Books", "d"],
        ["5", "", "e"],
        [],
        ["6", "", "f"],
    ]
    found = done(tmp_path, grid(rows, merged=areas))
    assert found.column("department") == ["Toys", "Toys", "Toys", "Books", "Books", ""]
    assert found.column("product_name") == ["a", "b", "", "d", "e", "f"]
    note, across = notes(found.sheet, "merged")
    assert (note.column, note.rows) == ("department", (3, 6))
    assert "B2:B4, B5:C6" in note.message
    assert (across.rows, across.message.partition(": ")[2]) == ((5,), "B5:C6")


def test_a_merged_error_is_a_fault_of_each_row(tmp_path):
    rows = [PRODUCTS, SpecialRow(["1", Cell("#N/A", fault="excel_error"), "a"]), ["2", "", "b"]]
    found = done(tmp_path, grid(rows, merged=[Area(2, 1, 3, 1)]))
    assert found.column("department") == [("excel_error", "", "#N/A")] * 2


def test_a_header_over_merged_rows_is_one_header(tmp_path):
    rows = [["product_id", "department", "about"], ["", "", "product_name"], ["1", "Toys", "a"]]
    found = done(tmp_path, grid(rows, merged=[Area(1, 0, 2, 0), Area(1, 1, 2, 1)]))
    assert (found.sheet.header_row, found.column("product_name")) == (2, ["a"])


def test_a_totals_row_is_left_out(tmp_path):
    rows = [GOODS, ["1", "Pen", "2"], ["Total", "", "2"]]
    found = done(tmp_path, grid(rows, totals=[Area(3, 0, 3, 2)]))
    assert found.column("ean") == ["1"]
    [note] = notes(found.sheet, "totals_row")
    assert (note.rows, "Total, 2" in note.message) == ((3,), True)
