"""Functions of arrays and maps with lambdas, and those that make others of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import applying
from lakectl.platforms.local.trino.casts import coerced, held
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.special_forms import values_of
from lakectl.platforms.local.trino.types import UNKNOWN, VARCHAR, array, coerces, common, duckdb_type, map_of, row
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

Form = Callable[["Expressions", exp.Expr, Scope], Value]


def _reduce(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if len(node.expressions) != 4:
        raise wrong("reduce takes an array, a start, and two lambdas", node)
    items, start = (self.write(item, scope) for item in node.expressions[:2])
    step, finish = node.expressions[2:]
    if items.type.base != "array" or not isinstance(step, exp.Lambda) or not isinstance(finish, exp.Lambda):
        raise wrong("reduce takes an array, a start, and two lambdas", node)
    if start.type.base == "varchar":
        start = Value(start.sql, VARCHAR)
    names, body = applying.body_of(self, step, scope, [start.type, items.type.of[0]])
    if common(start.type, body.type) is None or not (coerces(body.type, start.type) or start.type == body.type):
        raise wrong(
            f"The lambda gives {body.type}, and the start is {start.type}",
            node,
            f"Cast the start: cast(... as {body.type}).",
        )
    sql = f"list_reduce({items.sql}, lambda {', '.join(names)}: {coerced(body, start.type)}, {held(start)})"
    _, done = applying.body_of(self, finish, scope, [start.type])
    name = applying.body_of(self, finish, scope, [start.type])[0][0]
    if done.sql == name.replace(name.rsplit("_", 1)[1], str(self.names - 1)):
        return Value(sql, start.type)
    return _let(self, finish, scope, Value(sql, start.type))


def _let(self: Expressions, function: exp.Expr, scope: Scope, value: Value) -> Value:
    """A lambda of one value, given that value, which is computed once."""
    names, body = applying.body_of(self, function, scope, [value.type])
    return Value(f"list_extract(list_transform([{value.sql}], lambda {names[0]}: {body.sql}), 1)", body.type)


def _zip_with(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if len(node.expressions) != 3 or not isinstance(node.expressions[2], exp.Lambda):
        raise wrong("zip_with takes two arrays and a lambda", node)
    left, right = (self.write(item, scope) for item in node.expressions[:2])
    if left.type.base != "array" or right.type.base != "array":
        raise wrong("zip_with takes two arrays and a lambda", node)
    place = self.fresh("place")
    known = node.expressions[2]
    names = [item.name.lower() for item in known.expressions]
    inner = scope.inner(
        {
            names[0]: Value(f"list_extract({left.sql}, {place})", left.type.of[0]),
            names[1]: Value(f"list_extract({right.sql}, {place})", right.type.of[0]),
        }
    )
    body = self.write(known.this, inner)
    sql = f"list_transform(range(1, GREATEST(len({left.sql}), len({right.sql})) + 1), lambda {place}: {body.sql})"
    return Value(f"CASE WHEN {left.sql} IS NULL OR {right.sql} IS NULL THEN NULL ELSE {sql} END", array(body.type))


def _map_lambda(name: str) -> Form:
    """map_filter, transform_keys, transform_values."""

    def write(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
        if len(node.expressions) != 2 or not isinstance(node.expressions[1], exp.Lambda):
            raise wrong(f"{name} takes a map and a lambda of key and value", node)
        entries = self.write(node.expressions[0], scope)
        if entries.type.base != "map":
            raise wrong(f"{name} takes a map, not {entries.type}", node)
        key, value = entries.type.of
        entry = self.fresh("entry")
        function = node.expressions[1]
        names = [item.name.lower() for item in function.expressions]
        inner = scope.inner({names[0]: Value(f"{entry}.key", key), names[1]: Value(f"{entry}.value", value)})
        body = self.write(function.this, inner)
        pairs = f"map_entries({entries.sql})"
        if name == "map_filter":
            return Value(f"map_from_entries(list_filter({pairs}, lambda {entry}: {body.sql}))", entries.type)
        made = (f"{entry}.key", body.sql) if name == "transform_values" else (body.sql, f"{entry}.value")
        kind = map_of(key, body.type) if name == "transform_values" else map_of(body.type, value)
        item = f"{{'key': {made[0]}, 'value': {made[1]}}}"
        return Value(f"map_from_entries(list_transform({pairs}, lambda {entry}: {item}))", kind)

    return write


def _map_from_entries(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = values_of(self, node, scope, 1, 1)
    kind = value.type.of[0] if value.type.base == "array" else UNKNOWN
    if kind.base != "row" or len(kind.of) != 2:
        raise wrong(f"map_from_entries takes an array of rows of two fields, not {value.type}", node)
    entry = self.fresh("entry")
    pair = f"{{'key': struct_extract_at({entry}, 1), 'value': struct_extract_at({entry}, 2)}}"
    return Value(f"map_from_entries(list_transform({value.sql}, lambda {entry}: {pair}))", map_of(*kind.of))


def _array_sort(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """With a lambda that compares: an insertion sort, each element behind those that come before it or are equal."""
    from lakectl.platforms.local.trino.functions import SCALARS

    if len(node.expressions) != 2:
        return applying.call(self, node, scope, SCALARS["array_sort"])
    items, function = self.write(node.expressions[0], scope), node.expressions[1]
    if items.type.base != "array" or not isinstance(function, exp.Lambda) or len(function.expressions) != 2:
        raise wrong("array_sort takes an array and a lambda of two elements", node)
    of = items.type.of[0]
    kept, item = self.fresh("sorted"), self.fresh("item")
    other = self.fresh("other")
    names = [name.name.lower() for name in function.expressions]
    inner = scope.inner(
        {names[0]: Value(f"struct_extract({other}, 'v')", of), names[1]: Value(f"struct_extract({item}[1], 'v')", of)}
    )
    order = self.write(function.this, inner)
    if not order.type.is_integer:
        raise wrong(f"The lambda gives {order.type}, and an integer is wanted: -1, 0 or 1", function)
    place = f"len(list_filter({kept}, lambda {other}: {order.sql} <= 0))"
    joined = f"{kept}[:{place}] || {item} || {kept}[{place} + 1:]"
    wrapped = f"list_transform({items.sql}, lambda {other}: [{{'v': {other}}}])"
    start = f"CAST([] AS STRUCT(v {duckdb_type(of)})[])"
    names_of = {
        names[0]: Value(f"struct_extract({item}[1], 'v')", of),
        names[1]: Value(f"struct_extract({other}[1], 'v')", of),
    }
    back = self.write(function.this, scope.inner(names_of)).sql
    forth = self.write(function.this, scope.inner({names[0]: names_of[names[1]], names[1]: names_of[names[0]]})).sql
    clash = f"list_filter({wrapped}, lambda {other}: sign({back}) <> -sign({forth}))"
    odd = f"list_filter({wrapped}, lambda {item}: len({clash}) > 0)"
    fail = "CAST(trino_fail('The lambda of array_sort contradicts itself: it needs an answer for nulls') AS BIGINT)"
    wrapped = f"list_slice({wrapped}, 1, CASE WHEN len({odd}) > 0 THEN {fail} ELSE len({wrapped}) END)"
    done = f"list_reduce({wrapped}, lambda {kept}, {item}: {joined}, {start})"
    sql = f"list_transform({done}, lambda {other}: struct_extract({other}, 'v'))"
    # What is in order already, or in the opposite order, Java leaves or turns round without another comparison.
    spot = self.fresh("place")
    pair = {names[0]: Value(f"{items.sql}[{spot}]", of), names[1]: Value(f"{items.sql}[{spot} - 1]", of)}
    step = self.write(function.this, scope.inner(pair)).sql
    falling = f"len(list_filter(range(2, len({items.sql}) + 1), lambda {spot}: {step} < 0))"
    whole_run = f"GREATEST(len({items.sql}) - 1, 0)"
    turned = f"WHEN {falling} = {whole_run} THEN list_reverse({items.sql})"
    sql = f"CASE WHEN {falling} = 0 THEN {items.sql} {turned} ELSE {sql} END"
    return Value(sql, array(of))


def _zip(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = values_of(self, node, scope, 2, 5)
    if any(value.type.base != "array" for value in values):
        raise wrong("zip takes arrays", node)
    place = self.fresh("place")
    fields = ", ".join(f"'field{n}': list_extract({value.sql}, {place})" for n, value in enumerate(values))
    longest = f"GREATEST({', '.join(f'len({value.sql})' for value in values)})"
    kind = row(("",) * len(values), tuple(value.type.of[0] for value in values))
    return Value(f"list_transform(range(1, {longest} + 1), lambda {place}: {{{fields}}})", array(kind))


def _combinations(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values, count = values_of(self, node, scope, 2, 2)
    if values.type.base != "array" or count.literal is None or not 1 <= int(count.literal) <= 4:
        raise unsupported("makes combinations of 1 to 4 elements of an array", node)
    size = int(count.literal)
    places = [self.fresh("place") for _ in range(size)]
    picked = ", ".join(f"list_extract({values.sql}, {place})" for place in places)
    sql = f"[[{picked}]]"
    for index in range(size):  # the last place runs outermost, as Trino's lexicographic order of the places has it
        place = places[index]
        until = f"{places[index + 1]}" if index + 1 < size else f"len({values.sql}) + 1"
        sql = f"flatten(list_transform(range({index + 1}, {until}), lambda {place}: {sql}))"
    return Value(sql, array(values.type))


FORMS: dict[str, Form] = {
    "reduce": _reduce,
    "zip_with": _zip_with,
    "map_filter": _map_lambda("map_filter"),
    "transform_values": _map_lambda("transform_values"),
    "transform_keys": _map_lambda("transform_keys"),
    "map_from_entries": _map_from_entries,
    "array_sort": _array_sort,
    "zip": _zip,
    "combinations": _combinations,
}
