"""Sample data: workbooks of an invented shop, like real ones, with faults mixed in, and what must become of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakectl.sample.delivery import Dataset, File
from lakectl.sample.files import write
from lakectl.sample.manifest import Expected
from lakectl.sample.sheets import lay_out, oddities
from lakectl.sample.shop import Month, Row, Shop

MANIFEST = "manifest.json"
MOST_NOISE = 50.0


@dataclass(frozen=True)
class SampleResult:
    """What was written: the files to ingest, in order of their names, and the manifest beside them."""

    folder: Path
    files: tuple[Path, ...]
    manifest: Path
    expected: dict[str, Any]


def generate(folder: Path, months: int, orders: int, dirty: float, seed: int) -> SampleResult:
    """Writes `months` months of `orders` orders each into `folder`, made if need be, and their manifest.

    `dirty` is how many percent of noise there are beside the true rows, 0 to 50; 0 is a clean delivery. The same
    arguments give the same bytes. Raises ValueError for arguments out of range.
    """
    if months < 1 or orders < 1 or not 0 <= dirty <= MOST_NOISE:
        raise ValueError(f"needs at least 1 month, 1 order and 0 to {MOST_NOISE:.0f} percent of faults")
    folder.mkdir(parents=True, exist_ok=True)
    expected = Expected()
    written: list[Path] = []
    for file, truth in _deliveries(Shop(orders, seed), months, dirty, random.Random(f"noise {seed}")):
        write(file, folder)
        expected.add(file, truth)
        written.append(folder / file.name)
    manifest = expected.manifest(months=months, orders=orders, dirty=dirty, seed=seed)
    path = folder / MANIFEST
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return SampleResult(folder, tuple(sorted(written)), path, manifest)


def _deliveries(shop: Shop, months: int, dirty: float, draw: random.Random) -> Iterator[tuple[File, list[Row]]]:
    """Every file with the rows that it must leave in its table."""
    products = lay_out([("", shop.products)], "products", dirty, draw)
    yield File("products.csv", "products", products), shop.products
    for month in shop.months(months):
        yield _workbook(month, "orders", [(day.day.isoformat(), day.orders) for day in month.days], dirty, draw)
        yield _workbook(month, "order_items", [(day.day.isoformat(), day.items) for day in month.days], dirty, draw)


def _workbook(
    month: Month, dataset: Dataset, days: list[tuple[str, list[Row]]], dirty: float, draw: random.Random
) -> tuple[File, list[Row]]:
    sheets = lay_out(days, dataset, dirty, draw)
    file = File(f"{dataset}_{month.label}.xlsx", dataset, oddities(sheets, draw) if dirty else sheets)
    return file, [row for _, rows in days for row in rows]
