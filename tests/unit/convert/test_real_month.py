"""The real month, value by value: what the conversion writes is what openpyxl reads."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import openpyxl
import pytest

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.convert import convert

MONTH = os.environ.get("LAKECTL_REAL_MONTH", "")
pytestmark = [
    pytest.mark.month,
    pytest.mark.skipif(not MONTH, reason="LAKECTL_REAL_MONTH names no folder with the real month"),
]


@pytest.mark.parametrize(
    ("name", "dataset", "count"),
    [("orders_apr_2025.xlsx", "orders", 7_500), ("order_items_apr_2025.xlsx", "order_items", 40_803)],
)
def test_every_value_of_every_sheet(tmp_path, name, dataset, count):
    path = Path(MONTH, name)
    sheets = convert(path, name, load_contracts([PACKAGED]), tmp_path)
    book = openpyxl.load_workbook(path, read_only=True)
    assert [sheet.name for sheet in sheets] == book.sheetnames
    assert {(sheet.status, sheet.dataset) for sheet in sheets} == {("converted", dataset)}
    assert sum(sheet.rows for sheet in sheets) == count
    for sheet in sheets:
        assert written(sheet) == read_by_openpyxl(book[sheet.name], sheet.columns)


def written(sheet):
    with sheet.csv.open(encoding="utf-8", newline="") as file:
        return [[row[column] for column in (*sheet.columns, "_source_row")] for row in csv.DictReader(file)]


def read_by_openpyxl(worksheet, columns):
    header, *body = worksheet.iter_rows(values_only=True)
    positions = [header.index(column) for column in columns]
    return [
        [*("" if row[i] is None else str(row[i]) for i in positions), str(number)]
        for number, row in enumerate(body, start=2)
        if any(value is not None for value in row)
    ]


def test_the_products(tmp_path):
    [sheet] = convert(Path(MONTH, "products.csv"), "products.csv", load_contracts([PACKAGED]), tmp_path)
    with Path(MONTH, "products.csv").open(encoding="utf-8", newline="") as file:
        expected = [[*row, str(line)] for line, row in enumerate(csv.reader(file), start=1)][1:]
    assert len(expected) == 1_000
    assert written(sheet) == expected
