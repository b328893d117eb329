"""Clocks and zones: an instant as the wall clock of its zone and back, and how both are written."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def is_offset(zone: str) -> bool:
    """True for `+02:00` and its like."""
    return _OFFSET.fullmatch(zone) is not None


@cache
def zone_info(zone: str) -> dt.tzinfo:
    """Python's zone of the name or offset. Raises ZoneInfoNotFoundError, ValueError."""
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return dt.UTC if zone in ("UTC", "Z") else ZoneInfo(zone)
    minutes = int(match[2]) * 60 + int(match[3])
    return dt.timezone(dt.timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _minutes(zone: str) -> int:
    offset = zone_info(zone).utcoffset(None)
    assert offset is not None
    return int(offset.total_seconds()) // 60


def local(sql: str, zone: str) -> str:
    """The wall clock of an instant."""
    if is_offset(zone):
        return f"(timezone('UTC', {sql}) + to_minutes({_minutes(zone)}))"
    return f"timezone('{zone}', {sql})"


def instant_of(sql: str, zone: str) -> str:
    """The instant of a wall clock."""
    if is_offset(zone):
        return f"timezone('UTC', {sql} - to_minutes({_minutes(zone)}))"
    return f"timezone('{zone}', {sql})"


def _fraction(precision: int) -> str:
    return "" if precision == 0 else ".%f"


def stamp_text(sql: str, precision: int, between: str = " ") -> str:
    """A wall clock as text, with the digits of its precision."""
    written = f"strftime({sql}, '%Y-%m-%d{between}%H:%M:%S{_fraction(precision)}')"
    return f"left({written}, {20 + precision})" if 0 < precision < 6 else written


def time_text(sql: str, precision: int) -> str:
    """A time of day as text, with the digits of its precision."""
    return stamp_text(f"(DATE '2000-01-01' + {sql})", precision).join(("substr(", ", 12)"))
