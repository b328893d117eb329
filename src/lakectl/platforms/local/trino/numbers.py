"""Arithmetic with Trino's precision, scale and rounding.

Decimals, https://trino.io/docs/435/functions/decimal.html: `+ -` keep the larger scale and one digit more, `*` adds
both, `/` rounds half up to the larger scale, `%` keeps it. Division and remainder are computed on whole numbers of 128
bits;
where those could be too small, in Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.types import MAX_DIGITS, Type, as_decimal, common, decimal, duckdb_type
from lakectl.platforms.local.trino.values import Value

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.python_functions import PythonFunctions


def arithmetic(sign: str, left: Value, right: Value, python: PythonFunctions) -> Value | None:
    """`left sign right` for two numbers; None where a decimal would have more digits after the point than there are."""
    meeting = common(left.type, right.type)
    assert meeting is not None
    if meeting.base == "unknown":
        meeting = Type("integer")
    if meeting.base == "decimal":
        return _decimals(sign, left, right, python)
    a, b, to = coerced(left, meeting), coerced(right, meeting), duckdb_type(meeting)
    if meeting.base in ("real", "double"):
        sql = f"({a} {sign} {b})" if sign != "%" else f"fmod({a}, {b})"
        return Value(sql if meeting.base == "double" else f"CAST({sql} AS FLOAT)", meeting)
    if sign == "/":
        return Value(f"CAST(trino_divide({_typed(a, to)}, {_typed(b, to)}) AS {to})", meeting)
    return Value(f"({_typed(a, to)} {sign} {_typed(b, to)})", meeting)


def _typed(sql: str, to: str) -> str:
    """DuckDB takes a bare whole number for the smallest type that holds it."""
    return f"CAST({sql} AS {to})" if sql.lstrip("(-").rstrip(")").isdigit() and to != "INTEGER" else sql


def _decimals(sign: str, left: Value, right: Value, python: PythonFunctions) -> Value | None:
    one, two = as_decimal(left.type), as_decimal(right.type)
    if one.base == "unknown" or two.base == "unknown":
        known = two if one.base == "unknown" else one
        one = two = known
    (p1, s1), (p2, s2) = one.args, two.args
    a, b = coerced(left, one), coerced(right, two)
    match sign:
        case "+" | "-":
            to = decimal(min(MAX_DIGITS, max(p1 - s1, p2 - s2) + max(s1, s2) + 1), max(s1, s2))
            wide = duckdb_type(to)
            return Value(f"CAST(CAST({a} AS {wide}) {sign} CAST({b} AS {wide}) AS {wide})", to)
        case "*":
            if s1 + s2 > MAX_DIGITS:
                return None
            to = decimal(min(MAX_DIGITS, p1 + p2), s1 + s2)
            return Value(f"CAST({a} * {b} AS {duckdb_type(to)})", to)
        case "/":
            return divided(Value(a, one), Value(b, two), quotient(one, two), python)
    to = decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))
    if max(p1 - s1, p2 - s2) + max(s1, s2) > MAX_DIGITS:
        return Value(python.remainder(one, two, to) + f"({a}, {b})", to)
    shift = max(s1, s2)
    rest = f"({whole(a, one, shift - s1)} % {whole(b, two, shift - s2)})"
    return Value(scaled(rest, to), to)


def quotient(one: Type, two: Type) -> Type:
    """The type of a decimal by another."""
    (p1, s1), (_, s2) = one.args, two.args
    return decimal(min(MAX_DIGITS, p1 + s2 + max(s2 - s1, 0)), max(s1, s2))


def divided(a: Value, b: Value, to: Type, python: PythonFunctions) -> Value:
    """A decimal by another, half up to the scale of `to`."""
    (p1, s1), (_, s2) = a.type.args, b.type.args
    shift = to.args[1] + s2 - s1
    if p1 + shift > MAX_DIGITS:
        return Value(f"{python.division(a.type, b.type, to)}({a.sql}, {b.sql})", to)
    return Value(scaled(f"trino_half_up({whole(a.sql, a.type, shift)}, {whole(b.sql, b.type, 0)})", to), to)


def whole(sql: str, type: Type, shift: int) -> str:
    """The digits of a decimal as a whole number of 128 bits, with `shift` zeros behind them."""
    precision, scale = type.args
    if not scale:
        digits = f"CAST({sql} AS HUGEINT)"
    elif precision + scale < MAX_DIGITS:
        digits = f"CAST({sql} * CAST({10**scale} AS DECIMAL({scale + 1},0)) AS HUGEINT)"
    else:
        digits = f"CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS HUGEINT)"
    return f"({digits} * CAST({10**shift} AS HUGEINT))" if shift else digits


def scaled(digits: str, to: Type) -> str:
    """The decimal of these digits, a whole number of 128 bits."""
    precision, scale = to.args
    if not scale:
        return f"CAST({digits} AS DECIMAL({precision},0))"
    # A decimal of 38 digits and none behind the point, times 0.01: exact, and checked for overflow.
    unit = f"CAST('0.{'0' * (scale - 1)}1' AS DECIMAL({scale},{scale}))"
    return f"CAST(CAST({digits} AS DECIMAL(38,0)) * {unit} AS DECIMAL({precision},{scale}))"
