"""The sample against itself: what the manifest says must be in the files, as an independent reader sees them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lakectl.operations.sample import SampleResult, generate
from lakectl.sample.faults import CATALOGUE
from lakectl.sample.manifest import Fingerprint
from lakectl.sample.sheets import RENAMED
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import header as letters

HEADERS = {
    "orders": ["order_num", "order_id", "user_id", "order_timestamp", "total_amount", "date"],
    "order_items": [
        "id",
        "order_id",
        "user_id",
        "days_since_prior_order",
        "product_id",
        "add_to_cart_order",
        "reordered",
        "order_timestamp",
        "date",
    ],
}


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    return generate(tmp_path_factory.mktemp("dirty"), months=2, orders=150, dirty=12, seed=3)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> SampleResult:
    return generate(tmp_path_factory.mktemp("clean"), months=2, orders=150, dirty=0, seed=3)


def _sheets(folder: Path, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """All cells of a file as openpyxl (or the csv module) reads them, empty rows included."""
    if name.endswith(".csv"):
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            return {"": [tuple(cell or None for cell in row) for row in csv.reader(stream)]}
    workbook = openpyxl.load_workbook(folder / name)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook.worksheets}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = (generate(tmp_path / name, 1, 40, 5, seed=9) for name in ("once", "again"))
    for first, second in zip([*once.files, once.manifest], [*again.files, again.manifest], strict=True):
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_another_shop(tmp_path: Path) -> None:
    one, other = (generate(tmp_path / str(seed), 1, 40, 0, seed) for seed in (1, 2))
    assert one.expected["datasets"]["orders"]["sha256"] != other.expected["datasets"]["orders"]["sha256"]


def test_a_month_is_two_workbooks_with_a_sheet_a_day_and_the_products(clean: SampleResult) -> None:
    assert [path.name for path in clean.files] == [
        "order_items_feb_2025.xlsx",
        "order_items_jan_2025.xlsx",
        "orders_feb_2025.xlsx",
        "orders_jan_2025.xlsx",
        "products.csv",
    ]
    for dataset, header in HEADERS.items():
        sheets = _sheets(clean.folder, f"{dataset}_jan_2025.xlsx")
        assert list(sheets) == [f"2025-01-{day:02}" for day in range(1, 16)]
        assert {rows[0] for rows in sheets.values()} == {tuple(header)}


def test_a_clean_delivery_has_nothing_to_refuse(clean: SampleResult) -> None:
    expected = clean.expected
    assert expected["rejects"] == []
    assert expected["winners"] == []
    assert all(d["read"] == d["inserted"] == d["rows"] for d in expected["datasets"].values())
    assert expected["datasets"]["orders"]["rows"] == 300


def test_noise_changes_no_table(clean: SampleResult, dirty: SampleResult) -> None:
    for dataset, counts in dirty.expected["datasets"].items():
        assert counts["sha256"] == clean.expected["datasets"][dataset]["sha256"]
        assert counts["rejected"] > 0
        assert counts["read"] == sum(counts[c] for c in ("inserted", "duplicate", "rejected"))


def test_every_reject_is_in_its_file_where_the_manifest_says(dirty: SampleResult) -> None:
    files = {file["file"]: _sheets(dirty.folder, file["file"]) for file in dirty.expected["files"]}
    for reject in dirty.expected["rejects"]:
        header, *_ = rows = files[reject["file"]][reject["sheet"]]
        names = {name: column for column, name in RENAMED.items()}
        cells = [str(cell).strip() for cell in header]
        row = dict(zip([names.get(c, c.lower()) for c in cells], rows[reject["row"] - 1], strict=True))
        for fault in reject["faults"]:
            found = row[fault["column"]]
            assert (None if found is None else str(found)) == fault["value"]


def test_counts_are_those_of_the_files(dirty: SampleResult) -> None:
    """Sheets marked as converted hold exactly as many rows as the counts say, empty ones left out."""
    read: Counter[str] = Counter()
    for file in dirty.expected["files"]:
        sheets = _sheets(dirty.folder, file["file"])
        assert [s["sheet"] for s in file["sheets"]] == list(sheets)
        for sheet in file["sheets"]:
            rows = [row for row in sheets[sheet["sheet"]][1:] if any(cell is not None for cell in row)]
            if sheet["status"] == "converted":
                assert len(rows) == sheet["rows"]
                read[file["dataset"]] += len(rows)
    assert read == {name: counts["read"] for name, counts in dirty.expected["datasets"].items()}


def test_every_kind_of_fault_occurs(dirty: SampleResult) -> None:
    found = {(r["dataset"], f["column"], f["value"], f["rule"]) for r in dirty.expected["rejects"] for f in r["faults"]}
    wanted = {
        (dataset, fault.column, fault.text, fault.rule)
        for dataset in ("orders", "order_items")
        for kind in CATALOGUE[dataset]
        for fault in getattr(kind, "faults", ())
    }
    assert wanted <= found
    assert any(r["waiting"] for r in dirty.expected["rejects"])
    assert any(len(r["faults"]) == 2 for r in dirty.expected["rejects"])


def test_errors_are_real_error_cells_and_one_sheet_is_hidden(dirty: SampleResult) -> None:
    workbook = openpyxl.load_workbook(dirty.folder / "orders_jan_2025.xlsx")
    errors = {cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "e"}
    assert errors == {"#N/A"}
    assert [s.title for s in workbook if s.sheet_state == "hidden"] == ["2025-01-01 (old)"]


def test_headers_are_odd_but_known_to_the_contracts(dirty: SampleResult) -> None:
    contracts = load_contracts([PACKAGED])
    for dataset in HEADERS:
        headers = {rows[0] for rows in _sheets(dirty.folder, f"{dataset}_jan_2025.xlsx").values() if rows}
        assert len(headers) >= 6
        for column in contracts[dataset].columns:
            if column.name in RENAMED:
                assert letters(RENAMED[column.name]) in map(letters, column.aliases)


def test_the_winner_of_a_key_is_the_latest_row(dirty: SampleResult) -> None:
    assert {w["dataset"] for w in dirty.expected["winners"]} >= {"orders", "order_items"}
    winner = next(w for w in dirty.expected["winners"] if w["dataset"] == "products")
    row = _sheets(dirty.folder, winner["file"])[winner["sheet"]][winner["row"] - 1]
    assert int(row[0]) == winner["key"]
    assert row[3] != "(name to follow)"


def test_the_manifest_on_disk_is_the_one_returned(dirty: SampleResult) -> None:
    assert json.loads(dirty.manifest.read_text(encoding="utf-8")) == dirty.expected


def test_a_fingerprint_is_the_same_for_rows_from_a_table() -> None:
    generated = {"order_id": 1, "order_timestamp": "2025-01-01T10:00:00", "total_amount": 5.1, "date": "2025-01-01"}
    moment = datetime(2025, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    queried = {"order_id": 1, "order_timestamp": moment, "total_amount": Decimal("5.10"), "_source_row": 2}
    other = queried | {"order_timestamp": datetime(2025, 1, 1, 10, 1, tzinfo=UTC)}
    assert Fingerprint().add([generated]).hex() == Fingerprint().add([queried]).hex()
    assert Fingerprint().add([generated]).hex() != Fingerprint().add([other]).hex()


@pytest.mark.parametrize(("months", "orders", "dirty"), [(0, 1, 0), (1, 0, 0), (1, 1, -1), (1, 1, 51)])
def test_arguments_out_of_range_are_refused(tmp_path: Path, months: int, orders: int, dirty: float) -> None:
    with pytest.raises(ValueError, match="at least 1 month"):
        generate(tmp_path / "new", months, orders, dirty, seed=1)
    assert not (tmp_path / "new").exists()


def test_the_smallest_sample_of_all_can_be_dirty(tmp_path: Path) -> None:
    counts = generate(tmp_path, months=1, orders=1, dirty=1, seed=1).expected["datasets"]
    assert counts["orders"]["rows"] == 1
    assert counts["orders"]["read"] == 2
