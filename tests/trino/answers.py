"""Rows of two engines, brought to one form and compared: what both print in JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]

_DONE = re.compile(r"(?P<path>.+\.sql): (?P<rows>\d+) rows, [\d.]+ s")


def read_rows(text: str) -> Any:
    """JSON, its numbers exact."""
    return json.loads(text, parse_float=Decimal)


def plain(value: Any) -> Any:
    """A Python value as Trino's JSON has it: instants to the millisecond with their zone, dates as text."""
    match value:
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"[:-3] + (" UTC" if value.tzinfo else "")
        case dt.date():
            return value.isoformat()
        case float():
            return Decimal(repr(value))
        case list():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    return value


def differences(expected: Rows, found: Rows) -> list[str]:
    """What differs, a line each; numbers are equal within one part in 10^12."""
    if len(expected) != len(found):
        return [f"{len(expected)} rows expected, {len(found)} found: {found}"]
    pairs = enumerate(zip(expected, found, strict=True))
    return [
        f"row {number}: {left} expected, {right} found" for number, (left, right) in pairs if not _same(left, right)
    ]


def _same(left: Any, right: Any) -> bool:
    match left, right:
        case bool(), bool():
            return left == right
        case int() | Decimal(), int() | Decimal():
            return abs(Decimal(left) - Decimal(right)) <= Decimal("1e-12") * max(abs(Decimal(left)), Decimal(1))
        case list(), list():
            return len(left) == len(right) and all(map(_same, left, right))
        case dict(), dict():
            return list(left) == list(right) and all(_same(left[key], right[key]) for key in left)
    return bool(left == right)


def ask_trino(tool: str, tables: Path, statements: Mapping[str, str], folder: Path) -> dict[str, Rows]:
    """The answers of a real Trino to all statements, by name, in one start of it."""
    paths = [folder / f"{name}.sql" for name in statements]
    for path, sql in zip(paths, statements.values(), strict=True):
        path.write_text(sql)
    command = [tool, str(tables), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"TZ": "UTC"})
    assert done.returncode == 0, done.stderr
    rows = iter(done.stdout.splitlines())
    counts = {
        Path(match["path"]).stem: int(match["rows"])
        for match in map(_DONE.fullmatch, done.stderr.splitlines())
        if match
    }
    return {name: [read_rows(next(rows)) for _ in range(count)] for name, count in counts.items()}


def shown(value: Any, type: str) -> Any:
    """A value of a result as Trino's JSON has it, with the digits and the zone of its type; doubles stay floats."""
    digits = int(match[1]) if (match := re.search(r"time(?:stamp)?\((\d+)\)", type)) else 3
    match value:
        case dt.datetime():
            clock = f"{value:%Y-%m-%d %H:%M:%S}" + (f".{value:%f}"[: digits + 1] if digits else "")
            return f"{clock} {_zone(value)}" if value.tzinfo else clock
        case dt.date():
            return value.isoformat()
        case dt.time():
            return f"{value:%H:%M:%S}" + (f".{value:%f}"[: digits + 1] if digits else "")
        case dt.timedelta():
            total = abs(value // dt.timedelta(milliseconds=1))
            days, rest = divmod(total, 86_400_000)
            clock = f"{rest // 3_600_000:02}:{rest // 60_000 % 60:02}:{rest // 1000 % 60:02}.{rest % 1000:03}"
            return f"{'-' if value < dt.timedelta() else ''}{days} {clock}"
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case bytes():
            return value.hex(" ")
        case list():
            return [shown(item, type) for item in value]
        case dict():
            return {str(shown(key, type)): shown(item, type) for key, item in value.items()}
    return value


def _zone(value: dt.datetime) -> str:
    name = getattr(value.tzinfo, "key", None) or str(value.tzinfo)
    return name.removeprefix("UTC") or "UTC" if name.startswith("UTC") else name
