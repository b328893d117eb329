"""Which columns an expression can name: those of the relations in FROM, of the queries around, of a lambda."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from lakectl.asking.statement import suggestion
from lakectl.platforms.local.trino.types import Type, row_keys
from lakectl.platforms.local.trino.values import Value, text, wrong


@dataclass(frozen=True)
class Column:
    """A column of a relation. `name` as it was written, '' for none; `relation`: the name to qualify it with."""

    name: str
    sql: str
    type: Type
    relation: str = ""
    database: str = ""


@dataclass
class Scope:
    """The columns that can be named, in their order; `outer`: of the query around a subquery."""

    columns: list[Column] = field(default_factory=list)
    outer: Scope | None = None
    merged: list[Column] = field(default_factory=list)  # those of USING, in front of `*`
    lambdas: dict[str, Value] = field(default_factory=dict)
    aliases: frozenset[str] = frozenset()  # of the columns that come out, which expressions cannot name

    def inner(self, names: dict[str, Value]) -> Scope:
        """The scope inside of a lambda."""
        return replace(self, lambdas={**self.lambdas, **names})

    def all(self) -> list[Column]:
        return [*self.merged, *self.columns]

    def found(self, node: exp.Expr, parts: list[str]) -> tuple[Value, bool]:
        """What the dotted name means, and whether it is of this query itself. Raises QueryError."""
        if parts[0].lower() in self.lambdas:
            return fields(self.lambdas[parts[0].lower()], parts[1:], node), False
        scope: Scope | None = self
        while scope is not None:
            for value in scope._named(node, parts):
                return value, scope is self or scope.columns is self.columns
            scope = scope.outer
        raise self._missing(node, parts)

    def _named(self, node: exp.Expr, parts: list[str]) -> Iterator[Value]:
        for length in (len(parts), *range(1, len(parts))):
            *qualifier, name = parts[:length]
            hits = [column for column in self.all() if _fits(column, qualifier, name)]
            if len(hits) > 1:
                raise wrong(f"Column {'.'.join(parts[:length])} is ambiguous", node, _tell_apart(hits))
            if hits:
                yield fields(Value(hits[0].sql, hits[0].type), parts[length:], node)

    def _missing(self, node: exp.Expr, parts: list[str]) -> Exception:
        known = {column.name.lower() for column in self.all() if column.name}
        if len(parts) > 1 and any(column.name.lower() == parts[-1].lower() for column in self.merged):
            return wrong(
                f"There is no column {'.'.join(parts)}",
                node,
                f"USING made one column of both: write {parts[-1]} alone.",
            )
        if len(parts) == 1 and parts[0].lower() in self.aliases:
            hint = "It names a column that comes out: write its expression again, or put a subquery around it."
            return wrong(f"There is no column {parts[0]}", node, hint)
        hint = (
            suggestion(parts[-1], known, "column")
            if known
            else "`lakectl tables show NAME` lists the columns of a table."
        )
        return wrong(f"There is no column {'.'.join(parts)}", node, hint)


def _fits(column: Column, qualifier: list[str], name: str) -> bool:
    if column.name.lower() != name.lower():
        return False
    match [part.lower() for part in qualifier]:
        case []:
            return True
        case [relation]:
            return column.relation.lower() == relation
        case [database, relation] | [_, database, relation]:
            return column.relation.lower() == relation and column.database == database
    return False


def _tell_apart(hits: list[Column]) -> str:
    names = [f"{column.relation}.{column.name}" for column in hits if column.relation]
    return (
        f"Write {' or '.join(dict.fromkeys(names))}." if names else "Give the relations names, and write them in front."
    )


def fields(value: Value, names: list[str], node: exp.Expr) -> Value:
    """The field of a row, of a row in it, and so on."""
    for name in names:
        if value.type.base != "row":
            raise wrong(f"{value.type} has no field {name}", node)
        keys = row_keys(value.type)
        places = [place for place, field in enumerate(value.type.names) if field.lower() == name.lower()]
        if not places:
            raise wrong(f"The row has no field {name}", node, f"It has: {', '.join(filter(None, value.type.names))}.")
        value = Value(f"struct_extract({value.sql}, {text(keys[places[0]])})", value.type.of[places[0]])
    return value
