"""Whole queries: WITH, SELECT, set operations, GROUP BY, ORDER BY; which columns come out, and of which types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from lakectl.asking.statement import suggestion
from lakectl.platforms.local.trino import grammar
from lakectl.platforms.local.trino.applying import order_item
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.expressions import Expressions
from lakectl.platforms.local.trino.information import information_schema
from lakectl.platforms.local.trino.relations import Relations, values_columns
from lakectl.platforms.local.trino.scopes import Column, Scope
from lakectl.platforms.local.trino.selects import Answer, Select, position
from lakectl.platforms.local.trino.types import Type, common
from lakectl.platforms.local.trino.values import Value, no_marks, quoted, unsupported, wrong
from lakehouse.layout import DATABASE

_SELECT_ARGS = {
    "kind", "hint", "expressions", "from_", "from", "joins", "where", "group", "having", "distinct", "order", "limit",
    "offset",
    "windows", "with_", "with", "operation_modifiers", "laterals",
}  # fmt: skip


@dataclass
class Queries:
    """Writes the queries of one statement. `tables`: their columns by the table's name."""

    tables: Mapping[str, Mapping[str, Type]]
    parameters: Mapping[str, Type]
    names: dict[str, list[tuple[str, str, Type]]] = field(default_factory=dict)  # of WITH
    expressions: Expressions = field(init=False)
    relations: Relations = field(init=False)

    def __post_init__(self) -> None:
        self.expressions = Expressions(self._subquery, self.parameters)
        self.relations = Relations(self.expressions, self.query, self._table)

    def statement(self, sql: str) -> Answer:
        return self.query(grammar.read(sql), None)

    def query(self, node: exp.Expr, outer: Scope | None) -> Answer:
        """Any query. Raises QueryError."""
        known = dict(self.names)
        head = self._with(node, outer)
        match node:
            case exp.Select():
                answer = self._select(node, outer)
            case exp.SetOperation():
                answer = self._set_operation(node, outer)
            case exp.Subquery():
                answer = self._wrapped(node, outer)
            case exp.Values():
                sql, kinds = values_columns(node, self.expressions, Scope(outer=outer))
                inner = [f"c{place}" for place in range(len(kinds))]
                columns = [("", own, kind) for own, kind in zip(inner, kinds, strict=True)]
                answer = Answer(f"SELECT * FROM ({sql}) AS rows({', '.join(inner)})", columns)
            case exp.Table():
                answer = self._select(exp.select("*").from_(node.copy()), outer)
            case _:
                raise unsupported(f"cannot read {node.sql('trino')}", node)
        self.names = known
        return Answer(head + answer.sql, answer.columns)

    def _subquery(self, node: exp.Expr, scope: Scope) -> tuple[str, list[Type]]:
        windows, self.expressions.named_windows = self.expressions.named_windows, {}
        answer = self.query(node, scope)
        self.expressions.named_windows = windows
        return answer.sql, [kind for _, _, kind in answer.columns]

    def _wrapped(self, node: exp.Subquery, outer: Scope | None) -> Answer:
        """A query in parentheses, with ORDER BY or LIMIT behind them."""
        inner = self.query(node.this, outer)
        tail = self._tail_of(node, inner, outer)
        return Answer(f"SELECT * FROM ({inner.sql}) AS inside{tail}", inner.columns) if tail else inner

    def _with(self, node: exp.Expr, outer: Scope | None) -> str:
        clause = node.args.get("with_") or node.args.get("with")
        if clause is None:
            return ""
        parts, seen = [], set[str]()
        for item in clause.expressions:
            name = item.alias.lower()
            if name in seen:
                raise wrong(f"WITH query name '{name}' is there more than once", item)
            seen.add(name)
            parts.append(self._with_item(item, name, bool(clause.args.get("recursive")), outer))
        return f"WITH {'RECURSIVE ' if clause.args.get('recursive') else ''}{', '.join(parts)} "

    def _with_item(self, item: exp.Expr, name: str, recursive: bool, outer: Scope | None) -> str:
        names = [column.name for column in item.args["alias"].columns]
        query = item.this
        if recursive and isinstance(query, exp.Union) and _names_itself(query.expression, name):
            return self._recursive(query, name, names, outer)
        answer = self.query(query, outer)
        self.names[name] = _renamed(answer.columns, names, name, item)
        inner = ", ".join(quoted(own) for _, own, _ in answer.columns)
        return f"{quoted(name)} ({inner}) AS ({answer.sql})"

    def _recursive(self, query: exp.Union, name: str, names: list[str], outer: Scope | None) -> str:
        first = self.query(query.this, outer)
        self.names[name] = _renamed(first.columns, names, name, query)
        again = self.query(query.expression, outer)
        kinds = [kind for _, _, kind in first.columns]
        for (_, _, kind), wanted in zip(again.columns, kinds, strict=False):
            if common(kind, wanted) is None:
                raise wrong(f"The recursion gives {kind} where it began with {wanted}", query)
        inner = ", ".join(quoted(own) for _, own, _ in first.columns)
        way = "UNION" if query.args.get("distinct") else "UNION ALL"
        return f"{quoted(name)} ({inner}) AS ({first.sql} {way} {_as_types(again, kinds)})"

    def _table(self, node: exp.Table) -> tuple[str, list[tuple[str, str, Type]]]:
        name = node.name.lower()
        if not node.db and name in self.names:
            return quoted(name), self.names[name]
        if node.db.lower() == "information_schema":
            return information_schema(name, self.tables, node)
        if name not in self.tables:
            raise wrong(f"There is no table {node.name}", node, suggestion(name, self.tables, "table"))
        return f"{DATABASE}.{quoted(name)}", [(column, column, kind) for column, kind in self.tables[name].items()]

    def _set_operation(self, node: exp.SetOperation, outer: Scope | None) -> Answer:
        if node.args.get("by_name") or node.args.get("side") or node.args.get("kind"):
            raise wrong("Athena has no UNION BY NAME", node, "List the columns in the same order on both sides.")
        left, right = self.query(node.this, outer), self.query(node.expression, outer)
        word = type(node).__name__.upper()
        if len(left.columns) != len(right.columns):
            raise wrong(
                f"{word} query has different number of fields: {len(left.columns)}, {len(right.columns)}",
                node.expression,
            )
        kinds = []
        for place, ((_, _, a), (_, _, b)) in enumerate(zip(left.columns, right.columns, strict=True), start=1):
            meeting = common(a, b)
            if meeting is None:
                raise wrong(
                    f"column {place} in {word} query has incompatible types: {a}, {b}",
                    node.expression,
                    "Cast one of them.",
                )
            kinds.append(meeting)
        way = word if node.args.get("distinct") else f"{word} ALL"
        sql = f"({_as_types(left, kinds)}) {way} ({_as_types(right, kinds)})"
        columns = [(name, own, kind) for (name, own, _), kind in zip(left.columns, kinds, strict=True)]
        answer = Answer(sql, columns)
        tail = self._tail_of(node, answer, outer)
        names = ", ".join(quoted(own) for _, own, _ in columns)
        return Answer(f"SELECT {names} FROM ({sql}) AS united{tail}", columns) if tail else answer

    def _tail_of(self, node: exp.Expr, answer: Answer, outer: Scope | None) -> str:
        """ORDER BY, OFFSET and LIMIT over the columns that come out."""
        scope = Scope([Column(name, quoted(own), kind) for name, own, kind in answer.columns], outer)
        order = node.args.get("order")
        items = []
        for item in order.expressions if order else []:
            if (place := position(item.this, len(answer.columns))) is not None:
                items.append(order_item(Value(str(place), answer.columns[place - 1][2]), item))
            else:
                items.append(order_item(self.expressions.write(item.this, scope), item))
        return (f" ORDER BY {', '.join(items)}" if items else "") + self._limits(node)

    def _limits(self, node: exp.Expr) -> str:
        sql = ""
        if (limit := node.args.get("limit")) is not None:
            count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
            options = limit.args.get("limit_options")
            if options is not None and any(options.args.get(word) for word in ("with_ties", "percent")):
                raise unsupported("has no WITH TIES", node)
            if not (isinstance(count, exp.Column) and count.name.lower() == "all"):
                sql += f" LIMIT {self._count(count, 'LIMIT') if count is not None else '1'}"
        if (offset := node.args.get("offset")) is not None:
            sql += f" OFFSET {self._count(offset.expression, 'OFFSET')}"
        return sql

    def _count(self, node: exp.Expr, word: str) -> str:
        if isinstance(node, exp.Literal) and node.name.isdigit():
            return node.name
        if isinstance(node, exp.Placeholder) and node.name not in ("", "?"):
            return f"${node.name}"
        if isinstance(node, exp.Placeholder):
            raise no_marks(node)
        raise wrong(f"{word} takes a number", node, f"Such as {word} 10, or {word} :n.")

    def _select(self, node: exp.Select, outer: Scope | None) -> Answer:
        for name, value in node.args.items():
            if value and name not in _SELECT_ARGS:
                raise wrong(f"Athena has no {name.upper()} here", node)
        return Select(self, node, outer).written()


def _renamed(
    columns: list[tuple[str, str, Type]], names: list[str], name: str, node: exp.Expr
) -> list[tuple[str, str, Type]]:
    if names and len(names) != len(columns):
        raise wrong(f"{name} has {len(columns)} columns, and {len(names)} names for them", node)
    return [(names[n] if names else shown, own, kind) for n, (shown, own, kind) in enumerate(columns)]


def _as_types(answer: Answer, kinds: list[Type]) -> str:
    """The query with its columns in these types."""
    pairs = list(zip(answer.columns, kinds, strict=True))
    if all(replace(kind, zone="") == replace(wanted, zone="") for (_, _, kind), wanted in pairs):
        return answer.sql
    items = ", ".join(
        f"{coerced(Value(quoted(own), kind), wanted)} AS {quoted(own)}" for (_, own, kind), wanted in pairs
    )
    return f"SELECT {items} FROM ({answer.sql}) AS side"


def _names_itself(node: Any, name: str) -> bool:
    return any(table.name.lower() == name and not table.db for table in node.find_all(exp.Table))
