"""Calls of functions: scalars by their table, aggregates and windows with all that stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from lakectl.asking.statement import suggestion
from lakectl.platforms.local.trino import literals, special_forms, text_functions, time_functions
from lakectl.platforms.local.trino.aggregates import AGGREGATES, WINDOWS
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.functions import SCALARS
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.signatures import Bound, Signature, filled, is_exact, matches
from lakectl.platforms.local.trino.times import instant_of
from lakectl.platforms.local.trino.types import (
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    common,
    duckdb_type,
    instant,
    row,
    timestamp,
)
from lakectl.platforms.local.trino.values import Value, quoted, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

# What other engines call it, and what Athena does.
ELSEWHERE = {
    "nvl": "coalesce(x, y)",
    "ifnull": "coalesce(x, y)",
    "isnull": "x IS NULL",
    "iff": "if(condition, x, y)",
    "iif": "if(condition, x, y)",
    "decode": "CASE x WHEN ... END",
    "nvl2": "if(x IS NOT NULL, y, z)",
    "string_agg": "listagg(x, ',') WITHIN GROUP (ORDER BY x), or array_join(array_agg(x), ',')",
    "group_concat": "listagg(x, ',') WITHIN GROUP (ORDER BY x), or array_join(array_agg(x), ',')",
    "len": "length(x)",
    "char_length": "length(x)",
    "charindex": "strpos(x, part)",
    "instr": "strpos(x, part)",
    "locate": "strpos(x, part)",
    "ucase": "upper(x)",
    "lcase": "lower(x)",
    "left": "substr(x, 1, n)",
    "right": "substr(x, -n)",
    "mid": "substr(x, start, n)",
    "initcap": "upper(substr(x, 1, 1)) || lower(substr(x, 2))",
    "date_part": "extract(year FROM x), or year(x)",
    "datepart": "extract(year FROM x), or year(x)",
    "datediff": "date_diff('day', from, to)",
    "dateadd": "date_add('day', n, x)",
    "to_char": "date_format(x, '%Y-%m-%d')",
    "to_date": "date(date_parse(x, '%Y-%m-%d'))",
    "to_timestamp": "date_parse(x, '%Y-%m-%d %H:%i:%s')",
    "strftime": "date_format(x, '%Y-%m-%d')",
    "getdate": "current_timestamp",
    "sysdate": "current_timestamp",
    "curdate": "current_date",
    "today": "current_date",
    "make_date": "date(format('%d-%02d-%02d', y, m, d))",
    "last_day": "last_day_of_month(x)",
    "dayofweek": "day_of_week(x)",
    "dayofyear": "day_of_year(x)",
    "weekofyear": "week(x)",
    "monthname": "date_format(x, '%M')",
    "dayname": "date_format(x, '%W')",
    "median": "approx_percentile(x, 0.5)",
    "percentile_cont": "approx_percentile(x, 0.5)",
    "quantile": "approx_percentile(x, 0.5)",
    "mode": "max_by over the counts of a subquery",
    "array_sum": "reduce(x, 0, (s, y) -> s + y, s -> s)",
    "list_sum": "reduce(x, 0, (s, y) -> s + y, s -> s)",
    "size": "cardinality(x)",
    "array_length": "cardinality(x)",
    "array_contains": "contains(x, y)",
    "list_contains": "contains(x, y)",
    "collect_list": "array_agg(x)",
    "collect_set": "array_agg(DISTINCT x)",
    "list": "array_agg(x)",
    "first": "min_by(x, y), or first_value(x) OVER (...)",
    "last": "max_by(x, y), or last_value(x) OVER (...)",
    "explode": "CROSS JOIN UNNEST(x)",
    "unnest": "CROSS JOIN UNNEST(x) in FROM",
    "to_json": "cast(x as json)",
    "regexp_matches": "regexp_like(x, pattern)",
    "regexp_substr": "regexp_extract(x, pattern)",
    "trunc": "truncate(x), or date_trunc('month', x)",
    "convert": "cast(x as type)",
    "safe_cast": "try_cast(x as type)",
    "to_number": "cast(x as decimal(10, 2))",
    "struct_pack": "row(...)",
}

SPECIAL: dict[str, Callable[[Expressions, exp.Expr, Scope], Value]] = {
    **special_forms.FORMS,
    **text_functions.FORMS,
    **time_functions.FORMS,
}


def function(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """A call by name."""
    name = str(node.this).lower()
    if name in AGGREGATES or name in special_forms.AGGREGATES:
        return aggregate(self, node, scope, Around())
    if name in SPECIAL:
        return SPECIAL[name](self, node, scope)
    if name in WINDOWS:
        raise wrong(f"{name} needs OVER (...)", node)
    if name not in SCALARS:
        raise unknown(name, node)
    return call(self, node, scope, SCALARS[name])


def unknown(name: str, node: exp.Expr) -> Exception:
    """The error for a function that is not here."""
    if name in ELSEWHERE:
        return wrong(f"Athena has no function {name}", node, f"Write {ELSEWHERE[name]}.")
    known = [*SCALARS, *AGGREGATES, *WINDOWS, *SPECIAL]
    near = suggestion(name, known, "function")
    hint = (
        near if near.startswith("Did") else "Athena's functions are Trino's; one that only Athena has runs with -t aws."
    )
    return wrong(f"There is no function {name} here", node, hint)


def call(self: Expressions, node: exp.Expr, scope: Scope, forms: list[Signature]) -> Value:
    values = [_argument(self, item, scope) for item in node.expressions]
    return applied(self, node, scope, forms, values)


def _argument(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if isinstance(node, exp.Lambda):
        return Value("", Type("function"))
    if isinstance(node, (exp.Distinct, exp.Order, exp.Star)):
        raise wrong(f"{node.sql('trino').split()[0]} stands in aggregates only", node)
    return self.write(node, scope)


def applied(self: Expressions, node: exp.Expr, scope: Scope, forms: list[Signature], values: list[Value]) -> Value:
    """The first form that takes the values; one that takes them as they are goes first."""
    chosen = choose(forms, [value.type for value in values])
    if chosen is None:
        raise unfit(str(node.this).lower(), forms, values, node)
    form, bound = chosen
    texts = []
    takes = _takes(form, len(values))
    for item, value, wanted in zip(node.expressions, values, takes, strict=True):
        if wanted.base == "function":
            texts.append(lambda_of(self, item, scope, wanted, bound))
        else:
            texts.append(coerced(value, filled(wanted, bound)))
    return Value(written(self, str(form.sql), texts), filled(form.gives, bound))


def written(self: Expressions, template: str, texts: list[str]) -> str:
    """The template with the texts of the arguments in it."""
    named = re.sub(r"\{py:(\w+)\}", lambda match: self.python.named(match[1]), template)
    return named.replace("{*}", ", ".join(texts)).format("", *texts)


def _takes(form: Signature, count: int) -> tuple[Type, ...]:
    return form.takes + form.takes[-1:] * (count - len(form.takes)) if form.variadic else form.takes


def choose(forms: list[Signature], given: list[Type]) -> tuple[Signature, Bound] | None:
    fitting = []
    for form in forms:
        takes = _takes(form, len(given))
        bound = Bound()
        if len(takes) == len(given) and all(matches(a, b, bound) for a, b in zip(takes, given, strict=True)):
            exact = sum(is_exact(a, b) for a, b in zip(takes, given, strict=True))
            fitting.append((form, bound, exact))
    if not fitting:
        return None
    best = max(fitting, key=lambda found: found[2])
    return best[0], best[1]


def unfit(name: str, forms: list[Signature], values: list[Value], node: exp.Expr) -> Exception:
    given = ", ".join(str(value.type) for value in values)
    takes = "; ".join(dict.fromkeys(f"{name}({', '.join(map(shown, form.takes))})" for form in forms))
    return wrong(f"Unexpected parameters ({given}) for function {name}", node, f"Expected: {takes}.")


def shown(type: Type) -> str:
    """The type in a signature, as the documentation writes it."""
    if type.base == "row":
        return f"row({', '.join(map(shown, type.of))})"
    inside = [*map(shown, type.of), *map(str, type.args), *type.names]
    return f"{type.base}({', '.join(inside)})" if inside else type.base


def lambda_of(self: Expressions, node: exp.Expr, scope: Scope, wanted: Type, bound: Bound) -> str:
    """A lambda in DuckDB's words; what it gives is noted for the variable that stands for it."""
    if not isinstance(node, exp.Lambda):
        raise wrong("A lambda belongs here, such as x -> x + 1", node)
    if len(node.expressions) != len(wanted.of) - 1:
        raise wrong(f"The lambda takes {len(wanted.of) - 1} values", node)
    names, body = body_of(self, node, scope, [filled(part, bound) for part in wanted.of[:-1]])
    gives = wanted.of[-1]
    if gives.base in ("T", "U", "K", "V", "R", "S", "E"):
        bound.types[gives.base] = body.type
    elif common(gives, body.type) != gives:
        raise wrong(f"The lambda gives {body.type}, and {gives} is wanted", node)
    return f"lambda {', '.join(names)}: {body.sql}"


def body_of(self: Expressions, node: exp.Expr, scope: Scope, types: list[Type]) -> tuple[list[str], Value]:
    """The names of a lambda's values in DuckDB, and its body."""
    names = [self.fresh(name.name.lower()) for name in node.expressions]
    known = {
        item.name.lower(): Value(name, kind) for item, name, kind in zip(node.expressions, names, types, strict=True)
    }
    return names, self.write(node.this, scope.inner(known))


def row_of(items: list[Value]) -> Value:
    """row(...): fields without names."""
    parts = ", ".join(f"'field{place}': {item.sql}" for place, item in enumerate(items))
    return Value(f"{{{parts}}}", row(("",) * len(items), tuple(item.type for item in items)))


def concatenated(self: Expressions, values: list[Value], node: exp.Expr) -> Value:
    """`||` and concat: texts, arrays (or an array and an element), bytes."""
    if len(values) == 2 and sum(value.type == UNKNOWN for value in values) == 1 and any(v.type.is_text for v in values):
        of = next(value.type for value in values if value.type != UNKNOWN)  # Trino takes the null for an array
        return Value(f"CAST(NULL AS {duckdb_type(array(of))})", array(of))
    arrays = [value for value in values if value.type.base == "array"]
    if arrays:
        of = self.meeting(
            [Value("", value.type.of[0] if value.type.base == "array" else value.type) for value in values],
            node,
            "The elements",
        )
        parts = [coerced(v, array(of)) if v.type.base == "array" else f"[{coerced(v, of)}]" for v in values]
        nulls = " OR ".join(f"{value.sql} IS NULL" for value in arrays)
        return Value(f"CASE WHEN {nulls} THEN NULL ELSE ({' || '.join(parts)}) END", array(of))
    if any(value.type.base == "varbinary" for value in values) and all(
        v.type.base in ("varbinary", "unknown") for v in values
    ):
        return Value(f"({' || '.join(value.sql for value in values)})", Type("varbinary"))
    for value in values:
        if not (value.type.is_text or value.type == UNKNOWN):
            given = ", ".join(str(other.type) for other in values)
            raise wrong(
                f"Unexpected parameters ({given}) for function concat", node, "cast(x as varchar) makes text of it."
            )
    if all(value.type == UNKNOWN for value in values):
        return Value("CAST(NULL AS INTEGER[])", array(UNKNOWN))
    kind = VARCHAR
    if any(value.type.base == "char" for value in values) and all(value.type.args for value in values):
        kind = Type("char", (sum(value.type.args[0] for value in values),))
    sql = f"({' || '.join(coerced(value, VARCHAR) for value in values)})"
    return Value(f"rtrim({sql}, ' ')" if kind.base == "char" else sql, kind)


def at_zone(value: Value, zone: Value, node: exp.Expr) -> Value:
    name = literals.zone_of(zone, node)
    if value.type.is_instant:
        return Value(value.sql, instant(value.type.args[0], name))
    if value.type.base == "timestamp":
        return Value(instant_of(value.sql, "UTC"), instant(value.type.args[0], name))
    raise wrong(f"{value.type} has no time zone", node, "Cast it to a timestamp.")


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
        return special_forms.listagg(self, node, scope, around)
    if not isinstance(node, exp.Anonymous):
        raise unsupported(f"cannot read {node.sql('trino')}", node)
    name = str(node.this).lower()
    if name in WINDOWS and around.over:
        return _window_function(self, node, scope, around)
    if name not in AGGREGATES and name not in special_forms.AGGREGATES:
        raise wrong(f"{name} is no aggregate", node)
    return aggregate(self, node, scope, around)


def aggregate(self: Expressions, node: exp.Expr, scope: Scope, around: Around) -> Value:
    name = str(node.this).lower()
    self.aggregates.add(id(node))
    items = _plain_arguments(self, node, scope, around)
    if name in special_forms.AGGREGATES:
        return special_forms.AGGREGATES[name](self, node, scope, around, items)
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


def ordered(self: Expressions, order: exp.Expr, scope: Scope) -> str:
    """ORDER BY x DESC NULLS LAST...: Trino puts nulls last unless told otherwise."""
    return "ORDER BY " + ", ".join(order_item(self.write(item.this, scope), item) for item in order.expressions)


def order_item(value: Value, item: exp.Expr) -> str:
    if value.type.base in ("map", "json"):
        raise wrong(f"Cannot order by {value.type}", item)
    way = " DESC" if item.args.get("desc") else ""
    return f"{value.sql}{way} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"


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
        if any(spec.args.get(name) for name in ("exclude",)):
            raise wrong("Athena has no EXCLUDE in a window", node)
        key = order.expressions[0] if order and len(order.expressions) == 1 else None
        ends = [_end(self, spec, end, scope, key) for end in ("start", "end")]
        if spec.args.get("end") is None:
            parts["spec"] = f"{spec.args['kind']} {ends[0]}"
        else:
            parts["spec"] = f"{spec.args['kind']} BETWEEN {ends[0]} AND {ends[1]}"
    return parts


def _end(self: Expressions, spec: exp.Expr, end: str, scope: Scope, key: Any) -> str:
    edge, side = spec.args.get(end), spec.args.get(f"{end}_side") or ""
    if edge is None or isinstance(edge, str):
        return f"{edge or ''} {side}".strip()
    value = self.write(edge, scope)
    amount = value.sql
    if value.type.base.startswith("interval"):
        amount = f"to_milliseconds({amount})" if "day" in value.type.base else f"to_months(CAST({amount} AS INTEGER))"
    elif not value.type.is_number:
        raise wrong(f"A window's frame takes a number or an interval, not {value.type}", edge)
    if (
        key is not None
        and str(spec.args["kind"]).upper() == "RANGE"
        and self.write(key.this, scope).type == timestamp(3)
    ):
        pass
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


def trim(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """trim(both 'x' from y), and trim(y)."""
    side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    items = [node.this] if node.expression is None else [node.this, node.expression]
    return _as_call(self, node, scope, side, items)


def position(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return _as_call(self, node, scope, "strpos", [node.this, node.args["substr"]])


def substring(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    items = [item for item in (node.this, node.args.get("start"), node.args.get("length")) if item is not None]
    return _as_call(self, node, scope, "substring", items)


def normalize(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if str(node.args.get("form") or "NFC").upper() != "NFC":
        raise unsupported("normalizes to NFC only", node)
    return _as_call(self, node, scope, "normalize", [node.this])


def _as_call(self: Expressions, node: exp.Expr, scope: Scope, name: str, items: list[exp.Expr]) -> Value:
    made = exp.Anonymous(this=name)
    made.args["expressions"] = items  # not set(): the nodes keep their parents
    made.meta.update(node.meta)
    return applied(self, made, scope, SCALARS[name], [self.write(item, scope) for item in items])


def extract(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    return time_functions.part(node.name.lower(), self.write(node.expression, scope), node)


__all__ = ["quoted"]
