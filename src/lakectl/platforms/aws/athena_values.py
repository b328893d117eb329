"""Athena's text of a single value -> Python's value, and Athena's name of a type -> its parts."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lakectl.asking.statement import DIALECT

if TYPE_CHECKING:
    from pyathena.converter import Converter

NESTED = ("array", "map", "row")
_INTERVAL = re.compile(r"(-?)(\d+) (\d+):(\d\d):(\d\d)\.(\d{3})")


@cache
def converter() -> Converter:
    """PyAthena's converter of single values, its answers those of the local target."""
    from pyathena.converter import DefaultTypeConverter

    own = DefaultTypeConverter()
    own.set("interval day to second", _interval)
    for name in (*NESTED, "json"):  # JSON is text; what is nested is not read from Athena's text of it
        own.set(name, _as_it_is)
    return own


def value(type: str, text: str) -> Any:
    """The value of a text of a single type, such as `decimal(12,2)`; an instant is UTC's."""
    before, _, after = type.partition("(")
    return in_utc(converter().convert(before + after.partition(")")[2], text))


def in_utc(value: Any) -> Any:
    """The value; an instant in UTC, whichever zone it was told in."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value


@cache
def parsed(type: str) -> exp.DataType:
    """The type's parts; a row's field without a name is `_0`, `_1`... by its place, as on the local target."""
    tree = exp.DataType.build(type, dialect=DIALECT)
    for row in tree.find_all(exp.DataType):
        if row.this == exp.DType.STRUCT:
            row.set("expressions", [_named(field, place) for place, field in enumerate(row.expressions)])
    return tree


def _named(field: exp.Expr, place: int) -> exp.Expr:
    return field if isinstance(field, exp.ColumnDef) else exp.ColumnDef(this=exp.to_identifier(f"_{place}"), kind=field)


def _as_it_is(text: str | None) -> str | None:
    return text


def _interval(text: str | None) -> dt.timedelta | str | None:
    """`2 00:00:03.500`; one beyond Python's range stays text."""
    found = _INTERVAL.fullmatch(text or "")
    if not found:
        return text
    days, hours, minutes, seconds, milliseconds = map(int, found.groups()[1:])
    span = dt.timedelta(days, seconds, 0, milliseconds, minutes, hours)
    return -span if found[1] else span
