"""Athena's SQL -> DuckDB's, by sqlglot, plus what sqlglot leaves different.

A rule rewrites one kind of node, children before parents; the rules are grouped by what they are about:
`translate_types` keeps the type of a value where DuckDB would change it, `translate_functions` has the functions whose
DuckDB namesake is missing or answers otherwise, `translate_unnest` the arrays and maps that become rows. This file has
what concerns the whole statement: the names of tables and columns. tests/trino/ holds both engines to the same rows.
"""

from __future__ import annotations

from collections.abc import Set
from typing import cast

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError
from sqlglot.optimizer.scope import traverse_scope

from lakectl.asking.statement import QueryError, Statement
from lakectl.platforms.local.translate_functions import FUNCTIONS, NAMED
from lakectl.platforms.local.translate_types import TYPES
from lakectl.platforms.local.translate_unnest import unnest
from lakehouse.layout import DATABASE

_RULES = {**FUNCTIONS, **TYPES}


def to_duckdb(statement: Statement, map_columns: Set[str] = frozenset(), pretty: bool = False) -> str:
    """The statement in DuckDB's SQL, parameters as `$name`.

    `map_columns`: the columns of its tables that are maps, in lower case; only types tell a map from an array.
    Raises QueryError for what has no counterpart.
    """
    tree = statement.tree.copy()
    _name_columns(tree)
    _qualify_tables(tree)
    for node in reversed(list(tree.walk(bfs=False))):
        if isinstance(node, (exp.Unnest, exp.ArraySize)):
            unnest(node, map_columns)
        elif (better := _rewritten(node)) is not node:
            node.replace(better)
    try:
        return tree.sql("duckdb", pretty=pretty, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise QueryError(f"The local engine cannot run this: {error}.", "It may run with -t aws.") from None


def _rewritten(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous):
        rule = NAMED.get(node.name.lower())
        return rule(*node.expressions) if rule else node
    rewrite = _RULES.get(type(node))
    return rewrite(node) if rewrite else node


def _qualify_tables(tree: exp.Query) -> None:
    """`orders` and `awsdatacatalog.ecom_catalog.orders` alike are `ecom_catalog.orders`: a WITH may be named orders."""
    for scope in traverse_scope(tree):
        for source in list(scope.sources.values()):
            if isinstance(source, exp.Table):
                source.set("catalog", None)
                source.set("db", exp.to_identifier(DATABASE))


def _name_columns(tree: exp.Query) -> None:
    """A column without a name is `_col0`, `_col1`... by its position, as Athena calls it."""
    select = tree
    while not isinstance(select, exp.Select):
        select = cast(exp.Query, select.this)
    for position, column in enumerate(list(select.expressions)):
        if not column.is_star and not isinstance(column, (exp.Alias, exp.Column, exp.Dot)):
            column.replace(exp.alias_(column.copy(), f"_col{position}"))
