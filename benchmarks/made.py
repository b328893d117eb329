"""Data that is made for a benchmark, once, and kept in the cache folder of the benchmarks.

History comes as CSVs: writing workbooks would take most of the time and is not what is measured.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from lakectl.operations.sample import generate
from lakectl.sample.delivery import Dataset, Delivered, File, Sheet
from lakectl.sample.files import write
from lakectl.sample.shop import Row, Shop

MONTH_ORDERS = 7_500
SEED = 20_25


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made if it is not there; it appears under its name only when it is complete."""
    if not folder.is_dir():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder


def month(folder: Path) -> None:
    """A clean month of the size of the real one: two 15-sheet workbooks and products.csv."""
    generate(folder, months=1, orders=MONTH_ORDERS, dirty=0, seed=SEED)
    (folder / "manifest.json").unlink()


def years(folder: Path) -> None:
    """24 months in `history/` and the 25th in `next/`, each a pair of CSVs, each with products.csv."""
    shop = Shop(MONTH_ORDERS, SEED)
    for part in ("history", "next"):
        (folder / part).mkdir()
        _csv(folder / part / "products.csv", "products", shop.products)
    for number, made in enumerate(shop.months(25)):
        target = folder / ("history" if number < 24 else "next")
        _csv(target / f"orders_{made.label}.csv", "orders", [row for day in made.days for row in day.orders])
        _csv(target / f"order_items_{made.label}.csv", "order_items", [row for day in made.days for row in day.items])


def items(rows: int) -> Callable[[Path], None]:
    """Makes products.csv and one order_items.csv of that many rows over 720 days, keys growing with time."""

    def make(folder: Path) -> None:
        import duckdb

        shop = Shop(MONTH_ORDERS, SEED)
        _csv(folder / "products.csv", "products", shop.products)
        # Before the first month of the shop, with keys below its keys, so that a month of it comes on top.
        query = f"""
            select i - {rows} as id, i // 5 - {rows} as order_id, 20001 + hash(i // 5) % 7500 as user_id,
                hash(i) % 30 as days_since_prior_order, 1 + hash(i * 7) % {len(shop.products)} as product_id,
                1 + i % 5 as add_to_cart_order, hash(i * 3) % 2 as reordered,
                strftime(t, '%Y-%m-%dT%H:%M:%S') as order_timestamp, strftime(t, '%Y-%m-%d') as date
            from (select i, timestamp '2023-01-02' + to_seconds(i // 5 * 5 * 720 * 86400 // {rows}) as t
                from range({rows}) r(i))"""
        with duckdb.connect() as connection:
            connection.sql(query).write_csv(str(folder / "order_items.csv"), header=True)

    return make


def huge_workbook(folder: Path) -> None:
    """`order_items.xlsx` of about 60 MB: two sheets, the first as long as can be; `text_bytes` is its size as CSV."""
    import xlsxwriter

    with xlsxwriter.Workbook(folder / "order_items.xlsx", {"constant_memory": True}) as workbook:
        shop = Shop(MONTH_ORDERS, SEED)
        rows = (row for made in shop.months(60) for day in made.days for row in day.items)
        first, _ = (_fill(workbook.add_worksheet(), islice(rows, count)) for count in (1_048_575, 550_000))
    (folder / "text_bytes").write_text(str(first), encoding="utf-8")


def _fill(sheet: Any, rows: Iterable[Row]) -> int:
    """Writes header and rows. Returns how many bytes they are as CSV."""
    size = 0
    for number, row in enumerate(rows, start=1):
        if number == 1:
            sheet.write_row(0, 0, list(row))
            size += sum(len(column) + 1 for column in row)
        sheet.write_row(number, 0, row.values())
        size += sum(1 if value is None else len(str(value)) + 1 for value in row.values())
    return size


def _csv(path: Path, dataset: Dataset, rows: list[Row]) -> None:
    sheet = Sheet("", {column: column for column in rows[0]}, [Delivered(row) for row in rows])
    write(File(path.name, dataset, [sheet]), path.parent)
