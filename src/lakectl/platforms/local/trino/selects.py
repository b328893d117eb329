"""One SELECT: its columns, conditions, groups and order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino.applying import order_item
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import Type
from lakectl.platforms.local.trino.values import Value, quoted, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.queries import Queries


@dataclass
class Answer:
    """A written query. `columns`: name as it is shown ('' for none), name in the text, type."""

    sql: str
    columns: list[tuple[str, str, Type]]


@dataclass
class Select:
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
        place = position(item, len(items))
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
        place = position(key, len(items))
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


def position(node: exp.Expr, count: int) -> int | None:
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
