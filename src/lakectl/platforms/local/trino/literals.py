"""Constants as Trino reads them, and the names of types."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfoNotFoundError

from sqlglot import exp

from lakectl.platforms.local.trino.times import is_offset, zone_info
from lakectl.platforms.local.trino.types import (
    DAYS,
    DOUBLE,
    INTEGER,
    JSON,
    MONTHS,
    Type,
    array,
    decimal,
    duckdb_type,
    instant,
    map_of,
    row,
    timestamp,
    varchar,
)
from lakectl.platforms.local.trino.values import Value, text, unsupported, wrong

_STAMP = re.compile(
    r"(?P<year>[+-]?\d{4,})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"( (?:(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?)?\s*(?P<zone>.+)?)?"
)
_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?")
_MICROS = 6


def number(written: str, node: exp.Expr) -> Value:
    """`12` is an integer or a bigint, `1.5` a decimal of its digits, `1e0` a double."""
    plain = written.replace("_", "")
    if re.fullmatch(r"-?\d+", plain):
        value = int(plain)
        if -(2**31) <= value < 2**31:
            lowest = value == -(2**31)  # DuckDB takes it for a bigint
            return Value(
                str(value) if value >= 0 else f"CAST({value} AS INTEGER)" if lowest else f"({value})", INTEGER, plain
            )
        if -(2**63) <= value < 2**63:
            return Value(f"CAST({value} AS BIGINT)", Type("bigint"), plain)
        raise wrong(f"{plain} is larger than a bigint", node, f"Write decimal '{plain}'.")
    if "e" in plain.lower():
        return Value(f"CAST({text(plain)} AS DOUBLE)", DOUBLE, plain)
    return digits(plain, node)


def digits(written: str, node: exp.Expr) -> Value:
    """A decimal of the digits that are shown; zeros in front of it do not count."""
    match = re.fullmatch(r"([+-]?)(\d*)(?:\.(\d*))?", written.strip().replace("_", ""))
    if match is None or not (match[2] or match[3]):
        raise wrong(f"{written!r} is no decimal", node)
    whole, fraction = match[2].lstrip("0"), match[3] or ""
    kind = decimal(max(len(whole) + len(fraction), 1), len(fraction))
    if kind.args[0] > 38:
        raise wrong(f"{written} has more than 38 digits", node)
    shown = f"{match[1]}{whole or '0'}.{fraction}" if fraction else f"{match[1]}{whole or '0'}"
    return Value(f"CAST({text(shown)} AS {duckdb_type(kind)})", kind, written)


def typed(node: exp.Expr) -> Value:
    """`date '2025-04-01'` and its like. Raises QueryError where the text is none."""
    written, kind = node.this.name, node.args["to"].this
    match kind:
        case exp.DType.DATE:
            return _date(written, node)
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ:
            return _stamp(written, node)
        case exp.DType.TIME | exp.DType.TIMETZ:
            return _time(written, node)
        case exp.DType.DECIMAL:
            return digits(written, node)
        case exp.DType.JSON:
            from lakectl.platforms.local.trino.json_values import parsed

            try:
                return Value(text(parsed(written)), JSON, written)
            except ValueError:
                raise wrong(f"{written!r} is no JSON", node) from None
    to = type_of(node.args["to"])
    if to.is_number or to.base == "boolean":
        return Value(f"CAST({text(written)} AS {duckdb_type(to)})", to)
    if to.base == "char":
        return Value(text(written.rstrip(" ")), Type("char", (len(written),)))
    return Value(text(written), varchar(len(written)), written)


def _date(written: str, node: exp.Expr) -> Value:
    match = re.fullmatch(r"(\d{4,})-(\d{1,2})-(\d{1,2})", written.strip())
    try:
        if match is None:
            raise ValueError
        day = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise wrong(f"{written!r} is not a valid DATE literal", node, "Such as date '2025-04-01'.") from None
    return Value(f"DATE '{day.isoformat()}'", Type("date"), written)


def _time(written: str, node: exp.Expr) -> Value:
    match = _TIME.fullmatch(written)
    if match is None:
        raise wrong(f"{written!r} is not a valid TIME literal", node, "Such as time '10:30:00'.")
    if len(match[4] or "") > _MICROS:
        raise unsupported("keeps times to the microsecond", node)
    shown = f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}.{match[4] or '0'}"
    return Value(f"TIME '{shown}'", Type("time", (len(match[4] or ""),)), written)


def _stamp(written: str, node: exp.Expr) -> Value:
    found = moment(written)
    if found is None:
        raise wrong(f"{written!r} is not a valid TIMESTAMP literal", node, "Such as timestamp '2025-04-01 10:00:00'.")
    clock, precision, zone = found
    if precision > _MICROS:
        raise unsupported("keeps timestamps to the microsecond", node)
    if not zone:
        return Value(f"TIMESTAMP '{clock}'", timestamp(precision), written)
    moved = _in_utc(clock, zone)
    if moved.replace(tzinfo=dt.UTC).astimezone(zone_info(zone)).replace(tzinfo=None) != clock:  # clocks skip it there
        raise wrong(f"{written!r} is not a valid TIMESTAMP literal", node, "Clocks are put forward over that time.")
    return Value(f"TIMESTAMPTZ '{moved}+00'", instant(precision, zone), written)


def moment(written: str) -> tuple[dt.datetime, int, str] | None:
    """The wall clock, the digits of its second and the zone ('' for none) of a timestamp's text; None if it is none."""
    match = _STAMP.fullmatch(written.strip())
    if match is None:
        return None
    fraction = match["fraction"] or ""
    zone = match["zone"] or ""
    zone = (
        "UTC" if zone in ("Z", "UTC", "GMT") else f"{zone[:3]}:{zone[3:]}" if re.fullmatch(r"[+-]\d{4}", zone) else zone
    )
    try:
        year, month, day, hour, minute, second = (
            int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second")
        )
        clock = dt.datetime(year, month, day, hour, minute, second, int(f"{fraction[:6]:0<6}"))
        if zone:
            zone_info(zone)
    except (ValueError, ZoneInfoNotFoundError, IsADirectoryError):
        return None
    return clock, len(fraction), zone


def _in_utc(clock: dt.datetime, zone: str) -> dt.datetime:
    return clock.replace(tzinfo=zone_info(zone)).astimezone(dt.UTC).replace(tzinfo=None)


def zoned_cast(written: str, to: Type, node: exp.Expr, safe: bool) -> Value:
    """`cast('2025-04-01 10:00:00 Europe/Berlin' as timestamp with time zone)`: the zone is in the constant."""
    found = moment(written)
    if found is None:
        if safe:
            return Value("CAST(NULL AS TIMESTAMPTZ)", instant(to.args[0]))
        raise wrong(f"{written!r} is no timestamp", node)
    clock, _, zone = found
    step = 10 ** (6 - to.args[0])
    rounded = clock.replace(microsecond=0) + dt.timedelta(microseconds=(clock.microsecond + step // 2) // step * step)
    return Value(f"TIMESTAMPTZ '{_in_utc(rounded, zone or 'UTC')}+00'", instant(to.args[0], zone or "UTC"))


_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}
_FORMS = {
    ("DAY", "HOUR"): r"(\d+) (\d+)",
    ("DAY", "MINUTE"): r"(\d+) (\d+):(\d+)",
    ("DAY", "SECOND"): r"(\d+) (\d+):(\d+):(\d+(?:\.\d+)?)",
    ("HOUR", "MINUTE"): r"(\d+):(\d+)",
    ("HOUR", "SECOND"): r"(\d+):(\d+):(\d+(?:\.\d+)?)",
    ("MINUTE", "SECOND"): r"(\d+):(\d+(?:\.\d+)?)",
    ("YEAR", "MONTH"): r"(\d+)-(\d+)",
}


def interval(node: exp.Expr) -> Value:
    """`interval '1' day`: the amount in quotes, as Trino wants it."""
    amount, unit = node.this, node.args.get("unit")
    if not isinstance(amount, exp.Literal) or not amount.is_string or unit is None:
        raise wrong("An interval has its amount in quotes and a unit", node, "Such as interval '1' day.")
    negative = amount.name.startswith("-")
    written = amount.name.lstrip("+-")
    first, last = (
        (unit.this.name.upper(), unit.expression.name.upper())
        if isinstance(unit, exp.IntervalSpan)
        else (unit.name.upper(),) * 2
    )
    total = _amount(written, first, last)
    if total is None:
        raise wrong(f"{amount.name!r} is no interval {first.lower()}", node, "Such as interval '1' day.")
    months = first in ("YEAR", "MONTH")
    return Value(f"CAST({-total if negative else total} AS BIGINT)", MONTHS if months else DAYS)


def _amount(written: str, first: str, last: str) -> int | None:
    """In months, or in milliseconds."""
    if first == last:
        if first in ("YEAR", "MONTH"):
            return int(written) * (12 if first == "YEAR" else 1) if written.isdigit() else None
        if first not in _SECONDS or not re.fullmatch(r"\d+" if first != "SECOND" else r"\d+(\.\d+)?", written):
            return None
        return (
            round(float(written) * _SECONDS[first] * 1000) if "." in written else int(written) * _SECONDS[first] * 1000
        )
    match = re.fullmatch(_FORMS.get((first, last), "(?!)"), written)
    if match is None:
        return None
    if first == "YEAR":
        return int(match[1]) * 12 + int(match[2])
    units = ["DAY", "HOUR", "MINUTE", "SECOND"]
    spanned = units[units.index(first) : units.index(last) + 1]
    return round(sum(float(part) * _SECONDS[unit] * 1000 for part, unit in zip(match.groups(), spanned, strict=True)))


_NAMES = {
    exp.DType.BOOLEAN: "boolean",
    exp.DType.TINYINT: "tinyint",
    exp.DType.SMALLINT: "smallint",
    exp.DType.INT: "integer",
    exp.DType.BIGINT: "bigint",
    exp.DType.FLOAT: "real",
    exp.DType.DOUBLE: "double",
    exp.DType.VARBINARY: "varbinary",
    exp.DType.DATE: "date",
    exp.DType.JSON: "json",
    exp.DType.UUID: "uuid",
    exp.DType.IPADDRESS: "ipaddress",
}


def type_of(node: exp.Expr) -> Type:
    """The type that a cast names. Raises QueryError for one that Athena does not have, or that is not here."""
    kind = node.this
    arguments = list(node.expressions)
    sizes = [
        int(item.this.name) for item in arguments if isinstance(item, exp.DataTypeParam) and item.this.name.isdigit()
    ]
    match kind:
        case exp.DType.DECIMAL:
            return _decimal(sizes, node)
        case exp.DType.VARCHAR:
            return Type("varchar", tuple(sizes))
        case exp.DType.CHAR:
            return Type("char", tuple(sizes) or (1,))
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ | exp.DType.TIME:
            precision = sizes[0] if sizes else 3
            if precision > _MICROS:
                raise unsupported("keeps times to the microsecond", node, "Six digits are the most here.")
            name = {exp.DType.TIMESTAMPTZ: "timestamp with time zone", exp.DType.TIME: "time"}.get(kind, "timestamp")
            return Type(name, (precision,), zone="UTC" if kind == exp.DType.TIMESTAMPTZ else "")
        case exp.DType.ARRAY | exp.DType.LIST if len(arguments) == 1:
            return array(type_of(arguments[0]))
        case exp.DType.MAP if len(arguments) == 2:
            return map_of(type_of(arguments[0]), type_of(arguments[1]))
        case exp.DType.STRUCT:
            return _row(arguments)
    if kind in _NAMES:
        return Type(_NAMES[kind])
    name = node.sql("trino").lower()
    hint = "Write varchar." if kind == exp.DType.TEXT else "Athena's types are Trino's."
    raise wrong(f"Unknown type: {name}", node, hint)


def _decimal(sizes: list[int], node: exp.Expr) -> Type:
    precision, scale = (*sizes, 38, 0)[:2] if len(sizes) != 1 else (sizes[0], 0)
    if not 1 <= precision <= 38 or scale > precision:
        raise wrong(f"There is no decimal({precision}, {scale})", node, "A decimal has 1 to 38 digits.")
    return decimal(precision, scale)


def _row(arguments: list[exp.Expr]) -> Type:
    names = tuple(item.name if isinstance(item, exp.ColumnDef) else "" for item in arguments)
    kinds = tuple(type_of(item.args["kind"] if isinstance(item, exp.ColumnDef) else item) for item in arguments)
    return row(names, kinds)


def zone_of(value: Value, node: exp.Expr) -> str:
    """The zone that a constant names. Raises QueryError."""
    if value.literal is None:
        raise unsupported("needs the time zone in quotes", node)
    zone = value.literal.strip()
    zone = f"{zone[:3]}:{zone[3:]}" if re.fullmatch(r"[+-]\d{4}", zone) else zone
    try:
        zone_info(zone)
    except (ValueError, ZoneInfoNotFoundError, IsADirectoryError):
        raise wrong(f"There is no time zone {zone}", node, "Such as 'Europe/Berlin', 'UTC' or '+02:00'.") from None
    return "UTC" if zone in ("Z", "GMT") else zone if not is_offset(zone) or zone[1:] != "00:00" else "UTC"
