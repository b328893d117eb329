"""A cell's value as text, exactly: what the ETL judges is what the cell held, not what a reader made of it.

Excel keeps every number as a double, so 12 arrives as 12.0 and leaves as `12`; the shortest decimal that stands for the
double is written, never in exponent notation. Date cells are ISO 8601: a date without a time of day as `2025-04-01`,
with one as `2025-04-01T11:27:00`. Text is not touched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

Cell = str | float | int | bool | dt.date | dt.time | dt.datetime | dt.timedelta


def texts(cells: Iterable[Cell]) -> list[str]:
    """Every cell as text; an empty cell is ""."""
    return [cell if cell.__class__ is str else _TEXT[cell.__class__](cell) for cell in cells]


def _number(value: float) -> str:
    shortest = repr(value + 0.0)  # adding zero turns -0.0, which nobody ever typed, into 0.0
    if "e" in shortest:
        return format(Decimal(shortest), "f")
    return shortest.removesuffix(".0")


def _duration(value: dt.timedelta) -> str:
    sign = "-" if value < dt.timedelta() else ""
    seconds, fraction = divmod(abs(value), dt.timedelta(seconds=1))
    hours, rest = divmod(seconds, 3600)
    tail = f".{fraction.microseconds:06d}" if fraction else ""
    return f"{sign}{hours}:{rest // 60:02d}:{rest % 60:02d}{tail}"


_TEXT: dict[type, Callable[[Any], str]] = {
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    dt.time: dt.time.isoformat,
    dt.timedelta: _duration,
}
