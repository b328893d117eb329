"""What passes between the parts of the conversion: a grid of text going in, a report of a sheet coming out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["converted", "refused", "ignored"]

# A row's number as a person sees it, and its cells as text; an empty cell is "".
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Grid:
    """A sheet that has not been looked at yet. `rows` reads while it is iterated, once.

    `unusable` says why nobody should look (a hidden sheet); then `rows` is empty.
    """

    name: str  # "" for a delimited file, which has no sheets
    position: int  # 1-based, in the order of the workbook
    rows: Iterator[Row]
    unusable: str = ""


@dataclass(frozen=True)
class Sheet:
    """What became of a sheet. Only a converted one has `csv`, `rows` and `columns` (its CSV's, but `_source_row`)."""

    name: str
    position: int
    status: Status
    reason: str = ""
    dataset: str = ""
    csv: Path | None = None
    columns: tuple[str, ...] = ()
    rows: int = 0
    unknown_columns: tuple[str, ...] = ()
