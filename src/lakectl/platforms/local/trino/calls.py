"""Calls by name: which of the tables has the function; and the calls with a grammar of their own, such as trim."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.asking.statement import suggestion
from lakectl.platforms.local.trino import (
    collection_forms,
    json_forms,
    special_aggregates,
    special_forms,
    text_functions,
    time_formats,
    time_functions,
)
from lakectl.platforms.local.trino.aggregates import AGGREGATES, WINDOWS
from lakectl.platforms.local.trino.aggregation import Around, aggregate
from lakectl.platforms.local.trino.applying import applied, call
from lakectl.platforms.local.trino.functions import SCALARS
from lakectl.platforms.local.trino.other_names import OTHER_NAMES
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

SPECIAL: dict[str, Callable[[Expressions, exp.Expr, Scope], Value]] = {
    **special_forms.FORMS,
    "json_array": json_forms.json_array,
    **collection_forms.FORMS,
    **text_functions.FORMS,
    **time_functions.FORMS,
    **time_formats.FORMS,
}


def function(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """A call by name."""
    name = str(node.this).lower()
    if name in AGGREGATES or name in special_aggregates.AGGREGATES:
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
    if name in OTHER_NAMES:
        return wrong(f"Athena has no function {name}", node, f"Write {OTHER_NAMES[name]}.")
    known = [*SCALARS, *AGGREGATES, *WINDOWS, *SPECIAL]
    near = suggestion(name, known, "function")
    hint = (
        near if near.startswith("Did") else "Athena's functions are Trino's; one that only Athena has runs with -t aws."
    )
    return wrong(f"There is no function {name} here", node, hint)


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
