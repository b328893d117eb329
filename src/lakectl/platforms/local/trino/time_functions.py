"""Functions of dates, times and zones whose unit or pattern is a constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.times import instant_of, is_offset, local, zone_info
from lakectl.platforms.local.trino.types import (
    BIGINT,
    DATE,
    DAYS,
    DOUBLE,
    MIXED,
    MONTHS,
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    coerces,
    common,
    instant,
    timestamp,
)
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

Form = Callable[["Expressions", exp.Expr, Scope], Value]

_UNITS = ("millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
_CLOCK_UNITS = ("millisecond", "second", "minute", "hour")
_PARTS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "week": "week({0})",
    "week_of_year": "week({0})",
    "day": "day({0})",
    "day_of_month": "day({0})",
    "day_of_week": "isodow({0})",
    "dow": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "doy": "dayofyear({0})",
    "year_of_week": "isoyear({0})",
    "yow": "isoyear({0})",
    "hour": "hour({0})",
    "minute": "minute({0})",
    "second": "second({0})",
    "millisecond": "(millisecond({0}) % 1000)",
}
_SPANS = {
    "day": (86400000, 0),
    "hour": (3600000, 24),
    "minute": (60000, 60),
    "second": (1000, 60),
    "millisecond": (1, 1000),
}


def arguments(self: Expressions, node: exp.Expr, scope: Scope, least: int, most: int | None = None) -> list[Value]:
    items = node.expressions
    if not least <= len(items) <= (most or least):
        raise wrong(f"{str(node.this).lower()} takes {least} arguments, not {len(items)}", node)
    return [self.write(item, scope) for item in items]


def clock(value: Value, node: exp.Expr) -> str:
    """A date or timestamp as DuckDB's DATE or TIMESTAMP, on the clock of its zone. Raises QueryError."""
    if value.type.is_instant:
        if value.type.zone == MIXED:
            raise unsupported(
                "cannot tell the time zone here: it differs from row to row",
                node,
                "Write AT TIME ZONE 'UTC' behind it.",
            )
        return local(value.sql, value.type.zone)
    return value.sql


def part(name: str, value: Value, node: exp.Expr) -> Value:
    """year(x), extract(year from x) and their like."""
    if name in ("timezone_hour", "timezone_minute"):
        return _zone_part(name, value, node)
    if name not in _PARTS:
        raise wrong(f"There is no field {name} to extract", node)
    if value.type == DAYS and name in _SPANS:
        size, base = _SPANS[name]
        whole = f"({value.sql} // {size})"
        return Value(f"({whole} % {base})" if base else whole, BIGINT)
    if value.type == MONTHS and name in ("year", "month"):
        return Value(f"({value.sql} // 12)" if name == "year" else f"({value.sql} % 12)", BIGINT)
    kind = value.type.base
    timely = kind.startswith("timestamp") or kind == "time" or value.type == UNKNOWN
    if not (timely or (kind == "date" and name not in _CLOCK_UNITS)):
        hint = "Write the day as date '2025-04-01'." if value.type.is_text else ""
        raise wrong(f"Unexpected parameters ({value.type}) for function {name}", node, hint)
    sql = "CAST(NULL AS DATE)" if value.type == UNKNOWN else clock(value, node)
    return Value(_PARTS[name].format(sql), BIGINT)


def _zone_part(name: str, value: Value, node: exp.Expr) -> Value:
    if not value.type.is_instant:
        raise wrong(f"Unexpected parameters ({value.type}) for function {name}", node)
    minutes = f"((epoch_ms({clock(value, node)}) - epoch_ms({value.sql})) // 60000)"
    return Value(f"({minutes} // 60)" if name == "timezone_hour" else f"({minutes} % 60)", BIGINT)


def _part_form(name: str) -> Form:
    def write(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
        (value,) = arguments(self, node, scope, 1)
        return part(name, value, node)

    return write


def _unit(value: Value, node: exp.Expr) -> str:
    if value.literal is None or not value.type.is_text:
        raise unsupported("needs the unit in quotes, such as 'day'", node)
    unit = value.literal.lower()
    if unit not in _UNITS:
        raise wrong(f"'{value.literal}' is not a valid unit", node, f"There are: {', '.join(_UNITS)}.")
    return unit


def timely(name: str, value: Value, node: exp.Expr) -> None:
    if value.type.base == "time" and name in ("date_trunc", "date_add", "date_diff"):
        return
    if value.type.base not in ("date", "timestamp", "timestamp with time zone", "unknown"):
        hint = "Write the day as date '2025-04-01'." if value.type.is_text else ""
        raise wrong(f"{name} takes a date or timestamp, not {value.type}", node, hint)


def date_trunc(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    which, value = arguments(self, node, scope, 2)
    unit = _unit(which, node)
    timely("date_trunc", value, node)
    if value.type.base == "date":
        if unit in _CLOCK_UNITS:
            raise wrong(f"'{unit}' is not a valid DATE field", node)
        return Value(f"CAST(date_trunc('{unit}', {value.sql}) AS DATE)", DATE)
    if value.type.base == "time":
        if unit not in _CLOCK_UNITS:
            raise wrong(f"'{unit}' is not a valid TIME field", node)
        return Value(f"CAST(date_trunc('{unit}', DATE '2000-01-01' + {value.sql}) AS TIME)", value.type)
    done = f"date_trunc('{unit}', {clock(value, node)})"
    if not value.type.is_instant:
        return Value(done, value.type)
    if unit in ("second", "minute", "millisecond"):
        return Value(f"date_trunc('{unit}', {value.sql})", value.type)
    return Value(instant_of(done, value.type.zone), value.type)


def date_add(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    which, count, value = arguments(self, node, scope, 3)
    unit = _unit(which, node)
    timely("date_add", value, node)
    if not coerces(count.type, BIGINT):
        raise wrong(f"date_add takes a whole number, not {count.type}", node)
    amount = coerced(count, BIGINT)
    step = f"to_months(CAST({amount} * 3 AS INTEGER))" if unit == "quarter" else f"to_{unit}s({_small(amount, unit)})"
    if value.type.base == "date":
        if unit in _CLOCK_UNITS:
            raise wrong(f"'{unit}' is not a valid DATE field", node)
        return Value(f"CAST({value.sql} + {step} AS DATE)", DATE)
    if value.type.is_instant:
        if unit in _CLOCK_UNITS or value.type.zone == "UTC":
            return Value(f"({value.sql} + {step})", value.type)
        return Value(instant_of(f"({clock(value, node)} + {step})", value.type.zone), value.type)
    kind = value.type
    if unit == "millisecond" and kind.base == "timestamp":
        kind = timestamp(max(3, kind.args[0]))
    return Value(f"({value.sql} + {step})", kind)


def _small(amount: str, unit: str) -> str:
    return f"CAST({amount} AS INTEGER)" if unit in ("day", "week", "month", "year") else amount


def date_diff(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    which, first, last = arguments(self, node, scope, 3)
    unit = _unit(which, node)
    for value in (first, last):
        timely("date_diff", value, node)
    meeting = common(first.type, last.type)
    if meeting is None:
        raise wrong(f"Unexpected parameters ({first.type}, {last.type}) for function date_diff", node)
    if meeting.base == "date" and unit in _CLOCK_UNITS:
        raise wrong(f"'{unit}' is not a valid DATE field", node)
    one, two = coerced(first, meeting), coerced(last, meeting)
    if meeting.is_instant and unit not in _CLOCK_UNITS:
        zone = first.type.zone or "UTC"
        if zone == MIXED:
            clock(first, node)
        one, two = local(one, zone), local(two, zone)
    return Value(f"date_sub('{unit}', {one}, {two})", BIGINT)


def _date(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = arguments(self, node, scope, 1)
    return self.cast(value, DATE, node)


def from_unixtime(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, *zone = arguments(self, node, scope, 1, 2)
    if not coerces(value.type, DOUBLE):
        raise wrong(f"from_unixtime takes a number, not {value.type}", node)
    name = literals.zone_of(zone[0], node) if zone else "UTC"
    return Value(f"make_timestamptz(CAST(round({coerced(value, DOUBLE)} * 1000) AS BIGINT) * 1000)", instant(3, name))


def with_timezone(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, zone = arguments(self, node, scope, 2)
    name = literals.zone_of(zone, node)
    if value.type.base != "timestamp":
        raise wrong(f"with_timezone takes a timestamp without a zone, not {value.type}", node)
    return Value(instant_of(value.sql, name), instant(value.type.args[0], name))


def at_timezone(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, zone = arguments(self, node, scope, 2)
    if not value.type.is_instant:
        raise wrong(
            f"at_timezone takes a timestamp with a zone, not {value.type}", node, "Write with_timezone(x, zone)."
        )
    return Value(value.sql, instant(value.type.args[0], literals.zone_of(zone, node)))


def sequence(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    first, last, *step = arguments(self, node, scope, 2, 3)
    meeting = common(first.type, last.type)
    if meeting is None or not (meeting.is_integer or meeting.base in ("date", "timestamp")):
        raise wrong(f"Unexpected parameters ({first.type}, {last.type}) for function sequence", node)
    one, two = (coerced(end, BIGINT if meeting.is_integer else meeting) for end in (first, last))
    way = f"CASE WHEN {one} <= {two} THEN 1 ELSE -1 END"
    if meeting.is_integer:
        by = coerced(step[0], BIGINT) if step else way
        return Value(
            f"trino_sequence(CAST({one} AS BIGINT), CAST({two} AS BIGINT), {by})",
            array(BIGINT if step or meeting == BIGINT else meeting),
        )
    if not step:
        if meeting.base != "date":
            raise wrong("A sequence of timestamps needs a step", node, "Such as interval '1' day.")
        return Value(f"trino_sequence_dates({one}, {two}, ({way}) * 86400000)", array(DATE))
    if step[0].type not in (DAYS, MONTHS):
        raise wrong(
            f"The step of a sequence of dates is an interval, not {step[0].type}", node, "Such as interval '1' day."
        )
    name = "months" if step[0].type == MONTHS else "dates" if meeting.base == "date" else "stamps"
    sql = f"trino_sequence_{name}({one}, {two}, {step[0].sql})"
    if name == "months" and meeting.base == "date":
        sql = f"CAST({sql} AS DATE[])"
    return Value(sql, array(meeting))


def last_day_of_month(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = arguments(self, node, scope, 1)
    timely("last_day_of_month", value, node)
    return Value(f"last_day({clock(value, node)})", DATE)


def _now(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """current_timestamp(p) and localtimestamp(p)."""
    (digits,) = arguments(self, node, scope, 1)
    precision = int(digits.literal) if digits.literal is not None and digits.literal.isdigit() else 99
    if precision > 6:
        raise unsupported("has current times to the microsecond only", node)
    step = 10 ** (6 - precision)
    now = f"make_timestamptz(epoch_us(now()) // {step} * {step})"
    if str(node.this).lower() == "current_timestamp":
        return Value(now, instant(precision))
    return Value(local(now, "UTC"), timestamp(precision))


def current_timezone(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    arguments(self, node, scope, 0)
    return Value("'UTC'", VARCHAR)


FORMS: dict[str, Form] = {
    **{name: _part_form(name) for name in [*_PARTS, "timezone_hour", "timezone_minute"]},
    "date_trunc": date_trunc,
    "date_add": date_add,
    "date_diff": date_diff,
    "date": _date,
    "from_unixtime": from_unixtime,
    "with_timezone": with_timezone,
    "at_timezone": at_timezone,
    "sequence": sequence,
    "current_timezone": current_timezone,
    "current_timestamp": _now,
    "localtimestamp": _now,
    "last_day_of_month": last_day_of_month,
}

__all__ = ["FORMS", "Type", "is_offset", "zone_info"]
