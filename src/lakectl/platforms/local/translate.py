"""Athena's SQL -> DuckDB's, by sqlglot, plus what sqlglot leaves different: each in a small step of its own.

A step gets the whole tree and returns it. Steps come in two kinds: names (tables, columns without one) and meaning
(functions whose DuckDB namesake answers otherwise). tests/trino/ holds both engines to the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError
from sqlglot.optimizer.scope import traverse_scope

from lakectl.operations.statement import QueryError, Statement
from lakehouse.layout import DATABASE

Step = Callable[[exp.Query], exp.Query]


def to_duckdb(statement: Statement, pretty: bool = False) -> str:
    """The statement in DuckDB's SQL, parameters as `$name`. Raises QueryError for what has no counterpart."""
    tree = cast(exp.Query, statement.tree.copy())
    for step in STEPS:
        tree = step(tree)
    try:
        return tree.sql("duckdb", pretty=pretty, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise QueryError(f"The local engine cannot run this: {error}.", "It may run with -t aws.") from None


def qualify_tables(tree: exp.Query) -> exp.Query:
    """`orders` and `awsdatacatalog.ecom_catalog.orders` alike become `ecom_catalog.orders`, so that a WITH may be named orders."""
    for scope in traverse_scope(tree):
        for source in list(scope.sources.values()):
            if isinstance(source, exp.Table):
                source.set("catalog", None)
                source.set("db", exp.to_identifier(DATABASE))
    return tree


def name_columns(tree: exp.Query) -> exp.Query:
    """A column without a name is `_col0`, `_col1`... by its position, as Athena calls it."""
    select = tree
    while not isinstance(select, exp.Select):
        select = cast(exp.Query, select.this)
    for position, column in enumerate(list(select.expressions)):
        if not column.output_name and not column.is_star:
            column.replace(exp.alias_(column.copy(), f"_col{position}"))
    return tree


STEPS: tuple[Step, ...] = (qualify_tables, name_columns)
