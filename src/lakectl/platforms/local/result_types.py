"""What leaves DuckDB becomes what Athena gives: its types by name, its values with their zones."""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections.abc import Callable
from typing import Any

from lakectl.platforms.local.trino.times import zone_info
from lakectl.platforms.local.trino.types import DAYS, MONTHS, Type, row_keys
from lakectl.platforms.local.trino.values import quoted

Read = Callable[[Any], Any]


def shown(own: str, type: Type) -> str:
    """The column in the form in which it leaves DuckDB."""
    sql = quoted(own)
    if type == DAYS:
        sql = f"to_milliseconds({sql})"
    elif type == MONTHS:
        sql = f"trino_months_text({sql})"
    elif type.base == "char":
        sql = f"rpad({sql}, {type.args[0]}, ' ')"
    elif type.base == "uuid":
        sql = f"CAST({sql} AS VARCHAR)"
    return f"{sql} AS {quoted(own)}"


def is_plain(type: Type) -> bool:
    """True if DuckDB holds the values as they are shown."""
    return type.base not in (DAYS.base, MONTHS.base, "char", "uuid")


def _shortest(value: float) -> float:
    """The number with the fewest digits that is the same 32-bit float: 1.1, not 1.100000023841858."""
    if not math.isfinite(value):
        return value
    packed = struct.pack("f", value)
    return next(short for digits in range(1, 10) if struct.pack("f", short := float(f"{value:.{digits}g}")) == packed)


def reader(type: Type) -> Read | None:
    """What makes of DuckDB's value that of the type; None where they are the same."""
    if type.is_instant and type.zone not in ("UTC", ""):
        zone = zone_info(type.zone)
        return lambda value: None if value is None else value.astimezone(zone)
    if type.base == "real":
        return lambda value: value if value is None else _shortest(value)
    if type.base == "unknown":
        return lambda _: None
    if type.base == "array" and (item := reader(type.of[0])):
        return lambda values: None if values is None else [item(value) for value in values]
    if type.base == "map":
        value_of = reader(type.of[1])
        return (
            None
            if value_of is None
            else lambda entries: {k: value_of(v) for k, v in entries.items()} if entries else entries
        )
    if type.base == "row":
        readers = {key: reader(of) for key, of in zip(row_keys(type), type.of, strict=True)}
        if any(readers.values()):
            return lambda row: row and {key: read(row[key]) if (read := readers[key]) else row[key] for key in row}
    if type == DAYS:
        return lambda value: (
            value if value is None or isinstance(value, dt.timedelta) else dt.timedelta(milliseconds=value)
        )
    return None
