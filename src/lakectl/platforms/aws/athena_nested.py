"""Arrays, maps and rows out of Athena, exact.

Athena writes such a value as text that cannot be read back: `[a, b]` has two elements or one with a comma in it. So an
answer with such columns is asked for once more, in a form that has only texts in it: a nested value as the JSON of an
array of texts, each of them a nested value again or Athena's text of a single one. A row is the array of its fields, a
map that of its keys and of its values: JSON of a row differs from version to version, and that of a map sorts the keys.
The full types are asked for before, by a statement that reads no data.

The rows come in the order that the question asked for: its ORDER BY is said again around it, over its own columns, or
over columns added for that. The question's own text stays as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from lakectl.asking.statement import DIALECT, Statement, parse
from lakectl.platforms.aws.athena_text import with_columns
from lakectl.platforms.aws.athena_values import NESTED, parsed, value

_ASKED = "asked_"  # no column of an answer is called so, or ORDER BY would take it for that


def types_of(statement: Statement, columns: int) -> Statement:
    """The statement whose one row has the full types of the columns of the given one. It reads nothing."""
    names = ", ".join(f"typeof({_ASKED}.c{number})" for number in range(columns))
    return parse(
        f"SELECT {names} FROM (VALUES 1) AS one (x) LEFT JOIN"
        f" (SELECT * FROM ({_text(statement)}\n) LIMIT 0) AS {_ASKED} ({_columns(columns)}) ON true"
    )


def as_texts(statement: Statement, names: Sequence[str], types: Sequence[str]) -> Statement:
    """The statement with its nested columns as JSON; `names` and `types` are those of its columns."""
    order = statement.tree.args.get("order")
    keys = _Keys(statement.tree, names)
    ordered = [keys.outside(item) for item in order.expressions] if order else []
    inner = with_columns(_text(statement), keys.added)
    shown = ", ".join(_shown(number, name, type) for number, (name, type) in enumerate(zip(names, types, strict=True)))
    outer = f"SELECT {shown} FROM ({inner}\n) AS {_ASKED} ({_columns(len(names), len(keys.added))})"
    return parse(f"{outer} ORDER BY {', '.join(ordered)}" if ordered else outer)


def _text(statement: Statement) -> str:
    return statement.with_texts([f":{name}" for name in statement.parameters])


def _columns(count: int, keys: int = 0) -> str:
    return ", ".join([f"c{number}" for number in range(count)] + [f"k{number}" for number in range(keys)])


class _Keys:
    """What a question is ordered by, named from outside of it."""

    def __init__(self, query: exp.Query, names: Sequence[str]) -> None:
        self._query = query
        self._places = {name.lower(): number for number, name in enumerate(names)}
        # A set operation or DISTINCT orders by its own columns only, so that nothing has to be added to it.
        self._may_add = isinstance(query, exp.Select) and not query.args.get("distinct")
        self.added: list[str] = []

    def outside(self, item: exp.Expr) -> str:
        """An item of the query's ORDER BY in terms of the columns c0, c1... and k0, k1... outside."""
        item = item.copy()
        item.this.replace(self._outside(item.this))
        return item.sql(DIALECT)

    def _outside(self, key: exp.Expr) -> exp.Expr:
        if isinstance(key, exp.Literal) and key.is_int:
            return exp.column(f"c{int(key.name) - 1}", _ASKED)
        if self._is_own(key):
            return self._renamed(key)
        if not self._may_add:
            return self._selected(key) or key.transform(self._renamed)
        self.added.append(key.transform(self._resolved).sql(DIALECT))
        return exp.column(f"k{len(self.added) - 1}", _ASKED)

    def _is_own(self, node: exp.Expr) -> bool:
        """Whether this is a column of the answer, by its name."""
        return isinstance(node, exp.Column) and not node.table and node.name.lower() in self._places

    def _renamed(self, node: exp.Expr) -> exp.Expr:
        return exp.column(f"c{self._places[node.name.lower()]}", _ASKED) if self._is_own(node) else node

    def _resolved(self, node: exp.Expr) -> exp.Expr:
        """What stands behind the name that the query gives to a column of the answer, where it names it itself."""
        aliases = {column.alias.lower(): column.this for column in self._query.selects if isinstance(column, exp.Alias)}
        return aliases[node.name.lower()].copy() if self._is_own(node) and node.name.lower() in aliases else node

    def _selected(self, key: exp.Expr) -> exp.Expr | None:
        for number, column in enumerate(self._query.selects):
            if column.unalias() == key:
                return exp.column(f"c{number}", _ASKED)
        return None


def _shown(number: int, name: str, type: str) -> str:
    value = f"{_ASKED}.c{number}"
    text = _told(value, parsed(type)) if type.startswith(NESTED) else value
    return f"{text} AS {exp.to_identifier(name, quoted=True).sql(DIALECT)}"


def _told(value: str, type: exp.DataType, depth: int = 0) -> str:
    """An expression of type varchar: the text of a single value, the JSON of an array of such for a nested one."""
    match type.this:
        case exp.DType.ARRAY:
            item = f"x{depth}"
            return _json(f"transform({value}, {item} -> {_told(item, type.expressions[0], depth + 1)})")
        case exp.DType.MAP:
            parts = [
                _told(f"map_{part}({value})", parsed(f"array({of.sql(DIALECT)})"), depth)
                for part, of in zip(("keys", "values"), type.expressions, strict=True)
            ]
        case exp.DType.STRUCT:
            parts = [
                _told(_field(value, field.name, place), field.args["kind"], depth)
                for place, field in enumerate(type.expressions)
            ]
        case exp.DType.JSON:
            return f"json_format({value})"
        case exp.DType.VARBINARY:
            return f"to_hex({value})"
        case _:
            return f"CAST({value} AS varchar)"
    texts = ", ".join(parts)
    return f"if({value} is null, null, {_json(f'array[{texts}]')})"


def _json(texts: str) -> str:
    return f"json_format(CAST({texts} AS json))"


def _field(value: str, name: str, place: int) -> str:
    # A field without a name has but its place; `parsed` names it by that.
    return f"{value}[{place + 1}]" if name == f"_{place}" else f"{value}.{exp.to_identifier(name, quoted=True)}"


def unfolded(type: str, content: Any) -> Any:
    """The value in a column of `as_texts`: of a nested one's JSON, an array is a list, a map and a row are dicts."""
    if content is None or not type.startswith(NESTED):
        return content
    return _unfolded(parsed(type), content)


def _unfolded(type: exp.DataType, text: str | None) -> Any:
    if text is None:
        return None
    match type.this:
        case exp.DType.ARRAY:
            return _items(type.expressions[0], text)
        case exp.DType.MAP:
            return dict(zip(*map(_items, type.expressions, json.loads(text)), strict=True))
        case exp.DType.STRUCT:
            pairs = zip(type.expressions, json.loads(text), strict=True)
            return {field.name: _unfolded(field.args["kind"], item) for field, item in pairs}
        case _:
            return value(type.sql(DIALECT).lower(), text)


def _items(type: exp.DataType, text: str) -> list[Any]:
    return [_unfolded(type, item) for item in json.loads(text)]
