"""A shop's project in a temporary folder, operated as its owner would: by commands, judged by JSON and exit codes.

What is asked of a `Shop` can be asked of every target: `tests.scenarios` has one on AWS.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from deltalake import DeltaTable

from lakectl.cli.app import main
from lakehouse.storage import open_storage

ORDERS = ("order_num", "order_id", "user_id", "order_timestamp", "total_amount", "date")
ITEMS = ("id", "order_id", "user_id", "days_since_prior_order", "product_id", "add_to_cart_order", "reordered",
         "order_timestamp", "date")  # fmt: skip
PRODUCTS = ("product_id", "department_id", "department", "product_name")

ATLAS = "1,4,Books,Atlas"
NOVEL = "2,4,Books,Novel"
ORDER_1 = "1,10,7,2025-04-01T10:00:00,9.50,2025-04-01"
ORDER_2 = "2,11,8,2025-04-02T11:00:00,20,2025-04-02"
ITEM_1 = "100,10,7,3,1,1,0,2025-04-01T10:00:00,2025-04-01"
ITEM_2 = "101,11,8,,2,1,1,2025-04-02T11:00:00,2025-04-02"


@dataclass(frozen=True)
class Answer:
    """What a command did: exit code, the JSON on stdout, the talk on stderr."""

    code: int
    json: Any
    talk: str

    def dataset(self, name: str) -> dict[str, Any]:
        """One dataset of an execution."""
        return next(dataset for dataset in self.json["datasets"] if dataset["dataset"] == name)

    def counts(self, name: str) -> dict[str, int]:
        """A dataset's counts that are not zero."""
        names = ("inserted", "updated", "unchanged", "duplicate", "stale", "rejected")
        return {key: value for key, value in self.dataset(name).items() if key in names and value}


@dataclass(frozen=True)
class Shop:
    """A project. `inbox` is a folder outside of it, where workbooks to send are made."""

    project: Path
    inbox: Path
    engine: str = "duckdb"

    target = "local"

    @property
    def root(self) -> str:
        """Where the lake is."""
        return str(self.project / "lake")

    def lakectl(self, *arguments: str | Path) -> Answer:
        """Runs a command in this process with `-o json`."""
        words = ["--project", str(self.project), "-t", self.target, "-o", "json", *map(str, arguments)]
        out, talk = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
            code = main(words)
            out.flush()
        return Answer(code, json.loads(out.buffer.getvalue()), talk.getvalue())  # type: ignore[attr-defined]

    def ingest(self, *files: str | Path) -> Answer:
        """`lakectl ingest FILES...` on this shop's engine."""
        return self.lakectl("ingest", *self._engine, *files)

    def run(self) -> Answer:
        """`lakectl run` on this shop's engine."""
        return self.lakectl("run", *self._engine)

    def resume(self, *name: str) -> Answer:
        """`lakectl resume` on this shop's engine."""
        return self.lakectl("resume", *self._engine, *name)

    @property
    def _engine(self) -> list[str]:
        return ["--engine", self.engine]

    def rows(self, sql: str) -> list[list[Any]]:
        """The rows of a query as lists of values."""
        answer = self.lakectl("query", sql)
        assert answer.code == 0, answer.talk
        return [list(row.values()) for row in answer.json]

    def drop(self, name: str, path: Path) -> None:
        """Puts a file into the lake's inbox, as somebody without lakectl does."""
        open_storage(self.root).upload(path, f"uploads/{name}")

    def dropped(self, name: str, path: Path) -> Answer:
        """What comes of a file that somebody without lakectl puts there; here, when the inbox is next looked into."""
        self.drop(name, path)
        return self.run()

    def keys(self, prefix: str) -> list[str]:
        """What is in the lake under that prefix."""
        return [entry.key for entry in open_storage(self.root).list(prefix)]

    def table(self, name: str) -> DeltaTable:
        """A table as it lies in the lake."""
        return DeltaTable(f"{self.root}/lakehouse/processed/{name}")

    def ship(self) -> None:
        """Makes the lakehouse run what the project's folder holds now; here it does so anyway."""

    def csv(self, name: str, columns: tuple[str, ...], *rows: str) -> Path:
        """Writes a CSV file to send; each row is one line."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
        return path

    def workbook(self, name: str, sheets: dict[str, list[list[Any]]]) -> Path:
        """Writes a workbook to send; each sheet is a list of rows, its header first."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def write_contract(self, name: str, text: str) -> None:
        """Puts a contract into the project's folder."""
        (self.project / "contracts").mkdir(exist_ok=True)
        (self.project / "contracts" / name).write_text(text, encoding="utf-8")

    @contextlib.contextmanager
    def replaced(self, kind: str, name: str, text: str) -> Iterator[None]:
        """For a while, a file of the project's own is in the place of a packaged handler or job."""
        path = self.replace_asset(kind, name, text)
        self.ship()
        yield
        path.unlink()
        self.ship()

    def replace_asset(self, kind: str, name: str, text: str) -> Path:
        """Puts a file of the project's own in the place of a packaged handler or job; remove it to have that again."""
        path = self.project / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
