"""Operators and aggregates whose result has another type in DuckDB than in Athena.

DuckDB's CAST_TO_TYPE(value, example) gives a value the type of an example, which is never computed: so a rule need not
know types, it only names an expression that has the right one.

| in Athena                      | DuckDB by itself  | the example            |
|--------------------------------|-------------------|------------------------|
| integer / integer: integer     | double            | a + b                  |
| decimal / decimal: larger scale| double            | a + b                  |
| avg(decimal): decimal          | double            | floor(min(x)) + min(x) |
| sum(integer): bigint           | hugeint           | min(x) + bigint 0      |
| date + interval: date          | timestamp         | the date               |
| date_trunc, date_add of a date | timestamp         | the date               |
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from lakectl.platforms.local.templates import fill


def _divide(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Interval):
        return node
    # `//` is DuckDB's exact integer division, and its usual division for all other numbers.
    return fill("CAST_TO_TYPE(_1 // _2, _1 + _2)", node.this, node.expression)


def _average(node: exp.Expr) -> exp.Expr:
    return _like_minimum(node, "CAST_TO_TYPE(_1, FLOOR(_2) + _2)")


def _sum(node: exp.Expr) -> exp.Expr:
    return _like_minimum(node, "CAST_TO_TYPE(_1, _2 + CAST(0 AS BIGINT))")


def _like_minimum(node: exp.Expr, template: str) -> exp.Expr:
    """Wraps an aggregate; `_2` is the minimum of the same values, with the same FILTER and OVER."""
    if isinstance(node.parent, (exp.Filter, exp.Window)):
        return node  # its wrapper is what has the value
    holder = exp.Paren(this=node.copy())
    aggregate = holder.this
    while isinstance(aggregate, (exp.Filter, exp.Window)):
        aggregate = aggregate.this
    values = aggregate.this
    aggregate.replace(exp.Min(this=values.expressions[0] if isinstance(values, exp.Distinct) else values))
    return fill(template, node, holder.this)


def _wrapper(node: exp.Expr) -> exp.Expr:
    """A FILTER or OVER around avg or sum."""
    inner = node.this
    while isinstance(inner, (exp.Filter, exp.Window)):
        inner = inner.this
    match inner:
        case exp.Avg():
            return _average(node)
        case exp.Sum():
            return _sum(node)
    return node


def _shift(node: exp.Expr) -> exp.Expr:
    """x + interval, x - interval, interval + x."""
    left, right = node.this, node.expression
    if isinstance(left, exp.Interval) == isinstance(right, exp.Interval):
        return node
    return fill("CAST_TO_TYPE(_1, _2)", node, left if isinstance(right, exp.Interval) else right)


def _same_type(node: exp.Expr) -> exp.Expr:
    return fill("CAST_TO_TYPE(_1, _2)", node, node.this)


def _series(node: exp.Expr) -> exp.Expr:
    return fill("CAST_TO_TYPE(_1, [_2])", node, node.args["start"])


def _date_diff(node: exp.Expr) -> exp.Expr:
    """Athena counts whole units that have passed, DuckDB's DATE_DIFF the borders crossed."""
    unit = exp.Literal.string(node.text("unit").lower() or "day")
    return fill("DATE_SUB(_1, _2, _3)", unit, node.expression, node.this)


def _decimal(node: exp.Expr) -> exp.Expr:
    """DECIMAL '1.50' has the digits it shows, a bare DECIMAL 38 and no fraction. DuckDB: (18, 3) for both."""
    to = node.args["to"]
    if to.this != exp.DataType.Type.DECIMAL or to.expressions:
        return node
    number = re.fullmatch(r"[+-]?(\d*)(?:\.(\d*))?", node.this.name) if isinstance(node.this, exp.Literal) else None
    whole, fraction = (len(part or "") for part in number.groups()) if number else (38, 0)
    cast = node.copy()
    cast.set("to", exp.DataType.build(f"DECIMAL({max(whole + fraction, 1)}, {fraction})"))
    return cast


TYPES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _divide,
    exp.Avg: _average,
    exp.Sum: _sum,
    exp.Filter: _wrapper,
    exp.Window: _wrapper,
    exp.Add: _shift,
    exp.Sub: _shift,
    exp.DateAdd: _same_type,
    exp.DateSub: _same_type,
    exp.TimestampTrunc: _same_type,
    exp.DateTrunc: _same_type,
    exp.GenerateSeries: _series,
    exp.DateDiff: _date_diff,
    exp.Cast: _decimal,
    exp.TryCast: _decimal,
}
