"""Whole queries: WITH, SELECT, set operations, GROUP BY, ORDER BY; which columns come out, and of which types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from lakectl.platforms.local.trino.types import Type, common
from lakectl.platforms.local.trino.values import Value, no_marks, quoted, unsupported, wrong
from lakehouse.layout import DATABASE

_SELECT_ARGS = {
    "kind", "hint", "expressions", "from_", "from", "joins", "where", "group", "having", "distinct", "order", "limit",
    "offset",
    "windows", "with_", "with", "operation_modifiers", "laterals",
}  # fmt: skip


@dataclass
class Answer:
    """A written query. `columns`: name as it is shown ('' for none), name in the text, type."""

    sql: str
    columns: list[tuple[str, str, Type]]


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
            if (place := _position(item.this, len(answer.columns))) is not None:
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
        return _Select(self, node, outer).written()


@dataclass
class _Select:
    """One SELECT while it is written."""

    queries: Queries
    node: exp.Select
    outer: Scope | None
    scope: Scope = field(init=False)
    keys: dict[str, None] = field(default_factory=dict)
    grouped: bool = False

    def __post_init__(self) -> None:
        aliases = frozenset(item.alias.lower() for item in self.node.expressions if isinstance(item, exp.Alias))
        self.scope = Scope(outer=self.outer, aliases=aliases)
        self.write = self.queries.expressions.write

    def written(self) -> Answer:
        node, expressions = self.node, self.queries.expressions
        start = self.queries.relations.write(node, self.scope)
        around, expressions.named_windows = (
            expressions.named_windows,
            {window.name.lower(): window for window in node.args.get("windows") or []},
        )
        where = self._condition("where", aggregates=False)
        items = list(self._items())
        group = self._group(items)
        having = self._condition("having")
        order, distinct = self._order(items), self._distinct()
        self._check_grouping(items)
        expressions.named_windows = around
        columns = _distinct_columns([(name, value.type) for name, value, _ in items])
        listed = ", ".join(
            f"{value.sql} AS {quoted(own)}" for (_, value, _), (_, own, _) in zip(items, columns, strict=True)
        )
        return Answer(
            f"SELECT {distinct}{listed}{start}{where}{group}{having}{order}{self.queries._limits(node)}", columns
        )

    def _condition(self, name: str, aggregates: bool = True) -> str:
        clause = self.node.args.get(name)
        if clause is None:
            return ""
        sql = self.queries.expressions.condition(clause.this, self.scope, name.upper())
        if not aggregates and (found := next(self._aggregates(clause.this), None)) is not None:
            raise wrong("WHERE cannot contain aggregations or windows", found, "Write HAVING, or a subquery.")
        if aggregates:
            self.grouped = True
        return f" {name.upper()} {sql}"

    def _items(self) -> Iterator[tuple[str, Value, exp.Expr | None]]:
        """The name, value and node of every column, `*` spelled out."""
        for item in self.node.expressions:
            star = item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else item
            if isinstance(star, exp.Star):
                yield from self._star(star, item)
                continue
            value = self.write(item, self.scope)
            if value.type.base == "function":
                raise wrong("A lambda is no column", item)
            yield _shown(item), value, item

    def _star(self, star: exp.Star, item: exp.Expr) -> Iterator[tuple[str, Value, None]]:
        if any(star.args.get(name) for name in ("except_", "except", "replace", "rename", "ilike")):
            raise wrong("Athena has no EXCEPT, EXCLUDE or REPLACE behind *", item, "List the columns.")
        columns = self.scope.all()
        if isinstance(item, exp.Column):
            relation = item.table.lower()
            columns = [column for column in self.scope.columns if column.relation.lower() == relation]
            if not columns and not any(column.relation.lower() == relation for column in self.scope.all()):
                raise wrong(f"There is no relation {item.table}", item)
        if not columns:
            raise wrong("SELECT * needs FROM", item)
        for column in columns:
            yield column.name, Value(column.sql, column.type), None

    def _group(self, items: list[tuple[str, Value, exp.Expr | None]]) -> str:
        group = self.node.args.get("group")
        if group is None:
            return ""
        if group.args.get("all") or group.args.get("totals"):
            raise wrong("Athena has no GROUP BY ALL", group, "List the columns, or their places: GROUP BY 1, 2.")
        self.grouped = True
        parts = [self._key(item, items) for item in group.expressions]
        for name, word in (("grouping_sets", "GROUPING SETS"), ("rollup", "ROLLUP"), ("cube", "CUBE")):
            for found in group.args.get(name) or []:
                inside = found.expressions if isinstance(found, exp.Expr) else []
                parts.append(f"{word} ({', '.join(self._set(item, items) for item in inside)})")
        return f" GROUP BY {', '.join(parts)}" if parts else ""

    def _set(self, item: exp.Expr, items: list[tuple[str, Value, exp.Expr | None]]) -> str:
        if isinstance(item, (exp.Tuple, exp.Paren)):
            inside = item.expressions if isinstance(item, exp.Tuple) else [item.this]
            return f"({', '.join(self._key(part, items) for part in inside)})"
        return self._key(item, items)

    def _key(self, item: exp.Expr, items: list[tuple[str, Value, exp.Expr | None]]) -> str:
        if isinstance(item, (exp.Rollup, exp.Cube, exp.GroupingSets)):
            word = {exp.Rollup: "ROLLUP", exp.Cube: "CUBE"}.get(type(item), "GROUPING SETS")
            return f"{word} ({', '.join(self._set(part, items) for part in item.expressions)})"
        if isinstance(item, exp.Tuple) and not item.expressions:
            return "()"
        place = _position(item, len(items))
        value = items[place - 1][1] if place is not None else self.write(item, self.scope)
        if value.type.base in ("map", "json"):
            raise wrong(f"{value.type} is not comparable, and therefore cannot be used in GROUP BY", item)
        self.keys[value.sql] = None
        return str(place) if place is not None and value.sql.lstrip("-").isdigit() else value.sql

    def _distinct(self) -> str:
        distinct = self.node.args.get("distinct")
        if distinct is None:
            return ""
        if distinct.args.get("on") is not None:
            raise wrong(
                "Athena has no DISTINCT ON",
                self.node,
                "Number the rows with row_number() OVER (...), and keep the first.",
            )
        return "DISTINCT "

    def _order(self, items: list[tuple[str, Value, exp.Expr | None]]) -> str:
        order = self.node.args.get("order")
        if order is None:
            return ""
        names: dict[str, Value] = {}
        for name, value, node in items:
            if name and (isinstance(node, exp.Alias) or name.lower() not in names):
                names[name.lower()] = value
        return " ORDER BY " + ", ".join(self._order_item(item, items, names) for item in order.expressions)

    def _order_item(
        self, item: exp.Expr, items: list[tuple[str, Value, exp.Expr | None]], names: Mapping[str, Value]
    ) -> str:
        key = item.this
        place = _position(key, len(items))
        if place is None and isinstance(key, exp.Column) and not key.table:
            place = next((n for n, (name, _, _) in enumerate(items, start=1) if name.lower() == key.name.lower()), None)
        if place is None:
            value = self.write(key, self.scope.inner(dict(names)))
            place = next((n for n, (_, other, _) in enumerate(items, start=1) if other.sql == value.sql), None)
        if place is not None:
            return order_item(Value(str(place), items[place - 1][1].type), item)
        if self.node.args.get("distinct") is not None:
            raise wrong("For SELECT DISTINCT, ORDER BY expressions must appear in select list", key)
        if next(self._aggregates(key), None) is not None:
            self.grouped = True
        return order_item(value, item)

    def _aggregates(self, node: exp.Expr) -> Iterator[exp.Expr]:
        expressions = self.queries.expressions
        for found in _own(node):
            if id(found) in expressions.aggregates and not _is_windowed(found):
                yield found
            if id(found) in expressions.windows:
                yield found

    def _check_grouping(self, items: list[tuple[str, Value, exp.Expr | None]]) -> None:
        """Every column outside of aggregates is in GROUP BY, where there are groups."""
        expressions = self.queries.expressions
        nodes = [node for _, _, node in items if node is not None]
        is_aggregate = any(
            id(found) in expressions.aggregates and not _is_windowed(found) for node in nodes for found in _own(node)
        )
        if not (self.grouped or is_aggregate):
            return
        if any(node is None and value.sql not in self.keys for _, value, node in items):
            raise wrong("* has columns that are neither in GROUP BY nor aggregated", self.node, "List the columns.")
        having = self.node.args.get("having")
        for node in [*nodes, *([having.this] if having else [])]:
            self._check(node)

    def _check(self, node: exp.Expr) -> None:
        expressions = self.queries.expressions
        if expressions.texts.get(id(node)) in self.keys:
            return
        if id(node) in expressions.aggregates and not _is_windowed(node):
            return
        if isinstance(node, exp.Query):
            return
        if isinstance(node, exp.Filter) and not _is_windowed(node):
            return
        if id(node) in expressions.own_columns:
            raise wrong(f"'{node.sql('trino')}' must be an aggregate expression or appear in GROUP BY clause", node)
        for child in node.iter_expressions():
            self._check(child)


def _own(node: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes of an expression, without those of subqueries."""
    yield node
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            yield from _own(child)


def _is_windowed(node: exp.Expr) -> bool:
    parent = node.parent
    while isinstance(parent, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        node, parent = parent, parent.parent
    return isinstance(parent, exp.Window) and parent.this is node


def _shown(item: exp.Expr) -> str:
    """The name of a column as Trino gives it: its alias, its own, that of a row's field."""
    match item:
        case exp.Alias():
            return item.alias
        case exp.Column():
            return item.name
        case exp.Dot() if isinstance(item.expression, exp.Identifier):
            return item.expression.name
        case exp.Paren():
            return ""
    return ""


def _position(node: exp.Expr, count: int) -> int | None:
    """The place of a column that ORDER BY or GROUP BY names by its number."""
    if not (isinstance(node, exp.Literal) and not node.is_string):
        return None
    if not node.name.isdigit() or not 1 <= int(node.name) <= count:
        raise wrong(f"Position {node.name} is not in select list", node)
    return int(node.name)


def _distinct_columns(columns: list[tuple[str, Type]]) -> list[tuple[str, str, Type]]:
    """With a name for each in DuckDB: its own, or `_col0` by its place, and a number where it is taken."""
    taken, found = set[str](), list[tuple[str, str, Type]]()
    for place, (name, kind) in enumerate(columns):
        own = name or f"_col{place}"
        number = 0
        while own.lower() in taken:
            number += 1
            own = f"{name or f'_col{place}'}_{number}"
        taken.add(own.lower())
        found.append((name, own, kind))
    return found


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
