"""Applies a form of a function to arguments: which form fits, what the arguments become, what lambdas give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.signatures import Bound, Signature, filled, is_exact, matches
from lakectl.platforms.local.trino.times import instant_of
from lakectl.platforms.local.trino.types import UNKNOWN, VARCHAR, Type, array, common, duckdb_type, instant, row
from lakectl.platforms.local.trino.values import Value, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


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
        if not of.args:
            raise wrong("Could not choose between texts and arrays for null", node, "Write cast(null as varchar).")
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


def ordered(self: Expressions, order: exp.Expr, scope: Scope) -> str:
    """ORDER BY x DESC NULLS LAST...: Trino puts nulls last unless told otherwise."""
    return "ORDER BY " + ", ".join(order_item(self.write(item.this, scope), item) for item in order.expressions)


def order_item(value: Value, item: exp.Expr) -> str:
    if value.type.base in ("map", "json"):
        raise wrong(f"Cannot order by {value.type}", item)
    way = " DESC" if item.args.get("desc") else ""
    return f"{value.sql}{way} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"
