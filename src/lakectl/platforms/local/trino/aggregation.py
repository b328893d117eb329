"""Aggregates and window functions with all that stands around them: DISTINCT, ORDER BY, FILTER, OVER."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import special_aggregates
from lakectl.platforms.local.trino.aggregates import AGGREGATES, WINDOWS
from lakectl.platforms.local.trino.applying import choose, ordered, unfit
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.signatures import filled
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


class Around:
    """What stands around an aggregate: DISTINCT, ORDER BY, FILTER, OVER, IGNORE NULLS."""

    def __init__(self, keep: str = "", over: str = "", nulls: str = "") -> None:
        self.distinct, self.order, self.keep, self.over, self.nulls = "", "", keep, over, nulls

    def call(self, name: str, *arguments: str, where: str = "") -> str:
        if name == "count" and not arguments:
            arguments = ("*",)
        tests = [test for test in (self.keep, where) if test]
        keep = f" FILTER (WHERE {' AND '.join(tests)})" if tests else ""
        distinct = "" if arguments and arguments[0].startswith("DISTINCT ") else self.distinct
        return f"{name}({distinct}{', '.join(arguments)}{self.order}){keep}{self.over}"


def aggregate_node(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """FILTER, IGNORE NULLS or WITHIN GROUP around an aggregate, or listagg."""
    return _unwrapped(self, node, scope, Around())


def _unwrapped(self: Expressions, node: exp.Expr, scope: Scope, around: Around) -> Value:
    if isinstance(node, exp.Filter):
        if around.over:
            raise wrong(
                "FILTER is not yet supported for window functions", node, "Write CASE WHEN condition THEN x END."
            )
        around.keep = self.condition(node.expression.this, scope, "FILTER")
        return _unwrapped(self, node.this, scope, around)
    if isinstance(node, (exp.IgnoreNulls, exp.RespectNulls)):
        if not around.over:
            raise wrong("IGNORE NULLS stands in window functions only", node)
        around.nulls = " IGNORE NULLS" if isinstance(node, exp.IgnoreNulls) else ""
        return _unwrapped(self, node.this, scope, around)
    if isinstance(node, exp.GroupConcat):
        if around.over:
            raise wrong("listagg takes no OVER (...)", node, "Join a subquery with GROUP BY.")
        self.aggregates.add(id(node))
        return special_aggregates.listagg(self, node, scope, around)
    if not isinstance(node, exp.Anonymous):
        raise unsupported(f"cannot read {node.sql('trino')}", node)
    name = str(node.this).lower()
    if name in WINDOWS and around.over:
        return _window_function(self, node, scope, around)
    if name not in AGGREGATES and name not in special_aggregates.AGGREGATES:
        raise wrong(f"{name} is no aggregate", node)
    return aggregate(self, node, scope, around)


def aggregate(self: Expressions, node: exp.Expr, scope: Scope, around: Around) -> Value:
    name = str(node.this).lower()
    self.aggregates.add(id(node))
    items = _plain_arguments(self, node, scope, around)
    if name in special_aggregates.AGGREGATES:
        return special_aggregates.AGGREGATES[name](self, node, scope, around, items)
    values = [self.write(item, scope) for item in items]
    chosen = choose(AGGREGATES[name], [value.type for value in values])
    if chosen is None:
        raise unfit(name, AGGREGATES[name], values, node)
    form, bound = chosen
    texts = [coerced(value, filled(wanted, bound)) for value, wanted in zip(values, form.takes, strict=True)]
    assert callable(form.sql)
    return Value(form.sql(around.call, *texts), filled(form.gives, bound))


def _plain_arguments(self: Expressions, node: exp.Expr, scope: Scope, around: Around) -> list[exp.Expr]:
    """The arguments without DISTINCT and ORDER BY, which are noted in `around`."""
    items = list(node.expressions)
    if items and isinstance(items[-1], exp.Order):
        order = items[-1]
        around.order = " " + ordered(self, order, scope)
        items[-1] = order.this
    if items and isinstance(items[0], exp.Distinct):
        if around.over:
            raise wrong(
                "DISTINCT in window function parameters not yet supported", node, "Join a subquery with GROUP BY."
            )
        around.distinct = "DISTINCT "
        items = list(items[0].expressions)
        if items and isinstance(items[-1], exp.Order):
            around.order = " " + ordered(self, items[-1], scope)
            items[-1] = items[-1].this
        if len(items) > 1:
            raise wrong("DISTINCT takes one value here", node, "Write count(DISTINCT (a, b)).")
    if len(items) == 1 and isinstance(items[0], exp.Star):
        items = []
    return items


def windowed(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    self.windows.add(id(node))
    return _unwrapped(self, node.this, scope, Around(over=f" OVER ({_over(self, node, scope)})"))


def _over(self: Expressions, node: exp.Expr, scope: Scope) -> str:
    """What stands inside of OVER (...), a named window spelled out."""
    parts: dict[str, str] = {}
    if (alias := node.args.get("alias")) is not None:
        named = self.named_windows.get(alias.name.lower())
        if named is None:
            raise wrong(f"There is no window {alias.name}", node)
        parts.update(_window_parts(self, named, scope))
    parts.update(_window_parts(self, node, scope))
    return " ".join(parts.values())


def _window_parts(self: Expressions, node: exp.Expr, scope: Scope) -> dict[str, str]:
    parts: dict[str, str] = {}
    if by := node.args.get("partition_by"):
        parts["partition"] = "PARTITION BY " + ", ".join(self.write(item, scope).sql for item in by)
    if order := node.args.get("order"):
        parts["order"] = ordered(self, order, scope)
    if spec := node.args.get("spec"):
        if spec.args.get("exclude"):
            raise wrong("Athena has no EXCLUDE in a window", node)
        ends = [_end(self, spec, end, scope) for end in ("start", "end")]
        if spec.args.get("end") is None:
            parts["spec"] = f"{spec.args['kind']} {ends[0]}"
        else:
            parts["spec"] = f"{spec.args['kind']} BETWEEN {ends[0]} AND {ends[1]}"
    return parts


def _end(self: Expressions, spec: exp.Expr, end: str, scope: Scope) -> str:
    edge, side = spec.args.get(end), spec.args.get(f"{end}_side") or ""
    if edge is None or isinstance(edge, str):
        return f"{edge or ''} {side}".strip()
    value = self.write(edge, scope)
    amount = value.sql
    if value.type.base.startswith("interval"):
        amount = f"to_milliseconds({amount})" if "day" in value.type.base else f"to_months(CAST({amount} AS INTEGER))"
    elif not value.type.is_number:
        raise wrong(f"A window's frame takes a number or an interval, not {value.type}", edge)
    return f"{amount} {side}".strip()


def _window_function(self: Expressions, node: exp.Expr, scope: Scope, around: Around) -> Value:
    name = str(node.this).lower()
    values = [self.write(item, scope) for item in node.expressions]
    chosen = choose(WINDOWS[name], [value.type for value in values])
    if chosen is None:
        raise unfit(name, WINDOWS[name], values, node)
    form, bound = chosen
    texts = [coerced(value, filled(wanted, bound)) for value, wanted in zip(values, form.takes, strict=True)]
    sql = str(form.sql).replace("{nulls}", around.nulls).format("", *texts)
    return Value(sql + around.over, filled(form.gives, bound))
