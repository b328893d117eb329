"""What passes between the parts of the conversion: a grid of text going in, a report of a sheet coming out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Status = Literal["converted", "refused", "ignored"]


class Cell(str):
    """A cell of which there is more to say than its text, which is what a person sees.

    exact   of a number: the text of the very double, for a column of that type; "" where the text says it
    shown   as the sheet shows it where its format adds to the value (leading zeros), for a column of text; "" if equal
    fault   the rule that the cell breaks whatever its column is (`lakehouse.marks`): an error value, a formula without
            a value; the text is then what stands in the cell
    typed   in a workbook: text that somebody typed and that could be a number, such as 1.000 or 12,5
    """

    __slots__ = ("exact", "fault", "shown", "typed")

    exact: str
    fault: str
    shown: str
    typed: bool

    def __new__(cls, text: str, *, exact: str = "", shown: str = "", fault: str = "", typed: bool = False) -> Cell:
        cell = super().__new__(cls, text)
        cell.exact, cell.shown, cell.fault, cell.typed = exact, shown, fault, typed
        return cell


class SpecialRow(list[str]):
    """The cells of a row, some of which are a `Cell`. A plain list has none, and needs no look at each."""

    __slots__ = ()


class BrokenRow(list[str]):
    """A record of delimited text that cannot be split for certain; it has no cells. `text` is all of it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SheetRefused(Exception):
    """Raised by a grid's rows: this sheet cannot be read, for the reason given; the workbook's others go on."""


# A row's number as a person sees it, and its cells as text from column A on; an empty cell is "". Cells that are
# missing at the end are empty. The list may be a SpecialRow or a BrokenRow; it is the reader's own no more.
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Note:
    """Something that a sender should know and that is no fault. `kind` is one of `lakehouse.convert.notes.KINDS`.

    `column` is the header, or the letters where there is none; `rows` are the first rows that it is about, as a person
    counts them.
    """

    kind: str
    message: str
    column: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Area:
    """A rectangle of a sheet: rows as a person counts them, columns from 0; all inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """A sheet that has not been looked at yet. `rows` reads it, anew each time it is called.

    unusable    why nobody should look (a hidden sheet, a chart): its rows, if there are any, are only counted
    merged      cells that are merged; all but the first have no value of their own
    totals      totals rows of Excel tables
    plain_text  whether all cells are text (delimited text): in a workbook, a number is one for certain
    record      a row's cells as they would stand in the file, for a reject; None in a workbook
    notes       what the reader has to say; it may add to them while rows are read
    """

    name: str  # "" for a delimited file, which has no sheets
    position: int  # 1-based, in the order of the workbook
    rows: Callable[[], Iterator[Row]]
    unusable: str = ""
    merged: Sequence[Area] = ()
    totals: Sequence[Area] = ()
    plain_text: bool = False
    record: Callable[[Sequence[str]], str] | None = None
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """What became of a sheet, or of the part of one that belongs to a dataset.

    Only a converted one has `csv`, `columns` (its CSV's, but `_source_row`) and `marked` (see `lakehouse.marks`).
    `rows` counts those under the header, also of a sheet that is ignored or refused. `header_row` is 0 where no header
    was found.
    """

    name: str
    position: int
    status: Status
    reason: str = ""
    dataset: str = ""
    csv: Path | None = None
    columns: tuple[str, ...] = ()
    rows: int = 0
    header_row: int = 0
    notes: tuple[Note, ...] = ()
    marked: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
