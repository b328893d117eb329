"""Functions that need more than the types of their arguments: what is chosen, rounded, reduced, gathered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import applying
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.numbers import arithmetic, scaled, whole
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    MAX_DIGITS,
    REAL,
    VARCHAR,
    Type,
    coerces,
    decimal,
    duckdb_type,
)
from lakectl.platforms.local.trino.values import Value, quoted, text, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

Form = Callable[["Expressions", exp.Expr, Scope], Value]


def values_of(self: Expressions, node: exp.Expr, scope: Scope, least: int = 1, most: int = 99) -> list[Value]:
    if not least <= len(node.expressions) <= most:
        raise wrong(
            f"Unexpected number of arguments for function {str(node.this).lower()}: {len(node.expressions)}", node
        )
    return [self.write(item, scope) for item in node.expressions]


def _coalesce(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = values_of(self, node, scope, 2)
    meeting = self.meeting(values, node, "The values of coalesce")
    return Value(f"coalesce({', '.join(coerced(value, meeting) for value in values)})", meeting)


def _nullif(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    from lakectl.platforms.local.trino.comparisons import compared

    first, second = values_of(self, node, scope, 2, 2)
    same = compared(self, "=", first, second, node).sql
    return Value(f"CASE WHEN {same} THEN NULL ELSE {first.sql} END", first.type)


def _if(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    from lakectl.platforms.local.trino.expressions import chosen

    if len(node.expressions) not in (2, 3):
        raise wrong("if takes a condition and one or two values", node)
    test = self.condition(node.expressions[0], scope, "IF")
    values = [self.write(item, scope) for item in node.expressions[1:]]
    return chosen(self, [test], values[:1], values[1] if len(values) > 1 else None, node)


def _try(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = values_of(self, node, scope, 1, 1)
    return Value(f"TRY({value.sql})", value.type)


def _typeof(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = values_of(self, node, scope, 1, 1)
    return Value(text(str(value.type)), VARCHAR)


def _row(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return applying.row_of(values_of(self, node, scope))


def _extreme(name: str) -> Form:
    def write(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
        values = values_of(self, node, scope)
        meeting = self.meeting(values, node, f"The values of {name}")
        texts = [coerced(value, meeting) for value in values]
        nulls = " OR ".join(f"{sql} IS NULL" for sql in texts)
        kept = texts
        if meeting.base in ("double", "real") and name == "greatest":  # NaN is no greatest, unless it stands first
            kept = [f"CASE WHEN isnan({sql}) THEN CAST('-inf' AS DOUBLE) ELSE {sql} END" for sql in texts]
        if len(texts) == 1:
            return Value(texts[0], meeting)
        return Value(f"CASE WHEN {nulls} THEN NULL ELSE {name}({', '.join(kept)}) END", meeting)

    return write


def _mod(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    left, right = values_of(self, node, scope, 2, 2)
    if not (left.type.is_number and right.type.is_number):
        raise wrong(f"Unexpected parameters ({left.type}, {right.type}) for function mod", node)
    done = arithmetic("%", left, right, self.python)
    assert done is not None
    return done


def _round(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, *places = values_of(self, node, scope, 1, 2)
    if value.type.is_integer and not places:
        return value
    if value.type.base == "decimal":
        return _round_decimal(value, places, node)
    if value.type == REAL:
        return Value(f"CAST(trino_round({value.sql}, {_places(places, node)}) AS FLOAT)", REAL)
    if value.type.is_integer and places:
        count = _places(places, node)
        to = duckdb_type(value.type)
        if places[0].literal is not None and int(places[0].literal) >= 0:
            return value
        return Value(f"CAST(round({value.sql}, CAST({count} AS INTEGER)) AS {to})", value.type)
    if not coerces(value.type, DOUBLE):
        raise wrong(f"Unexpected parameters ({value.type}) for function round", node)
    return Value(f"trino_round({coerced(value, DOUBLE)}, {_places(places, node)})", DOUBLE)


def _places(places: list[Value], node: exp.Expr) -> str:
    if places and not coerces(places[0].type, BIGINT):
        raise wrong(f"The number of places is a whole number, not {places[0].type}", node)
    return places[0].sql if places else "0"


def _round_decimal(value: Value, places: list[Value], node: exp.Expr) -> Value:
    precision, scale = value.type.args
    if not places:
        to = decimal(min(MAX_DIGITS, precision - scale + min(scale, 1)), 0)
        return Value(f"CAST({value.sql} AS {duckdb_type(to)})", to)
    _places(places, node)
    to = decimal(min(MAX_DIGITS, precision + 1), scale)
    if places[0].literal is None:
        raise unsupported("rounds a decimal to a constant number of places only", node)
    count = int(places[0].literal)
    if count >= scale:
        return Value(f"CAST({value.sql} AS {duckdb_type(to)})", to)
    if count < 0:
        unit = 10**-count
        if -count >= precision - scale + 1:
            return Value(f"CAST({value.sql} * 0 AS {duckdb_type(to)})", to)
        size = unit * 10**scale
        digits = (
            f"(trino_half_up({whole(value.sql, value.type, 0)}, CAST({size} AS HUGEINT)) * CAST({size} AS HUGEINT))"
        )
        return Value(scaled(digits, to), to)
    width = precision - scale + count + 1 if precision < MAX_DIGITS else MAX_DIGITS
    return Value(f"CAST(CAST({value.sql} AS DECIMAL({width},{count})) AS {duckdb_type(to)})", to)


def _truncate(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    from lakectl.platforms.local.trino.functions import SCALARS

    value, *places = values_of(self, node, scope, 1, 2)
    if value.type.base != "decimal":
        return applying.applied(self, node, scope, SCALARS["truncate"], [value, *places])
    precision, scale = value.type.args
    if not places:
        to = decimal(max(precision - scale, 1), 0)
        return Value(f"CAST(trunc({value.sql}) AS {duckdb_type(to)})", to)
    if places[0].literal is None:
        raise unsupported("truncates a decimal to a constant number of places only", node)
    if (count := int(places[0].literal)) >= scale:
        return value
    size = 10 ** (scale - count)
    digits = f"(({whole(value.sql, value.type, 0)} // CAST({size} AS HUGEINT)) * CAST({size} AS HUGEINT))"
    return Value(scaled(digits, value.type), value.type)


def _to_whole(name: str) -> Form:
    """floor and ceiling."""

    def write(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
        (value,) = values_of(self, node, scope, 1, 1)
        if value.type.is_integer:
            return value
        if value.type.base == "decimal":
            precision, scale = value.type.args
            to = decimal(precision - scale + min(scale, 1), 0)
            return Value(f"CAST({name}({value.sql}) AS {duckdb_type(to)})", to)
        if not coerces(value.type, DOUBLE):
            raise wrong(f"Unexpected parameters ({value.type}) for function {name}", node)
        return Value(f"{name}({coerced(value, DOUBLE)})", value.type if value.type == REAL else DOUBLE)

    return write


def _grouping(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = values_of(self, node, scope)
    self.aggregates.add(id(node))
    return Value(f"CAST(grouping({', '.join(value.sql for value in values)}) AS INTEGER)", INTEGER)


FORMS: dict[str, Form] = {
    "coalesce": _coalesce,
    "nullif": _nullif,
    "if": _if,
    "try": _try,
    "typeof": _typeof,
    "row": _row,
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "mod": _mod,
    "round": _round,
    "truncate": _truncate,
    "floor": _to_whole("floor"),
    "ceil": _to_whole("ceil"),
    "ceiling": _to_whole("ceil"),
    "grouping": _grouping,
}


__all__ = ["BOOLEAN", "FORMS", "Type", "quoted"]
