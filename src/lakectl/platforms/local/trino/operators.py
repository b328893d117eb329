"""Operators of numbers, and of dates, times and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.numbers import arithmetic
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.times import instant_of, local
from lakectl.platforms.local.trino.types import (
    DATE,
    DAYS,
    MONTHS,
    UNKNOWN,
    Type,
    common,
    instant,
    spelled_out,
    timestamp,
)
from lakectl.platforms.local.trino.values import Value, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def operator(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    left, right = self.write(node.this, scope), self.write(node.expression, scope)
    sign = ARITHMETIC[type(node)]
    numeric = ("unknown",)
    if all(side.type.is_number or side.type.base in numeric for side in (left, right)):
        done = arithmetic(sign, left, right, self.python)
        if done is None:
            raise wrong("The product has more than 38 digits behind the point", node, "Cast a factor to fewer digits.")
        return done
    done = _shifted(self, sign, left, right)
    if done is None:
        hint = spelled_out(left.type, right.type) if "unknown" not in (left.type.base, right.type.base) else ""
        if {left.type.base, right.type.base} == {"date", "integer"}:
            hint = "Write interval '1' day, or date_add('day', n, x)."
        raise wrong(f"Cannot apply operator: {left.type} {sign} {right.type}", node, hint)
    return done


def _shifted(self: Expressions, sign: str, left: Value, right: Value) -> Value | None:
    """Operators of dates, timestamps and intervals."""
    a, b = left.type.base, right.type.base
    spans = (DAYS.base, MONTHS.base)
    if sign == "+" and a in spans and b not in spans:
        return _shifted(self, sign, right, left)
    if sign == "*" and b in spans and left.type.is_number:
        return _shifted(self, sign, right, left)
    if a in spans and a == b and sign in "+-":
        return Value(f"({left.sql} {sign} {right.sql})", left.type)
    if a in spans and right.type.is_number and sign in "*/":
        if sign == "*" and right.type.is_integer:
            return Value(f"({left.sql} * {right.sql})", left.type)
        return Value(f"CAST(trunc({left.sql} {sign} CAST({right.sql} AS DOUBLE)) AS BIGINT)", left.type)
    if sign == "-" and a == b == "time":
        at = "epoch_ms(DATE '2000-01-01' + {})"
        return Value(f"({at.format(left.sql)} - {at.format(right.sql)})", DAYS)
    if sign == "-" and b not in spans:
        meeting = common(left.type, right.type)
        if meeting is not None and meeting.base in ("date", "timestamp", "timestamp with time zone"):
            one, two = coerced(left, meeting), coerced(right, meeting)
            if meeting.base == "date":
                return Value(f"(CAST({one} - {two} AS BIGINT) * 86400000)", DAYS)
            return Value(f"(epoch_ms({one}) - epoch_ms({two}))", DAYS)
    if b not in spans or sign not in "+-":
        return None
    return moved(left, f"(-({right.sql}))" if sign == "-" else right.sql, right.type)


def moved(value: Value, amount: str, span: Type) -> Value | None:
    """A date, time or timestamp, an interval later."""
    step = f"to_months(CAST({amount} AS INTEGER))" if span == MONTHS else f"to_milliseconds({amount})"
    match value.type.base:
        case "date":
            if span == DAYS:
                return Value(f"trino_date_days({value.sql}, {amount})", DATE)
            return Value(f"CAST({value.sql} + {step} AS DATE)", DATE)
        case "timestamp":
            precision = value.type.args[0] if span == MONTHS else max(3, value.type.args[0])
            return Value(f"({value.sql} + {step})", timestamp(precision))
        case "timestamp with time zone":
            kind = value.type if span == MONTHS else instant(max(3, value.type.args[0]), value.type.zone)
            if span == DAYS:
                return Value(f"({value.sql} + {step})", kind)
            return Value(instant_of(f"({local(value.sql, kind.zone)} + {step})", kind.zone), kind)
        case "time":
            return Value(f"({value.sql} + {step})", Type("time", (max(3, value.type.args[0]),)))
    return None


def negative(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return literals.number(f"-{node.this.name}", node)
    value = self.write(node.this, scope)
    if not (value.type.is_number or value.type in (DAYS, MONTHS) or value.type == UNKNOWN):
        raise wrong(f"Cannot negate {value.type}", node)
    return Value(f"(-{value.sql})", value.type)
