"""Trino's types: their names, what becomes what by itself, and the type of DuckDB's that holds their values.

Values are held in DuckDB as follows: an interval of days to seconds in milliseconds (BIGINT), one of years to months in
months (BIGINT); `char(n)` without its trailing spaces; `json` as its text; a row as a struct whose nameless fields are
`field0`, `field1`...; a timestamp with time zone as an instant, its zone being part of the type here.
Coercions: https://trino.io/docs/435/language/types.html and io.trino.type.TypeCoercion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MAX_DIGITS = 38
MIXED = "?"  # the zone of values whose zones differ from row to row


@dataclass(frozen=True)
class Type:
    """A type. `args`: precision and scale, or a length; `of`: what it is made of; `names`: of a row's fields."""

    base: str
    args: tuple[int, ...] = ()
    of: tuple[Type, ...] = ()
    names: tuple[str, ...] = ()
    zone: str = ""

    def __str__(self) -> str:
        match self.base:
            case "row":
                return "row(" + ", ".join(_field(n, t) for n, t in zip(self.names, self.of, strict=True)) + ")"
            case "array" | "map":
                return f"{self.base}({', '.join(map(str, self.of))})"
            case "timestamp with time zone" | "time with time zone":
                first, _, rest = self.base.partition(" ")
                return f"{first}({self.args[0]}) {rest}"
        return f"{self.base}({','.join(map(str, self.args))})" if self.args else self.base

    @property
    def is_number(self) -> bool:
        return self.base in _NUMBERS

    @property
    def is_integer(self) -> bool:
        return self.base in INTEGERS

    @property
    def is_text(self) -> bool:
        return self.base in ("varchar", "char")

    @property
    def is_instant(self) -> bool:
        return self.base == "timestamp with time zone"


def _field(name: str, type: Type) -> str:
    return f"{name} {type}" if name else str(type)


INTEGERS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}  # with the digits of each as a decimal
_NUMBERS = (*INTEGERS, "decimal", "real", "double")
_WIDENING = ("tinyint", "smallint", "integer", "bigint", "decimal", "real", "double")

BOOLEAN, INTEGER, BIGINT, DOUBLE, REAL = map(Type, ("boolean", "integer", "bigint", "double", "real"))
VARCHAR, VARBINARY, JSON, DATE, UNKNOWN = map(Type, ("varchar", "varbinary", "json", "date", "unknown"))
DAYS, MONTHS = Type("interval day to second"), Type("interval year to month")


def decimal(precision: int, scale: int) -> Type:
    return Type("decimal", (precision, scale))


def varchar(length: int) -> Type:
    return Type("varchar", (length,))


def timestamp(precision: int) -> Type:
    return Type("timestamp", (precision,))


def instant(precision: int, zone: str = "UTC") -> Type:
    return Type("timestamp with time zone", (precision,), zone=zone)


def array(of: Type) -> Type:
    return Type("array", of=(of,))


def map_of(key: Type, value: Type) -> Type:
    return Type("map", of=(key, value))


def row(names: tuple[str, ...], of: tuple[Type, ...]) -> Type:
    return Type("row", of=of, names=names)


def row_keys(type: Type) -> list[str]:
    """The names that the fields of a row have in DuckDB."""
    return [name or f"field{place}" for place, name in enumerate(type.names)]


_DUCKDB = {
    "unknown": "INTEGER",
    "ipaddress": "VARCHAR",
    "real": "FLOAT",
    "varbinary": "BLOB",
    "json": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "timestamp with time zone": "TIMESTAMPTZ",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    DAYS.base: "BIGINT",
    MONTHS.base: "BIGINT",
}


def duckdb_type(type: Type) -> str:
    """The type in which DuckDB holds its values."""
    match type.base:
        case "decimal":
            return f"DECIMAL({type.args[0]},{type.args[1]})"
        case "array":
            return f"{duckdb_type(type.of[0])}[]"
        case "map":
            return f"MAP({duckdb_type(type.of[0])}, {duckdb_type(type.of[1])})"
        case "row":
            pairs = zip(row_keys(type), type.of, strict=True)
            return "STRUCT(" + ", ".join(f'"{_quoted(name)}" {duckdb_type(field)}' for name, field in pairs) + ")"
    return _DUCKDB.get(type.base, type.base.upper())


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def as_decimal(type: Type) -> Type:
    """An integer type as the decimal that holds its values; a decimal as it is."""
    return decimal(INTEGERS[type.base], 0) if type.base in INTEGERS else type


def common(left: Type, right: Type) -> Type | None:
    """The type that both become where they meet, or None."""
    if left == right:
        return left
    if "unknown" in (left.base, right.base):
        return right if left.base == "unknown" else left
    if left.is_number and right.is_number:
        return _common_number(left, right)
    if left.is_text and right.is_text:
        return _common_text(left, right)
    if left.base == right.base and left.of:
        return _common_nested(left, right)
    return _common_time(left, right)


def _common_number(left: Type, right: Type) -> Type:
    wider = max(left, right, key=lambda type: _WIDENING.index(type.base))
    if wider.base != "decimal":
        return wider
    (p1, s1), (p2, s2) = as_decimal(left).args, as_decimal(right).args
    scale = max(s1, s2)
    return decimal(min(MAX_DIGITS, max(p1 - s1, p2 - s2) + scale), scale)


def _common_text(left: Type, right: Type) -> Type:
    base = "char" if "char" in (left.base, right.base) else "varchar"
    return Type(base, (max(left.args[0], right.args[0]),)) if left.args and right.args else VARCHAR


def _common_nested(left: Type, right: Type) -> Type | None:
    if len(left.of) != len(right.of):
        return None
    parts = [common(a, b) for a, b in zip(left.of, right.of, strict=True)]
    known = tuple(part for part in parts if part is not None)
    names = tuple(a if a == b else "" for a, b in zip(left.names, right.names, strict=True))
    return replace(left, of=known, names=names) if len(known) == len(parts) else None


def _common_time(left: Type, right: Type) -> Type | None:
    order = ("date", "timestamp", "timestamp with time zone")
    if left.base == right.base == "time":
        return max(left, right, key=lambda type: type.args)
    if left.base not in order or right.base not in order:
        return None
    wider = max(left, right, key=lambda type: order.index(type.base))
    precision = max((left.args or (0,))[0], (right.args or (0,))[0])
    if not wider.is_instant:
        return timestamp(precision)
    zones = {side.zone if side.is_instant else "UTC" for side in (left, right)}
    return instant(precision, zones.pop() if len(zones) == 1 else MIXED)


def coerces(source: Type, target: Type) -> bool:
    """True if a value of `source` becomes one of `target` without a cast."""
    if source.is_number and target.is_number and target.base == "decimal":
        (p1, s1), (p2, s2) = as_decimal(source).args or (99, 99), target.args
        return source.base not in ("real", "double") and p1 - s1 <= p2 - s2 and s1 <= s2
    meeting = common(source, target)
    if meeting is None:
        return False
    return replace(meeting, zone="") == replace(target, zone="") or (
        meeting.base == target.base and bool(target.of) and all(map(coerces, source.of, target.of))
    )


def spelled_out(left: Type, right: Type) -> str:
    """How to say what was meant by two types that do not meet."""
    for one, other in ((left, right), (right, left)):
        if one.is_text and other.base == "date":
            return "Write the day as date '2025-04-01'."
        if one.is_text and other.base.startswith("timestamp"):
            return "Write the time as timestamp '2025-04-01 10:00:00'."
        if one.is_text and other.is_number:
            return f"Write the number without quotes, or cast(... as {other.base})."
    return "Cast one of them."
