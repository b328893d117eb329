"""Comparisons: `=`, `<`, BETWEEN, IN, LIKE, IS DISTINCT FROM; nulls and NaN are equal to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino.casts import coerced, fields_of
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import (
    BOOLEAN,
    VARCHAR,
    Type,
    common,
    spelled_out,
)
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


def compared(self: Expressions, sign: str, left: Value, right: Value, node: exp.Expr) -> Value:
    """A comparison; NaN is equal to nothing and comes neither before nor after anything."""
    meeting = common(left.type, right.type)
    if meeting is None:
        raise wrong(f"Cannot apply operator: {left.type} {sign} {right.type}", node, spelled_out(left.type, right.type))
    if meeting.base in ("map", "json") and sign not in ("=", "<>"):
        raise wrong(f"Cannot order {meeting}", node)
    a, b = coerced(left, meeting), coerced(right, meeting)
    sql = f"({a} {sign} {b})"
    if meeting.of and sign in ("=", "<>"):
        same = _same(self, a, b, meeting)
        return Value(same if sign == "=" else f"(NOT {same})", BOOLEAN)
    if meeting.base in ("double", "real"):
        odd = [
            side
            for side, value in ((a, left), (b, right))
            if value.type.base in ("double", "real") and value.literal is None
        ]
        checks = " OR ".join(f"isnan({side})" for side in odd)
        if checks:
            sql = f"CASE WHEN {checks} THEN {'true' if sign == '<>' else 'false'} ELSE {sql} END"
    return Value(sql, BOOLEAN)


def _same(self: Expressions, a: str, b: str, kind: Type) -> str:
    """Whether two values are equal, part by part: a null in them leaves it open."""
    match kind.base:
        case "row":
            pairs = zip(fields_of(a, kind), fields_of(b, kind), kind.of, strict=True)
            return f"({' AND '.join(_same(self, one, two, of) for one, two, of in pairs)})"
        case "array":
            place = self.fresh("place")
            one, two = f"list_extract({a}, {place})", f"list_extract({b}, {place})"
            tests = f"list_transform(range(1, len({a}) + 1), lambda {place}: {_same(self, one, two, kind.of[0])})"
            return f"CASE WHEN len({a}) <> len({b}) THEN false ELSE trino_all({tests}) END"
    return f"({a} = {b})"


def comparison(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    sign = COMPARISONS[type(node)]
    left = self.write(node.this, scope)
    other = node.expression
    if isinstance(other, (exp.Any, exp.All)):
        inner, types = self.query(unwrapped(other.this), scope)
        if len(types) != 1:
            raise wrong("A subquery that is compared has one column", other)
        meeting = common(left.type, types[0])
        if meeting is None:
            raise wrong(f"Cannot apply operator: {left.type} {sign} {types[0]}", node)
        quantifier = "ANY" if isinstance(other, exp.Any) else "ALL"
        return Value(f"({coerced(left, meeting)} {sign} {quantifier} ({inner}))", BOOLEAN)
    return compared(self, sign, left, self.write(other, scope), node)


def unwrapped(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, (exp.Subquery, exp.Paren)) and not node.args.get("alias") else node


def distinct_from(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    left, right = self.write(node.this, scope), self.write(node.expression, scope)
    meeting = self.meeting([left, right], node, "Values that are compared")
    word = "IS NOT DISTINCT FROM" if isinstance(node, exp.NullSafeEQ) else "IS DISTINCT FROM"
    return Value(f"({coerced(left, meeting)} {word} {coerced(right, meeting)})", BOOLEAN)


def between(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if node.args.get("symmetric") is not None:
        raise wrong("Athena has no BETWEEN SYMMETRIC", node)
    value, low, high = (self.write(node.args[name], scope) for name in ("this", "low", "high"))
    for end in (low, high):
        if common(value.type, end.type) is None:
            raise wrong(
                f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}",
                node,
                spelled_out(value.type, end.type),
            )
    first = compared(self, ">=", value, low, node).sql
    return Value(f"({first} AND {compared(self, '<=', value, high, node).sql})", BOOLEAN)


def is_in(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value = self.write(node.this, scope)
    if query := node.args.get("query"):
        inner, types = self.query(unwrapped(query), scope)
        if len(types) != 1:
            if value.type.base == "row" and len(value.type.of) == len(types):
                parts = ", ".join(f"struct_extract({value.sql}, 'field{place}')" for place in range(len(types)))
                return Value(f"(({parts}) IN ({inner}))", BOOLEAN)
            raise wrong("A subquery behind IN has one column", node)
        meeting = common(value.type, types[0])
        if meeting is None:
            raise wrong(f"Cannot look for {value.type} among {types[0]}", node, spelled_out(value.type, types[0]))
        return Value(f"({coerced(value, meeting)} IN ({inner}))", BOOLEAN)
    items = [self.write(item, scope) for item in node.expressions]
    for item in items:
        if common(value.type, item.type) is None:
            raise wrong(f"Cannot look for {value.type} among {item.type}", node, spelled_out(value.type, item.type))
    meeting = self.meeting([value, *items], node, "Values behind IN")
    if meeting.base in ("double", "real"):
        tests = " OR ".join(compared(self, "=", value, item, node).sql for item in items)
        return Value(f"({tests})", BOOLEAN)
    return Value(f"({coerced(value, meeting)} IN ({', '.join(coerced(item, meeting) for item in items)}))", BOOLEAN)


def like(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    escape = None
    if isinstance(node, exp.Escape):
        escape, node = node.expression, node.this
    if not isinstance(node, exp.Like) or not isinstance(node.expression, exp.Expr):
        raise unsupported("cannot read this LIKE", node)
    value, pattern = self.write(node.this, scope), self.write(node.expression, scope)
    for side in (value, pattern):
        if side.type.base not in ("varchar", "char", "unknown"):
            raise wrong(f"LIKE takes text, not {side.type}", node, "cast(x as varchar) makes text of it.")
    behind = f" ESCAPE {self.write(escape, scope).sql}" if escape is not None else ""
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    return Value(f"({coerced(value, VARCHAR)} {word} {coerced(pattern, VARCHAR)}{behind})", BOOLEAN)
