"""What the measurements share: the month they load, the lakes they load it into, the usual way as the thing to beat."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cached_property
from pathlib import Path

from benchmarks import made
from benchmarks.measure import Run, run

BASELINES = Path(__file__).parent / "baselines"
BIN = Path(sys.executable).parent


class Lab:
    """Works in `folder`: made data stays there for the next time, lakes go when the lab is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._scratch = self.folder / "scratch"
        self._count = 0

    def __enter__(self) -> Lab:
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._scratch)

    @cached_property
    def month(self) -> Path:
        """A folder of two 15-sheet workbooks and products.csv: the real month if LAKECTL_REAL_MONTH names it."""
        real = os.environ.get("LAKECTL_REAL_MONTH")
        return Path(real) if real else made.once(self.folder / "month", made.month)

    @property
    def orders(self) -> Path:
        """The month's workbook of orders."""
        return next(self.month.glob("orders_*.xlsx"))

    @property
    def items(self) -> Path:
        """The month's workbook of items."""
        return next(self.month.glob("order_items_*.xlsx"))

    def scratch(self, name: str) -> Path:
        """A new empty folder."""
        self._count += 1
        folder = self._scratch / f"{self._count:03d}-{name}"
        folder.mkdir()
        return folder

    def project(self, like: Path | None = None) -> Path:
        """A new project with an empty lake, or a copy of another."""
        folder = self.scratch("project")
        if like:
            shutil.copytree(like, folder, dirs_exist_ok=True)
        else:
            self.lakectl(folder.parent, "init", folder.name)
        return folder

    def lakectl(self, project: Path, *arguments: str | Path, **environment: str) -> Run:
        """Runs the command in a project, with no settings but those given here."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAKECTL_")}
        return run([BIN / "lakectl", *arguments], cwd=project, env=inherited | environment)

    @cached_property
    def usual_way(self) -> tuple[float, float, float, float]:
        """Seconds of what people do: pandas+openpyxl, then a Spark process each for products, orders and items.

        Spark's jars are in Ivy's cache before the clock starts.
        """
        sheets, lake = self.scratch("sheets"), self.scratch("lake")
        self._append("products", self.scratch("unmeasured"), [self.month / "products.csv"])
        convert = run([sys.executable, BASELINES / "pandas_to_csv.py", sheets, self.orders, self.items]).seconds
        products = self._append("products", lake, [self.month / "products.csv"])
        orders = self._append("orders", lake, sorted(sheets.glob(f"{self.orders.stem}.*")))
        items = self._append("order_items", lake, sorted(sheets.glob(f"{self.items.stem}.*")))
        return convert, products, orders, items

    def _append(self, dataset: str, lake: Path, sheets: list[Path]) -> float:
        return run([sys.executable, BASELINES / "spark_append.py", dataset, lake, *sheets], cwd=lake).seconds
