"""What the ETL's tests share: contracts, a lake to put rows into and to read tables from."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from deltalake import DeltaTable, QueryBuilder

from lakehouse import layout
from lakehouse.contracts.model import Column, Contract, ForeignKey, Type
from lakehouse.etl.catalog import FileCatalog
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.loading import Job, load
from lakehouse.etl.manifest import read_manifest
from lakehouse.marks import CELLS, MARK, RECORDS, marked
from lakehouse.storage import DirectoryStorage

LONG, INT, STRING = Type("integer", 64), Type("integer", 32), Type("string")
TIMESTAMP, DATE, MONEY = Type("timestamp"), Type("date"), Type("decimal", 0, 12, 2)

PRODUCTS = Contract(
    "products", "1.0.0", (Column("product_id", LONG, required=True), Column("product_name", STRING)), ("product_id",)
)
ORDERS = Contract(
    "orders",
    "1.0.0",
    (
        Column("order_num", LONG),
        Column("order_id", LONG, required=True),
        Column("order_timestamp", TIMESTAMP, required=True),
        Column("total_amount", MONEY),
        Column("date", DATE, derived_from="order_timestamp"),
    ),
    ("order_id",),
    partition_by="date",
    latest_by=("order_timestamp",),
)
ITEMS = Contract(
    "order_items",
    "1.0.0",
    (
        Column("id", LONG, required=True),
        Column("product_id", LONG, required=True),
        Column("reordered", INT, allowed=("0", "1")),
        Column("order_timestamp", TIMESTAMP, required=True),
        Column("date", DATE, derived_from="order_timestamp"),
    ),
    ("id",),
    partition_by="date",
    latest_by=("order_timestamp",),
    foreign_keys=(ForeignKey(("product_id",), "products", ("product_id",)),),
)


@dataclass(frozen=True)
class Sheet:
    """Rows (texts; None or a missing one is an empty cell) as they stand in a sheet, from line 2 on."""

    rows: Sequence[Mapping[str, str | None]]
    source_file: str = "20260401T000000000Z-0001/a.xlsx"
    sheet: str = "Sheet1"
    position: int = 1


def is_record(cell: str | None) -> bool:
    """Whether a cell is a whole record that could not be split."""
    return (cell or "").startswith(f"{MARK}{CELLS}{MARK}")


@dataclass
class TestLake:
    """A lake whose jobs run on one engine. `contracts` may be changed between jobs."""

    __test__ = False

    folder: Path
    engine: str
    contracts: dict[str, Contract] = field(
        default_factory=lambda: {each.dataset: each for each in (PRODUCTS, ORDERS, ITEMS)}
    )
    jobs: int = 0

    @property
    def storage(self) -> DirectoryStorage:
        return DirectoryStorage(self.folder)

    @property
    def catalog(self) -> FileCatalog:
        return FileCatalog(self.storage)

    def load(self, dataset: str, *sheets: Sheet, retry_waiting: bool = False) -> dict[str, Any]:
        """Runs the dataset's job over the sheets; returns its result."""
        return self.run(self.manifest(dataset, sheets, retry_waiting))

    def run(self, manifest: str, hold_rejects: Callable[[], Any] = contextlib.nullcontext) -> dict[str, Any]:
        """Runs the job of a manifest, perhaps again."""
        read = read_manifest(self.storage, manifest)
        with at_work(open_engine(self.engine)) as engine:
            return load(Job(read, self.contracts, self.storage, self.catalog, engine, hold_rejects))

    def manifest(self, dataset: str, sheets: Iterable[Sheet], retry_waiting: bool = False) -> str:
        """Writes raw CSVs and the manifest that names them; returns its key."""
        self.jobs += 1
        execution = f"exec-{self.jobs:04}"
        files = [self._file(dataset, sheet, number) for number, sheet in enumerate(sheets)]
        content = {"dataset": dataset, "execution": execution, "files": files, "retry_waiting": retry_waiting}
        key = layout.execution(execution, f"{dataset}.manifest.json")
        self.storage.write(key, json.dumps(content).encode())
        return key

    def broken(self, dataset: str, text: str) -> dict[str, str | None]:
        """The row of a record that could not be split into cells."""
        return {self.contracts[dataset].source_columns[0].name: marked(text, rule=CELLS)}

    def _file(self, dataset: str, sheet: Sheet, number: int) -> dict[str, Any]:
        columns = [column.name for column in self.contracts[dataset].source_columns]
        text = io.StringIO()
        # As the conversion writes it: what has a lone CR in it is quoted, though lines end with LF.
        writer = csv.writer(SimpleNamespace(write=lambda line: text.write(line.removesuffix("\r\n") + "\n")))
        writer.writerow([*columns, "_source_row"])
        for row_number, row in enumerate(sheet.rows, start=2):
            writer.writerow([*("" if row.get(c) is None else row[c] for c in columns), row_number])
        columns_marked = [c for c in columns if any(MARK in (row.get(c) or "") for row in sheet.rows)]
        records = [RECORDS] if any(is_record(row.get(columns[0])) for row in sheet.rows) else []
        key = layout.raw_csv(dataset, sheet.source_file, sheet.sheet, f"{self.jobs:08}{number:08}")
        self.storage.write(key, text.getvalue().encode())
        return {
            "key": key,
            "source_file": sheet.source_file,
            "sheet": sheet.sheet,
            "position": sheet.position,
            "columns": columns,
            "rows": len(sheet.rows),
            "marked": [*columns_marked, *records],
        }

    def delta(self, table: str) -> DeltaTable:
        """The Delta table of that name."""
        return DeltaTable(self.storage.uri(layout.table(table)))

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The table's rows, sorted, read by DataFusion, which no engine of ours uses to read."""
        names = ", ".join(f'"{column}"' for column in columns)
        batches = QueryBuilder().register("found", self.delta(table)).execute(f"SELECT {names} FROM found").read_all()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.register("batches", batches).sql("SELECT * FROM batches ORDER BY ALL").fetchall()

    def faults(self, dataset: str) -> list[tuple[int, list[tuple[str, str | None, str]]]]:
        """The faults (column, value, rule) of each open reject of a dataset, by row."""
        found = self.rows("rejected_records", "dataset", "row", "faults", "resolved_by")
        return [
            (row, [(fault["column"], fault["value"], fault["rule"]) for fault in faults])
            for name, row, faults, resolved_by in found
            if name == dataset and resolved_by is None
        ]
