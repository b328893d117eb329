"""What stands in FROM: tables, subqueries, VALUES, UNNEST, LATERAL, and their joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino.casts import coerced, fields_of
from lakectl.platforms.local.trino.scopes import Column, Scope
from lakectl.platforms.local.trino.types import BIGINT, UNKNOWN, Type, common, row_keys
from lakectl.platforms.local.trino.values import Value, quoted, text, unsupported, wrong
from lakehouse.layout import DATABASE

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions
    from lakectl.platforms.local.trino.selects import Answer

_JOIN_KINDS = {"", "INNER", "CROSS", "OUTER"}


@dataclass
class Relations:
    """Writes FROM. `query` writes a subquery; `table` tells the columns of a table or of a WITH."""

    expressions: Expressions
    query: Callable[[exp.Expr, Scope | None], Answer]
    table: Callable[[exp.Table], tuple[str, list[tuple[str, str, Type]]]]

    def write(self, select: exp.Select, scope: Scope) -> str:
        """The text of FROM with all joins; the columns go into the scope as they come."""
        start = select.args.get("from_") or select.args.get("from")
        if start is None:
            return ""
        sql = self._relation(start.this, scope, first=True)
        for join in [*(start.this.args.get("joins") or []), *(select.args.get("joins") or [])]:
            sql += self._join(join, scope)
        for lateral in select.args.get("laterals") or []:
            raise unsupported("cannot read LATERAL VIEW", lateral)
        return f" FROM {sql}"

    def _join(self, join: exp.Expr, scope: Scope) -> str:
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        if join.args.get("method") or kind not in _JOIN_KINDS:
            word = " ".join(filter(None, [str(join.args.get("method") or ""), side, kind]))
            raise wrong(f"Athena has no {word} JOIN", join, "Write JOIN ... ON, or WHERE EXISTS (...).")
        before = len(scope.columns)
        right = self._relation(join.this, scope)
        for nested in join.this.args.get("joins") or []:
            right += self._join(nested, scope)
        if using := join.args.get("using"):
            on = self._using([name.name for name in using], scope, before, side, join)
        elif (condition := join.args.get("on")) is not None:
            on = self.expressions.condition(condition, scope, "ON")
        else:
            if side or kind not in ("CROSS", ""):
                raise wrong("A join needs ON or USING", join)
            return f" CROSS JOIN {right}"
        return f" {side or 'INNER'} JOIN {right} ON {on}"

    def _using(self, names: list[str], scope: Scope, before: int, side: str, join: exp.Expr) -> str:
        """The condition; both columns of each name become one."""
        tests, merged = [], []
        for name in names:
            lefts = [c for c in (*scope.merged, *scope.columns[:before]) if c.name.lower() == name.lower()]
            rights = [c for c in scope.columns[before:] if c.name.lower() == name.lower()]
            if len(lefts) != 1 or len(rights) != 1:
                raise wrong(f"Column {name} of USING is missing from one side, or there more than once", join)
            meeting = common(lefts[0].type, rights[0].type)
            if meeting is None:
                raise wrong(f"Column {name} is {lefts[0].type} on one side and {rights[0].type} on the other", join)
            a, b = (coerced(Value(side.sql, side.type), meeting) for side in (lefts[0], rights[0]))
            tests.append(f"({a} = {b})")
            sql = {"FULL": f"coalesce({a}, {b})", "RIGHT": b}.get(side, a)
            merged.append(Column(lefts[0].name, sql, meeting))
        gone = {name.lower() for name in names}
        scope.columns[:] = [column for column in scope.columns if column.name.lower() not in gone]
        scope.merged = [*(column for column in scope.merged if column.name.lower() not in gone), *merged]
        return " AND ".join(tests)

    def _relation(self, node: exp.Expr, scope: Scope, first: bool = False) -> str:
        match node:
            case exp.Unnest():
                return self._unnest(node, scope, first)
            case exp.Lateral():
                return self._subquery(node.this, node.args.get("alias"), scope, lateral=True)
            case exp.Subquery() if isinstance(node.this, (exp.Table, exp.Unnest)):
                inner = self._relation(node.this, scope, first)
                for join in node.this.args.get("joins") or []:
                    inner += self._join(join, scope)
                return f"({inner})" if " JOIN " in inner else inner
            case exp.Subquery() | exp.Values():
                return self._subquery(node, node.args.get("alias"), scope)
            case exp.Table() if isinstance(node.this, exp.Identifier):
                return self._table(node, scope)
        raise wrong(f"Athena has no table function {node.sql('trino')}", node, "Query a table, or UNNEST an array.")

    def _table(self, node: exp.Table, scope: Scope) -> str:
        for name in ("version", "when", "pivots", "hints", "changes", "partition", "only"):
            if node.args.get(name):
                raise unsupported(
                    "reads tables as they are now only", node, "It may run with -t aws, over Iceberg tables."
                )
        source, columns = self.table(node)
        alias = node.args.get("alias")
        name = alias.name if alias is not None and alias.name else node.name
        sampled = node.args.get("sample")
        if sampled is not None:
            raise unsupported("has no TABLESAMPLE", node)
        return f"{source} AS {self._named(name, columns, alias, scope, node, DATABASE if alias is None else '')}"

    def _subquery(self, node: exp.Expr, alias: exp.Expr | None, scope: Scope, lateral: bool = False) -> str:
        outer = scope if lateral else scope.outer
        answer = self.query(node, outer)
        name = alias.name if alias is not None and alias.name else ""
        columns = [(shown, inner, kind) for shown, inner, kind in answer.columns]
        sql = f"{'LATERAL ' if lateral else ''}({answer.sql})"
        return f"{sql} AS {self._named(name, columns, alias, scope, node)}"

    def _named(
        self,
        name: str,
        columns: list[tuple[str, str, Type]],
        alias: exp.Expr | None,
        scope: Scope,
        node: exp.Expr,
        database: str = "",
    ) -> str:
        """Puts the columns into the scope; gives the alias as DuckDB gets it."""
        names = [item.name for item in alias.columns] if isinstance(alias, exp.TableAlias) else []
        if names and len(names) != len(columns):
            raise wrong(f"{name} has {len(columns)} columns, and {len(names)} names for them", node)
        inner = self._alias(name, scope)
        for place, (shown, own, kind) in enumerate(columns):
            called = names[place] if names else shown
            scope.columns.append(Column(called, f"{quoted(inner)}.{quoted(own)}", kind, name, database))
        return quoted(inner)

    def _alias(self, name: str, scope: Scope) -> str:
        taken = {column.sql.partition(".")[0].strip('"').lower() for column in scope.columns}
        return self.expressions.fresh(name or "relation") if not name or name.lower() in taken else name

    def _unnest(self, node: exp.Unnest, scope: Scope, first: bool) -> str:
        """UNNEST: the fields of rows, the keys and values of maps, the elements of all else, side by side."""
        values = [self.expressions.write(item, replace(scope)) for item in node.expressions]
        parts: list[str] = []
        columns: list[tuple[str, str, Type]] = []
        for value in values:
            self._unnest_one(value, node, parts, columns)
        alias = node.args.get("alias")
        offset = node.args.get("offset")
        names = list(alias.args.get("columns") or []) if alias is not None else []
        if offset:
            longest = ", ".join(f"coalesce({_length(value)}, 0)" for value in values)
            parts.append(f"unnest(range(1, GREATEST({longest}, 0) + 1)) AS n")
            columns.append(("", "n", BIGINT))
            if isinstance(offset, exp.Identifier) and len(names) == len(columns) - 1:
                names.append(offset)
        inner = ", ".join(parts)
        outer = ", ".join(f"{source} AS {quoted(f'c{place}')}" for place, (_, source, _) in enumerate(columns))
        known = [(shown, f"c{place}", kind) for place, (shown, _, kind) in enumerate(columns)]
        lateral = "" if first else "LATERAL "
        named = (
            exp.TableAlias(this=alias.this if alias is not None else None, columns=names)
            if names or alias is not None
            else None
        )
        name = named.name if named is not None and named.name else ""
        called = self._named(name, known, named, scope, node)
        return f"{lateral}(SELECT {outer} FROM (SELECT {inner}) AS elements) AS {called}"

    def _unnest_one(self, value: Value, node: exp.Expr, parts: list[str], columns: list[tuple[str, str, Type]]) -> None:
        source = f"e{len(parts)}"
        match value.type.base:
            case "map":
                parts += [
                    f"unnest(map_keys({value.sql})) AS {source}k",
                    f"unnest(map_values({value.sql})) AS {source}v",
                ]
                columns += [("", f"{source}k", value.type.of[0]), ("", f"{source}v", value.type.of[1])]
            case "array" if value.type.of[0].base == "row":
                kind = value.type.of[0]
                parts.append(f"unnest({value.sql}) AS {source}")
                for shown, key, of in zip(kind.names, row_keys(kind), kind.of, strict=True):
                    columns.append((shown, f"struct_extract({source}, {text(key)})", of))
            case "array":
                parts.append(f"unnest({value.sql}) AS {source}")
                columns.append(("", source, value.type.of[0]))
            case _:
                raise wrong(f"Cannot unnest {value.type}", node, "UNNEST takes arrays and maps.")


def _length(value: Value) -> str:
    return f"len({value.sql})" if value.type.base == "array" else f"CAST(cardinality({value.sql}) AS BIGINT)"


def _expanded(row: list[Value]) -> list[Value]:
    """The fields of a row that stands alone, as they stand in VALUES."""
    if len(row) != 1 or row[0].type.base != "row":
        return row
    kind = row[0].type
    return [Value(sql, of) for sql, of in zip(fields_of(row[0].sql, kind), kind.of, strict=True)]


def values_columns(node: exp.Values, expressions: Expressions, scope: Scope) -> tuple[str, list[Type]]:
    """The text of VALUES and the types of its columns."""
    rows = [item.expressions if isinstance(item, exp.Tuple) else [item] for item in node.expressions]
    written = [_expanded([expressions.write(item, scope) for item in row]) for row in rows]
    if len({len(row) for row in written}) != 1:
        raise wrong("The rows of VALUES have different numbers of columns", node)
    kinds = [expressions.meeting(list(column), node, "The values of a column") for column in zip(*written, strict=True)]
    lines = [", ".join(coerced(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in written]
    return f"VALUES {', '.join(f'({line})' for line in lines)}", kinds


__all__ = ["UNKNOWN", "Relations", "values_columns"]
