"""What is handed over: files of sheets of rows, each row with the faults it was given.

A row's place is what a person sees in Excel: the header is row 1, empty rows count. For a CSV it is the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lakectl.sample.shop import Row, Value

Dataset = Literal["products", "orders", "order_items"]

KEYS: dict[Dataset, str] = {"products": "product_id", "orders": "order_id", "order_items": "id"}


@dataclass(frozen=True)
class Fault:
    """A cell that must be refused: what is written in it and the rule that refuses it."""

    column: str
    value: Value
    rule: str

    @property
    def text(self) -> str | None:
        """The value as the rejects must show it."""
        return None if self.value is None else str(self.value)


@dataclass(frozen=True)
class Delivered:
    """A row as it is handed over; without faults it is valid, though another row of its key may win."""

    row: Row
    faults: tuple[Fault, ...] = ()

    @property
    def waiting(self) -> bool:
        """Refused only because its parent is not there yet."""
        return bool(self.faults) and all(fault.rule == "foreign_key" for fault in self.faults)


@dataclass(frozen=True)
class Sheet:
    """A sheet. `header` maps columns to what their header cells say, in the order of the cells; None is an empty row.

    `ignored` says why a right pipeline reports this sheet and does not load it; it is empty for sheets with data.
    """

    name: str
    header: dict[str, str]
    rows: list[Delivered | None] = field(default_factory=list)
    hidden: bool = False
    ignored: str = ""


@dataclass(frozen=True)
class Place:
    """Where a row is: `row` as Excel shows it, `position` of its sheet from 1."""

    sheet: str
    position: int
    row: int


@dataclass(frozen=True)
class File:
    """An upload. A CSV has one sheet, without a name."""

    name: str
    dataset: Dataset
    sheets: list[Sheet]

    def rows(self) -> Iterator[tuple[Place, Delivered]]:
        """Every row that a right pipeline reads, in order of delivery."""
        for position, sheet in enumerate(self.sheets, start=1):
            for number, delivered in enumerate(sheet.rows if not sheet.ignored else [], start=2):
                if delivered is not None:
                    yield Place(sheet.name, position, number), delivered
