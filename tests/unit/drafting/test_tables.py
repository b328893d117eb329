"""Files become tables: sheets of one header are one, and every row is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.convert.helpers import workbook
from tests.unit.drafting.shops import csv_file

from lakectl.drafting.naming import dataset_names
from lakectl.drafting.tables import read_tables
from lakehouse.errors import UploadRefused

ORDERS, ITEMS = ["order_id", "total", "note"], ["item_id", "product", "quantity", "price"]


def counts(*files: Path, sheet: str = "") -> dict[str, int]:
    tables, _ = read_tables(files, sheet)
    return {name: table.rows for name, table in zip(dataset_names(tables), tables, strict=True)}


def test_a_sheet_a_day_is_one_table(tmp_path):
    days = {f"2025-04-0{n}": [ORDERS, [n, 2.5, "x"]] for n in range(1, 5)}
    days["2025-04-05"] = [["Note", "TOTAL", "Order-ID"], ["x", 3.5, 5]]
    [table], _ = read_tables([workbook(tmp_path / "orders_apr_2025.xlsx", days)])
    assert (table.rows, len(table.sources)) == (5, 5)
    assert table.columns[0].texts() == ["1", "2", "3", "4", "5"]


def test_a_column_more_or_less_is_the_same_table(tmp_path):
    sheets = {"a": [ORDERS, [1, 2, "x"]], "b": [ORDERS[:2], [2, 3]], "c": [[*ORDERS, "remark"], [3, 4, "y", "gift"]]}
    [table], _ = read_tables([workbook(tmp_path / "o.xlsx", sheets)])
    assert [values.texts() for values in table.columns] == [
        ["1", "2", "3"],
        ["2", "3", "4"],
        ["x", "", "y"],
        ["", "", "gift"],
    ]


def test_other_headers_are_other_tables(tmp_path):
    sheets = {"Orders": [ORDERS, [1, 2, "x"]], "Items": [ITEMS, [1, "p", 1, 2], [2, "q", 1, 2]]}
    book = workbook(tmp_path / "april.xlsx", sheets)
    assert counts(book) == {"orders": 1, "items": 2}
    assert counts(book, sheet="Items") == {"dataset": 2}  # april is no word for what is in there


def test_one_header_within_another_stays_apart(tmp_path):
    few, many = csv_file(tmp_path / "few.csv", [["a", "b"], [1, 2]]), [["a", "b", "c", "d"], [1, 2, 3, 4], [5, 6, 7, 8]]
    assert counts(few, csv_file(tmp_path / "many.csv", many)) == {"few": 1, "many": 2}


def test_files_of_one_header_are_one_table(tmp_path):
    first = csv_file(tmp_path / "orders_mar.csv", [ORDERS, [1, 2, "x"]])
    second = csv_file(tmp_path / "orders_apr.csv", [ORDERS, [2, 2, "x"]])
    assert counts(first, second) == {"orders": 2}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("orders_apr_2025.csv", "orders"),
        ("Umsätze Q1.csv", "umsatze"),
        ("2025-04-01.csv", "dataset"),
        ("rejected_records.csv", "rejected_records_2"),
    ],
)
def test_names_of_datasets(tmp_path, file, name):
    assert counts(csv_file(tmp_path / file, [ORDERS, [1, 2, "x"]])) == {name: 1}


def test_what_is_no_table_is_told(tmp_path):
    sheets = {"Notes": [["Ask at the till."]], "Data": [ORDERS, [1, 2, "x"]]}
    book = workbook(tmp_path / "o.xlsx", sheets)
    tables, notes = read_tables([book])
    assert len(tables) == 1
    assert notes == ["o.xlsx, sheet 'Notes': no header with rows below it"]


def test_a_list_of_one_column_is_a_table_where_there_is_no_other(tmp_path):
    assert counts(csv_file(tmp_path / "skus.csv", [["sku"], ["a"], ["b"]])) == {"skus": 2}


def test_columns_that_no_contract_can_have(tmp_path):
    rows = [["id", "Name", "name", "#", ""], [1, 2, 3, 4, 5]]
    [table], _ = read_tables([csv_file(tmp_path / "a.csv", rows)])
    assert [values.header for values in table.columns] == ["id"]
    assert table.left_out == [
        "column B: another column has the same header",
        "column C: another column has the same header",
        "column D: its header has no letter or digit to tell it by",
    ]


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UploadRefused):
        read_tables([tmp_path / "a.xlsx"])
