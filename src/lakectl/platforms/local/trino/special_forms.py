"""Functions that need more than the types of their arguments: what is chosen, rounded, reduced, gathered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    coerces,
    common,
    decimal,
    duckdb_type,
    map_of,
    row,
)
from lakectl.platforms.local.trino.values import Value, quoted, text, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

Form = Callable[["Expressions", exp.Expr, Scope], Value]


def _values(self: Expressions, node: exp.Expr, scope: Scope, least: int = 1, most: int = 99) -> list[Value]:
    if not least <= len(node.expressions) <= most:
        raise wrong(
            f"Unexpected number of arguments for function {str(node.this).lower()}: {len(node.expressions)}", node
        )
    return [self.write(item, scope) for item in node.expressions]


def _coalesce(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = _values(self, node, scope, 2)
    meeting = self.meeting(values, node, "The values of coalesce")
    return Value(f"coalesce({', '.join(coerced(value, meeting) for value in values)})", meeting)


def _nullif(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    from lakectl.platforms.local.trino.expressions import compared

    first, second = _values(self, node, scope, 2, 2)
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
    (value,) = _values(self, node, scope, 1, 1)
    return Value(f"TRY({value.sql})", value.type)


def _typeof(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = _values(self, node, scope, 1, 1)
    return Value(text(str(value.type)), VARCHAR)


def _row(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return applying.row_of(_values(self, node, scope))


def _extreme(name: str) -> Form:
    def write(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
        values = _values(self, node, scope)
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
    left, right = _values(self, node, scope, 2, 2)
    if not (left.type.is_number and right.type.is_number):
        raise wrong(f"Unexpected parameters ({left.type}, {right.type}) for function mod", node)
    done = arithmetic("%", left, right, self.python)
    assert done is not None
    return done


def _round(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, *places = _values(self, node, scope, 1, 2)
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

    value, *places = _values(self, node, scope, 1, 2)
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
        (value,) = _values(self, node, scope, 1, 1)
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
    sql = f"list_reduce({items.sql}, lambda {', '.join(names)}: {coerced(body, start.type)}, {_held(start)})"
    _, done = applying.body_of(self, finish, scope, [start.type])
    name = applying.body_of(self, finish, scope, [start.type])[0][0]
    if done.sql == name.replace(name.rsplit("_", 1)[1], str(self.names - 1)):
        return Value(sql, start.type)
    return _let(self, finish, scope, Value(sql, start.type))


def _held(value: Value) -> str:
    return f"CAST({value.sql} AS {duckdb_type(value.type)})"


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
    (value,) = _values(self, node, scope, 1, 1)
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
    values = _values(self, node, scope, 2, 5)
    if any(value.type.base != "array" for value in values):
        raise wrong("zip takes arrays", node)
    place = self.fresh("place")
    fields = ", ".join(f"'field{n}': list_extract({value.sql}, {place})" for n, value in enumerate(values))
    longest = f"GREATEST({', '.join(f'len({value.sql})' for value in values)})"
    kind = row(("",) * len(values), tuple(value.type.of[0] for value in values))
    return Value(f"list_transform(range(1, {longest} + 1), lambda {place}: {{{fields}}})", array(kind))


def _combinations(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values, count = _values(self, node, scope, 2, 2)
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


def _grouping(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = _values(self, node, scope)
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
    "reduce": _reduce,
    "zip_with": _zip_with,
    "map_filter": _map_lambda("map_filter"),
    "transform_values": _map_lambda("transform_values"),
    "transform_keys": _map_lambda("transform_keys"),
    "map_from_entries": _map_from_entries,
    "array_sort": _array_sort,
    "zip": _zip,
    "combinations": _combinations,
    "grouping": _grouping,
}


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
    sql = _held(value) if value.type == UNKNOWN else value.sql
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
    sql = f"list_reduce({listed}, lambda {', '.join(names)}: {coerced(body, start.type)}, {_held(start)})"
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

__all__ = ["BOOLEAN", "FORMS", "Type", "quoted"]
