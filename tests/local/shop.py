"""A shop's project in a temporary folder, operated as its owner would: by commands, judged by JSON and exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from lakectl.cli.app import main

ORDERS = ("order_num", "order_id", "user_id", "order_timestamp", "total_amount", "date")
ITEMS = ("id", "order_id", "user_id", "days_since_prior_order", "product_id", "add_to_cart_order", "reordered",
         "order_timestamp", "date")  # fmt: skip
PRODUCTS = ("product_id", "department_id", "department", "product_name")


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

    def lakectl(self, *arguments: str | Path) -> Answer:
        """Runs a command in this process with `-o json`."""
        words = ["--project", str(self.project), "-o", "json", *map(str, arguments)]
        out, talk = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
            code = main(words)
            out.flush()
        return Answer(code, json.loads(out.buffer.getvalue()), talk.getvalue())  # type: ignore[attr-defined]

    def ingest(self, *files: str | Path) -> Answer:
        """`lakectl ingest FILES...` on this shop's engine."""
        return self.lakectl("ingest", "--engine", self.engine, *files)

    def run(self) -> Answer:
        """`lakectl run` on this shop's engine."""
        return self.lakectl("run", "--engine", self.engine)

    def resume(self, *name: str) -> Answer:
        """`lakectl resume` on this shop's engine."""
        return self.lakectl("resume", "--engine", self.engine, *name)

    def rows(self, sql: str) -> list[list[Any]]:
        """The rows of a query as lists of values."""
        answer = self.lakectl("query", sql)
        assert answer.code == 0, answer.talk
        return [list(row.values()) for row in answer.json]

    def drop(self, name: str, path: Path) -> None:
        """Puts a file into the lake's inbox, as somebody without lakectl does."""
        target = self.project / "lake" / "uploads" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

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

    def replace_asset(self, kind: str, name: str, text: str) -> Path:
        """Puts a file of the project's own in the place of a packaged handler or job; remove it to have that again."""
        path = self.project / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
