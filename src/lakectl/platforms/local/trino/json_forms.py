"""JSON by SQL's own forms: json_value, json_object, json_array. They give and take text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import JSON, UNKNOWN, VARCHAR
from lakectl.platforms.local.trino.values import Value, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


def json_value(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """json_value(x, 'lax $.a' RETURNING type)."""
    if node.args.get("on_condition"):
        raise unsupported("has no ON EMPTY or ON ERROR in json_value", node)
    value, path = self.write(node.this, scope), self.write(node.args["path"], scope)
    if not value.type.is_text:
        raise wrong(f"json_value takes text, not {value.type}", node)
    sql = f"{self.python.named('json_value')}({value.sql}, {path.sql})"
    returning = node.args.get("returning")
    found = Value(sql, VARCHAR)
    return found if not returning else self.cast(found, literals.type_of(returning), node, safe=True)


def json_object(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """json_object('a' : 1, KEY 'b' VALUE x): a value that is null is there as null."""
    pieces = []
    for pair in node.expressions:
        if not isinstance(pair, exp.JSONKeyValue):
            raise unsupported("cannot read this json_object", node)
        key = self.write(pair.this, scope)
        if not key.type.is_text:
            raise wrong(f"The keys of json_object are texts, not {key.type}", node)
        value = _as_json(self, self.write(pair.expression, scope), node)
        pieces.append(f"{_as_json(self, key, node)} || ':' || coalesce({value}, 'null')")
    return Value(f"('{{' || array_to_string([{', '.join(pieces)}], ',') || '}}')" if pieces else "'{}'", VARCHAR)


def json_array(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """json_array(1, 'a', null): nulls are left out."""
    items = [_as_json(self, self.write(item, scope), node) for item in node.expressions]
    kept = f"list_filter([{', '.join(items)}], lambda item: item IS NOT NULL)"
    return Value(f"('[' || array_to_string({kept}, ',') || ']')" if items else "'[]'", VARCHAR)


def _as_json(self: Expressions, value: Value, node: exp.Expr) -> str:
    if value.type == UNKNOWN:
        return "CAST(NULL AS VARCHAR)"
    if value.type.of:
        raise unsupported(f"makes no JSON of {value.type} here", node, "cast(... as json) does on both.")
    return self.cast(value, JSON, node).sql
