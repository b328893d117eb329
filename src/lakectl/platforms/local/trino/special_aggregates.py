"""Aggregates that need more than the types of their arguments: exact averages, estimates, lambdas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lakectl.platforms.local.trino import applying
from lakectl.platforms.local.trino.casts import coerced, held
from lakectl.platforms.local.trino.numbers import scaled, whole
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import (
    BIGINT,
    DOUBLE,
    MAX_DIGITS,
    REAL,
    UNKNOWN,
    VARCHAR,
    array,
    coerces,
    common,
    decimal,
    duckdb_type,
    map_of,
)
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


def _average(self: Expressions, node: exp.Expr, scope: Scope, around: Any, items: list[exp.Expr]) -> Value:
    """avg: of decimals their exact sum by their number, half up, in the type that they have."""
    from lakectl.platforms.local.trino.aggregates import AGGREGATES as PLAIN

    values = [self.write(item, scope) for item in items]
    if len(values) != 1:
        raise applying.unfit("avg", PLAIN["avg"], values, node)
    if values[0].type.base != "decimal":
        chosen = applying.choose([form for form in PLAIN["avg"] if callable(form.sql)], [values[0].type])
        if chosen is None:
            raise applying.unfit("avg", PLAIN["avg"], values, node)
        form, _ = chosen
        assert callable(form.sql)
        return Value(form.sql(around.call, coerced(values[0], form.takes[0])), form.gives)
    kind, sql = values[0].type, values[0].sql
    total, count = around.call("sum", sql), around.call("count", sql)
    wide = decimal(MAX_DIGITS, kind.args[1])
    digits = f"trino_half_up({whole(total, wide, 0)}, CAST({count} AS HUGEINT))"
    return Value(f"CASE WHEN {count} > 0 THEN {scaled(digits, kind)} END", kind)


def _percentile(self: Expressions, node: exp.Expr, scope: Scope, around: Any, items: list[exp.Expr]) -> Value:
    values = [self.write(item, scope) for item in items]
    if len(values) != 2:
        raise unsupported("has approx_percentile of a value and a share only, without weights", node)
    value, share = values
    kind = BIGINT if coerces(value.type, BIGINT) else REAL if value.type == REAL else DOUBLE
    if value.type.base == "decimal":
        kind = REAL
    if not value.type.is_number:
        raise wrong(f"approx_percentile takes numbers, not {value.type}", node)
    listed = f"trino_few(list_sort({around.call('list', coerced(value, kind), where=f'{value.sql} IS NOT NULL')}))"
    if share.type.base == "array":
        name = self.fresh("share")
        one = f"trino_percentile({listed}, CAST({name} AS DOUBLE))"
        return Value(f"list_transform({share.sql}, lambda {name}: CAST({one} AS {duckdb_type(kind)}))", array(kind))
    if not coerces(share.type, DOUBLE):
        raise wrong(f"The share is a number between 0 and 1, not {share.type}", node)
    return Value(f"trino_percentile({listed}, {coerced(share, DOUBLE)})", kind)


def _histogram(self: Expressions, node: exp.Expr, scope: Scope, around: Any, items: list[exp.Expr]) -> Value:
    if len(items) != 1:
        raise wrong("histogram takes one value", node)
    value = self.write(items[0], scope)
    done = around.call("histogram", value.sql)
    return Value(f"CAST({done} AS MAP({duckdb_type(value.type)}, BIGINT))", map_of(value.type, BIGINT))


def _array_agg(self: Expressions, node: exp.Expr, scope: Scope, around: Any, items: list[exp.Expr]) -> Value:
    if len(items) != 1:
        raise wrong("array_agg takes one value", node)
    value = self.write(items[0], scope)
    sql = held(value) if value.type == UNKNOWN else value.sql
    if around.distinct and not around.order and not around.over:
        around.distinct = ""
        return Value(f"trino_distinct_list({around.call('list', sql)})", array(value.type))
    return Value(around.call("list", sql), array(value.type))


def _reduce_agg(self: Expressions, node: exp.Expr, scope: Scope, around: Any, items: list[exp.Expr]) -> Value:
    if len(items) != 4 or not isinstance(items[2], exp.Lambda):
        raise wrong("reduce_agg takes a value, a start and two lambdas", node)
    value, start = self.write(items[0], scope), self.write(items[1], scope)
    names, body = applying.body_of(self, items[2], scope, [start.type, value.type])
    if common(start.type, body.type) != start.type:
        raise wrong(f"The lambda gives {body.type}, and the start is {start.type}", node)
    listed = around.call("list", value.sql, where=f"{value.sql} IS NOT NULL")
    sql = f"list_reduce({listed}, lambda {', '.join(names)}: {coerced(body, start.type)}, {held(start)})"
    return Value(sql, start.type)


def listagg(self: Expressions, node: exp.Expr, scope: Scope, around: Any) -> Value:
    """listagg(x, ',') WITHIN GROUP (ORDER BY y)."""
    inner, separator = node.this, node.args.get("separator")
    if node.args.get("on_overflow") is not None:
        raise unsupported("has no ON OVERFLOW", node)
    if isinstance(inner, exp.Order):
        around.order = " " + applying.ordered(self, inner, scope)
        inner = inner.this
    if isinstance(inner, exp.Distinct):
        around.distinct = "DISTINCT "
        inner = inner.expressions[0]
    if not around.order:
        raise wrong("listagg needs WITHIN GROUP (ORDER BY ...)", node)
    value = self.write(inner, scope)
    if not (value.type.is_text or value.type == UNKNOWN):
        raise wrong(f"listagg takes text, not {value.type}", node, "cast(x as varchar) makes text of it.")
    between = self.write(separator, scope).sql if separator is not None else "''"
    return Value(around.call("string_agg", coerced(value, VARCHAR), between), VARCHAR)


AGGREGATES: dict[str, Callable[..., Value]] = {
    "avg": _average,
    "approx_percentile": _percentile,
    "histogram": _histogram,
    "reduce_agg": _reduce_agg,
    "array_agg": _array_agg,
}
