"""JSON as Trino handles it: paths, casts and their errors. Called from DuckDB, on the texts of JSON values."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lakectl.platforms.local.trino.types import INTEGERS, Type, row_keys

_MISSING = object()
_STEP = re.compile(
    r"\.\s*([A-Za-z_@][\w@-]*|\"(?:[^\"\\]|\\.)*\")|\[\s*(-?\d+|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\*)\s*\]|(\.\*)"
)


def loaded(text: str) -> Any:
    """The value of a JSON text; numbers with a fraction as Decimal. Raises ValueError."""
    return json.loads(text, parse_float=Number, parse_constant=_no_constant)


class Number(Decimal):
    """A number with a fraction or an exponent; `raw`: as it was written."""

    raw: str

    def __new__(cls, raw: str) -> Number:
        made = super().__new__(cls, raw)
        made.raw = raw
        return made


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def dumped(value: Any) -> str:
    """Compact JSON, as Trino writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return _number(value)
        case dict():
            return "{" + ",".join(f"{_string(key)}:{dumped(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(dumped, value)) + "]"
        case str():
            return _string(value)
        case float():
            return _double(value)
    return json.dumps(value)


def _string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: Decimal) -> str:
    return _double(float(value))


def _double(value: float) -> str:
    """Java's Double.toString."""
    if math.isnan(value) or value in (float("inf"), float("-inf")):
        return f'"{value}"'
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    return _exponent_form(value)


def parsed(text: str) -> str:
    """json_parse: the keys of objects in order."""
    try:
        return dumped(_sorted(loaded(text)))
    except ValueError:
        raise ValueError(f"§Cannot convert value to JSON: '{text}'§") from None


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@lru_cache(maxsize=512)
def steps(path: str) -> tuple[str | int, ...]:
    """The steps of a path such as `$.a[0]["b"]`. Raises ValueError."""
    rest = path.strip()
    if not rest.startswith("$"):
        raise ValueError(f"§Invalid JSON path: '{path}'§")
    place, found = 1, list[str | int]()
    while place < len(rest):
        match = _STEP.match(rest, place)
        if match is None or match[3] or match[2] == "*":
            raise ValueError(f"§Invalid JSON path: '{path}'§")
        name = match[1] or match[2]
        found.append(name[1:-1] if name[0] in "\"'" else int(name) if match[2] else name)
        place = match.end()
    return tuple(found)


def _at(text: str, path: str) -> Any:
    try:
        value = loaded(text)
    except ValueError:
        return _MISSING
    for step in steps(path):
        if isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value) and step >= 0:
            value = value[step]
        elif isinstance(value, dict) and str(step) in value:
            value = value[str(step)]
        else:
            return _MISSING
    return value


def extract(text: str, path: str) -> str | None:
    value = _at(text, path)
    return None if value is _MISSING else dumped(value)


def extract_scalar(text: str, path: str) -> str | None:
    value = _at(text, path)
    if value is _MISSING or value is None or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else value.raw if isinstance(value, Number) else dumped(value)


def size(text: str, path: str) -> int | None:
    value = _at(text, path)
    return None if value is _MISSING else len(value) if isinstance(value, (dict, list)) else 0


def array_length(text: str) -> int | None:
    value = _at(text, "$")
    return len(value) if isinstance(value, list) else None


def array_get(text: str, place: int) -> str | None:
    value = _at(text, "$")
    return dumped(value[place]) if isinstance(value, list) and -len(value) <= place < len(value) else None


def is_scalar(text: str) -> bool:
    return not isinstance(loaded(text), (dict, list))


def _lax(text: str, path: str) -> Any:
    mode, _, rest = path.strip().partition(" ")
    if mode not in ("lax", "strict"):
        raise ValueError(f"§Invalid JSON path: '{path}'§")
    return _at(text, rest)


def value_at(text: str, path: str) -> str | None:
    value = _lax(text, path)
    if value is _MISSING or value is None or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else dumped(value)


def query_at(text: str, path: str) -> str | None:
    value = _lax(text, path)
    return None if value is _MISSING or value is None else dumped(value)


def exists_at(text: str, path: str) -> bool:
    return _lax(text, path) is not _MISSING


def written(value: Any, type: Type) -> str:
    """A value of the type as JSON: cast(x as json)."""
    if value is None or type.base not in ("row", "array", "map"):
        return dumped(_plain(value, type))
    match type.base:
        case "array":
            return f"[{','.join(written(item, type.of[0]) for item in value)}]"
        case "map":
            return (
                "{" + ",".join(f"{_string(str(key))}:{written(value[key], type.of[1])}" for key in sorted(value)) + "}"
            )
    keys = zip(type.names, row_keys(type), type.of, strict=True)
    return "{" + ",".join(f"{_string(name)}:{written(value[key], of)}" for name, key, of in keys) + "}"


def _plain(value: Any, type: Type) -> Any:
    if value is None:
        return None
    match type.base:
        case "json":
            return loaded(value)
        case "date":
            return value.isoformat() if isinstance(value, dt.date) else str(value)
        case "timestamp":
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"[: 19 + bool(type.args[0]) + type.args[0]]
    return value


def read(text: str, type: Type) -> Any:
    """A JSON text as a value of the type: cast(json as type). Raises ValueError."""
    value = loaded(text)
    try:
        return _typed(value, type)
    except (ValueError, TypeError, ArithmeticError):
        raise ValueError(f"§Cannot cast '{text}' to {type}§") from None


def _typed(value: Any, type: Type) -> Any:
    if value is None:
        return None
    match type.base:
        case "json":
            return dumped(value)
        case "array" if isinstance(value, list):
            return [_typed(item, type.of[0]) for item in value]
        case "map" if isinstance(value, dict):
            return {_typed(key, type.of[0]): _typed(item, type.of[1]) for key, item in value.items()}
        case "row" if isinstance(value, (list, dict)):
            return _row(value, type)
        case "varchar" if not isinstance(value, (list, dict)):
            if isinstance(value, Decimal):
                return _exponent_form(float(value))
            return value if isinstance(value, str) else dumped(value)
        case "boolean" if isinstance(value, (bool, int, Decimal)):
            return bool(value)
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case "double" | "real" if not isinstance(value, (list, dict)):
            return float(value)
    if type.base in INTEGERS and not isinstance(value, (list, dict)):
        return _whole(value, type)
    if type.base == "decimal" and not isinstance(value, (list, dict)):
        return round(Decimal(value), type.args[1]) if not isinstance(value, bool) else Decimal(int(value))
    raise ValueError


def _exponent_form(value: float) -> str:
    """Trino's text of a double: 1.5E0."""
    if value == 0:
        return "0E0"
    sign = "-" if value < 0 else ""
    number = Decimal(repr(abs(value)))
    shown = "".join(map(str, number.as_tuple().digits)).rstrip("0") or "0"
    return f"{sign}{shown[0]}.{shown[1:] or '0'}E{number.adjusted()}"


def _whole(value: Any, type: Type) -> int:
    number = int(value) if isinstance(value, (bool, int, str)) else int(value.to_integral_value("ROUND_HALF_UP"))
    bits = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}[type.base]
    if not -(2**bits) <= number < 2**bits:
        raise ValueError
    return number


def _row(value: Any, type: Type) -> Any:
    keys = row_keys(type)
    if isinstance(value, list):
        if len(value) != len(keys):
            raise ValueError
        return {key: _typed(item, of) for key, item, of in zip(keys, value, type.of, strict=True)}
    lower = {key.lower(): item for key, item in value.items()}
    return {key: _typed(lower.get(key.lower()), of) for key, of in zip(keys, type.of, strict=True)}
