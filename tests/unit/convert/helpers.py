"""Contracts and short ways to write an upload and to read what became of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from lakehouse.contracts.model import Column, Contract, Type
from lakehouse.convert import Sheet, convert

TEXT, INTEGER, TIMESTAMP, DATE = Type("string"), Type("integer", 64), Type("timestamp"), Type("date")

PRODUCTS = Contract(
    "products",
    "1.0.0",
    (Column("product_id", INTEGER, aliases=("sku",)), Column("department", TEXT), Column("product_name", TEXT)),
    primary_key=("product_id",),
)
ORDERS = Contract(
    "orders",
    "1.0.0",
    (
        Column("order_id", INTEGER),
        Column("user_id", INTEGER),
        Column("order_timestamp", TIMESTAMP, required=True),
        Column("total_amount", Type("decimal", precision=12, scale=2)),
        Column("date", DATE, derived_from="order_timestamp"),
    ),
    primary_key=("order_id",),
)
ITEMS = Contract(
    "order_items",
    "1.0.0",
    (
        Column("id", INTEGER),
        Column("order_id", INTEGER, required=True),
        Column("user_id", INTEGER),
        Column("product_id", INTEGER, required=True),
        Column("order_timestamp", TIMESTAMP),
        Column("date", DATE, derived_from="order_timestamp"),
    ),
    primary_key=("id",),
)
CONTRACTS = {contract.dataset: contract for contract in (PRODUCTS, ORDERS, ITEMS)}
PRODUCT_HEADER = ["product_id", "department", "product_name"]


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    """An .xlsx file with these rows per sheet; None leaves a cell out."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def converted(path: Path, name: str = "") -> list[Sheet]:
    """The upload's sheets; their CSVs lie in a folder beside it."""
    folder = path.parent / f"{path.name}.converted"
    folder.mkdir(exist_ok=True)
    return convert(path, name or path.name, CONTRACTS, folder)


def rows(sheet: Sheet) -> list[dict[str, str]]:
    """The rows of a converted sheet."""
    assert sheet.status == "converted", sheet.reason
    assert sheet.csv is not None
    with sheet.csv.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names(path: Path, values: Sequence[Any]) -> list[str]:
    """What becomes of these values as product names in an .xlsx workbook."""
    body = [[number, "Toys", value] for number, value in enumerate(values, start=1)]
    [sheet] = converted(workbook(path, {"products": [PRODUCT_HEADER, *body]}))
    return [row["product_name"] for row in rows(sheet)]
