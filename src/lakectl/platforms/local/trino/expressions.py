"""Expressions: each kind of node with its rule. A rule gives the text in DuckDB and the type in Trino, or refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from lakectl.platforms.local.trino import (
    aggregation,
    applying,
    calls,
    comparisons,
    constants,
    json_forms,
    literals,
    operators,
)
from lakectl.platforms.local.trino.casts import Caster, NoCast, coerced
from lakectl.platforms.local.trino.python_functions import PythonFunctions
from lakectl.platforms.local.trino.scopes import Scope, fields
from lakectl.platforms.local.trino.types import (
    BIGINT,
    BOOLEAN,
    UNKNOWN,
    Type,
    array,
    common,
    duckdb_type,
    instant,
    row,
    spelled_out,
)
from lakectl.platforms.local.trino.values import Value, no_marks, quoted, unsupported, where, wrong


@dataclass
class Expressions:
    """Writes the expressions of one statement. `query` writes a subquery; `parameters` types by name."""

    query: Callable[[exp.Expr, Scope], tuple[str, list[Type]]]
    parameters: Mapping[str, Type]
    python: PythonFunctions = field(default_factory=PythonFunctions)
    texts: dict[int, str] = field(default_factory=dict)  # of every node, to see what GROUP BY has
    own_columns: set[int] = field(default_factory=set)
    aggregates: set[int] = field(default_factory=set)
    windows: set[int] = field(default_factory=set)
    named_windows: dict[str, exp.Window] = field(default_factory=dict)
    names: int = 0

    def write(self, node: exp.Expr, scope: Scope) -> Value:
        """Raises QueryError for what Athena refuses, and for what cannot be answered here."""
        _check_args(node)
        for kind in type(node).__mro__:
            if rule := _RULES.get(kind):
                value: Value = rule(self, node, scope)
                self.texts[id(node)] = value.sql
                return value
        if isinstance(node, exp.Func):
            raise unsupported(f"has no {node.sql_name().lower()}", node)
        raise unsupported(f"cannot read {node.sql('trino')}", node)

    def condition(self, node: exp.Expr, scope: Scope, of: str) -> str:
        """An expression that has to be a boolean."""
        value = self.write(node, scope)
        if value.type.base not in ("boolean", "unknown"):
            raise wrong(f"{of} takes a boolean, not {value.type}", node, "Compare it, such as x = 1 or x IS NOT NULL.")
        return coerced(value, BOOLEAN)

    def fresh(self, name: str) -> str:
        self.names += 1
        return f"{name}_{self.names}"

    def cast(self, value: Value, to: Type, node: exp.Expr, safe: bool = False) -> Value:
        try:
            return Value(Caster(self.python, safe).cast(value.sql, value.type, to), to)
        except NoCast:
            raise wrong(f"Cannot cast {value.type} to {to}", node) from None

    def meeting(self, values: list[Value], node: exp.Expr, what: str) -> Type:
        """The common type of the values."""
        meeting = UNKNOWN
        for value in values:
            both = common(meeting, value.type)
            if both is None:
                raise wrong(
                    f"{what} have no common type: {meeting} and {value.type}", node, spelled_out(meeting, value.type)
                )
            meeting = both
        return meeting


# What the rules read of a node; anything else that the parser found there would be lost in silence.
_KNOWN_ARGS = {
    "this",
    "expression",
    "expressions",
    "table",
    "db",
    "catalog",
    "quoted",
    "to",
    "safe",
    "typed",
    "bracket_notation",
}
_MORE_ARGS: dict[type, set[str]] = {
    exp.Between: {"low", "high", "symmetric"},
    exp.In: {"query"},
    exp.Like: {"negate"},
    exp.Case: {"ifs", "default"},
    exp.If: {"true", "false"},
    exp.Interval: {"unit"},
    exp.AtTimeZone: {"zone"},
    exp.Literal: {"is_string"},
    exp.Alias: {"alias"},
    exp.Window: {"partition_by", "order", "spec", "alias", "over"},
    exp.GroupConcat: {"separator", "on_overflow"},
    exp.Trim: {"position"},
    exp.StrPosition: {"substr"},
    exp.Substring: {"start", "length"},
    exp.Normalize: {"form"},
    exp.Array: {"bracket_notation", "value_constructor"},
    exp.JSONValue: {"path", "returning", "on_condition"},
    exp.Placeholder: {"kind", "widget", "jdbc"},
}


def _check_args(node: exp.Expr) -> None:
    if isinstance(node, exp.Query):
        return
    known = _KNOWN_ARGS | _MORE_ARGS.get(type(node), set())
    for name, value in node.args.items():
        if value and name not in known:
            raise unsupported(f"cannot read {name.upper()} here", node)


def _column(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    parts = [part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name]
    value, own = scope.found(node, parts)
    if own:
        self.own_columns.add(id(node))
    return value


def _dot(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if not isinstance(node.expression, exp.Identifier):
        raise unsupported(f"has no {node.sql('trino')}", node)
    return fields(self.write(node.this, scope), [node.expression.name], node)


def _parameter(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    del scope
    name = node.name
    if name in ("", "?"):
        raise no_marks(node)
    if name not in self.parameters:
        return Value(f"${name}", UNKNOWN)
    kind = self.parameters[name]
    return Value(f"CAST(${name} AS {duckdb_type(kind)})", kind)


def _paren(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    inner = self.write(node.this, scope)
    return Value(f"({inner.sql})", inner.type, inner.literal)


def _logic(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    word = "AND" if isinstance(node, exp.And) else "OR"
    sides = [self.condition(side, scope, word) for side in (node.this, node.expression)]
    return Value(f"({sides[0]} {word} {sides[1]})", BOOLEAN)


def _not(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return Value(f"(NOT {self.condition(node.this, scope, 'NOT')})", BOOLEAN)


def _is(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if not isinstance(node.expression, exp.Null):
        raise wrong(
            "IS stands before NULL and DISTINCT FROM only", node, "Write the condition itself, or NOT in front of it."
        )
    return Value(f"({self.write(node.this, scope).sql} IS NULL)", BOOLEAN)


def _concat(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return applying.concatenated(self, [self.write(node.this, scope), self.write(node.expression, scope)], node)


def _case(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    subject = self.write(node.this, scope) if node.this is not None else None
    tests, results = [], []
    for branch in node.args["ifs"]:
        if subject is None:
            tests.append(self.condition(branch.this, scope, "CASE WHEN"))
        else:
            tests.append(comparisons.compared(self, "=", subject, self.write(branch.this, scope), branch).sql)
        results.append(self.write(branch.args["true"], scope))
    default = node.args.get("default")
    otherwise = self.write(default, scope) if default is not None else None
    return chosen(self, tests, results, otherwise, node)


def chosen(self: Expressions, tests: list[str], results: list[Value], otherwise: Value | None, node: exp.Expr) -> Value:
    """CASE WHEN test THEN result... ELSE otherwise END."""
    meeting = self.meeting([*results, *([otherwise] if otherwise else [])], node, "The results of CASE")
    pairs = zip(tests, results, strict=True)
    branches = " ".join(f"WHEN {test} THEN {coerced(result, meeting)}" for test, result in pairs)
    end = f" ELSE {coerced(otherwise, meeting)}" if otherwise else ""
    return Value(f"CASE {branches}{end} END", meeting)


def _if(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    test = self.condition(node.this, scope, "IF")
    otherwise = node.args.get("false")
    return chosen(
        self, [test], [self.write(node.args["true"], scope)], self.write(otherwise, scope) if otherwise else None, node
    )


def _cast(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if node.meta.get("literal"):
        return literals.typed(node)
    to = literals.type_of(node.args["to"])
    source = node.this
    if to.is_instant and isinstance(source, exp.Literal) and source.is_string:
        return literals.zoned_cast(source.name, to, node, isinstance(node, exp.TryCast))
    value = self.write(source, scope)
    if to.is_instant and value.type.is_instant:
        to = instant(to.args[0], value.type.zone)
    elif to.is_instant and value.type.is_text:
        value = Value(f"trino_utc_only({value.sql})", value.type)
    if isinstance(node, exp.TryCast) and not isinstance(source, (exp.Column, exp.Literal)):
        value = Value(f"TRY({value.sql})", value.type)
    return self.cast(value, to, node, safe=isinstance(node, exp.TryCast))


def _subquery(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    inner, types = self.query(comparisons.unwrapped(node), scope)
    if len(types) != 1:
        raise wrong("A subquery that stands for a value has one column", node)
    return Value(f"({inner})", types[0])


def _exists(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return Value(f"EXISTS ({self.query(comparisons.unwrapped(node.this), scope)[0]})", BOOLEAN)


def _array(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    items = [self.write(item, scope) for item in node.expressions]
    of = self.meeting(items, node, "The elements of an array")
    sql = ", ".join(coerced(item, of) for item in items)
    return Value(f"[{sql}]" if items else f"CAST([] AS {duckdb_type(of)}[])", array(of))


def _tuple(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    items = [self.write(item, scope) for item in node.expressions]
    return applying.row_of(items)


def _subscript(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise wrong("A subscript is one value", node, "slice(x, start, length) gives a part of an array.")
    base = self.write(node.this, scope)
    place = node.expressions[0]
    match base.type.base:
        case "map":
            key = self.write(place, scope)
            meeting = self.meeting([Value("", base.type.of[0]), key], node, "The keys of the map and this key")
            wanted = coerced(key, meeting)
            sql = f"CASE WHEN trino_has_key({base.sql}, {wanted}) THEN map_extract_value({base.sql}, {wanted}) END"
            return Value(sql, base.type.of[1])
        case "array":
            index = self.write(place, scope)
            if not (index.type.is_integer or index.type == UNKNOWN):
                raise wrong(f"The place in an array is a whole number, not {index.type}", node)
            return Value(f"list_extract({base.sql}, trino_at({base.sql}, {coerced(index, BIGINT)}))", base.type.of[0])
        case "row" if isinstance(place, exp.Literal) and place.name.isdigit():
            number = int(place.name)
            if not 1 <= number <= len(base.type.of):
                raise wrong(f"The row has {len(base.type.of)} fields", node)
            return Value(f"struct_extract_at({base.sql}, {number})", base.type.of[number - 1])
    raise wrong(f"Cannot subscript {base.type}", node)


def _at_zone(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return applying.at_zone(self.write(node.this, scope), self.write(node.args["zone"], scope), node)


def _alias(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return self.write(node.this, scope)


_RULES: dict[type, Callable[[Expressions, Any, Scope], Value]] = {
    exp.Column: _column,
    exp.Identifier: _column,
    exp.Dot: _dot,
    exp.Placeholder: _parameter,
    exp.Paren: _paren,
    **dict.fromkeys(operators.ARITHMETIC, operators.operator),
    **dict.fromkeys(comparisons.COMPARISONS, comparisons.comparison),
    exp.Neg: operators.negative,
    exp.NullSafeEQ: comparisons.distinct_from,
    exp.NullSafeNEQ: comparisons.distinct_from,
    exp.And: _logic,
    exp.Or: _logic,
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: comparisons.between,
    exp.In: comparisons.is_in,
    exp.Like: comparisons.like,
    exp.Escape: comparisons.like,
    exp.DPipe: _concat,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Subquery: _subquery,
    exp.Select: _subquery,
    exp.SetOperation: _subquery,
    exp.Exists: _exists,
    exp.Array: _array,
    exp.Tuple: _tuple,
    exp.Bracket: _subscript,
    exp.Interval: constants.interval,
    exp.AtTimeZone: _at_zone,
    exp.Alias: _alias,
    exp.Null: constants.null,
    exp.Boolean: constants.boolean,
    exp.Literal: constants.literal,
    exp.HexString: constants.hexadecimal,
    exp.UnicodeString: constants.unicode,
    exp.CurrentDate: constants.moment,
    exp.CurrentTimestamp: constants.moment,
    exp.Localtimestamp: constants.moment,
    exp.CurrentTime: constants.moment,
    exp.Localtime: constants.moment,
    exp.CurrentUser: constants.moment,
    exp.Anonymous: calls.function,
    exp.Window: aggregation.windowed,
    exp.Filter: aggregation.aggregate_node,
    exp.IgnoreNulls: aggregation.aggregate_node,
    exp.RespectNulls: aggregation.aggregate_node,
    exp.GroupConcat: aggregation.aggregate_node,
    exp.WithinGroup: aggregation.aggregate_node,
    exp.Trim: calls.trim,
    exp.Extract: calls.extract,
    exp.StrPosition: calls.position,
    exp.Substring: calls.substring,
    exp.Normalize: calls.normalize,
    exp.JSONValue: json_forms.json_value,
    exp.JSONObject: json_forms.json_object,
}

__all__ = ["Expressions", "quoted", "row", "where"]
