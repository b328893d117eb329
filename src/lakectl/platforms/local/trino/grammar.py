"""Reads Trino's SQL strictly: sqlglot's parser of it, without what other dialects brought along.

Functions stay as they are written, by name, so that `nvl` is not quietly read as `coalesce`; the tables of functions
say which there are.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError
from sqlglot.parsers.trino import TrinoParser

from lakectl.asking.statement import unreadable
from lakectl.platforms.local.trino.values import wrong


def _literal(self: TrinoParser, this: exp.Expr, to: exp.Expr) -> exp.Expr:
    del self
    cast = exp.Cast(this=this, to=to)
    cast.meta["literal"] = True
    return cast


_KEPT = (
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "TRIM",
    "POSITION",
    "SUBSTRING",
    "LISTAGG",
    "NORMALIZE",
    "JSON_VALUE",
    "JSON_OBJECT",
)


class Strict(Trino):
    """Trino's dialect with functions unread and no operators of others."""

    INDEX_OFFSET = 0  # subscripts stay as they are written

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: parser for name, parser in TrinoParser.FUNCTION_PARSERS.items() if name in _KEPT
        }
        TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = dict.fromkeys(
            (
                exp.DType.DATE,
                exp.DType.TIMESTAMP,
                exp.DType.TIMESTAMPTZ,
                exp.DType.TIME,
                exp.DType.DECIMAL,
                exp.DType.DOUBLE,
                exp.DType.FLOAT,
                exp.DType.BIGINT,
                exp.DType.INT,
                exp.DType.SMALLINT,
                exp.DType.TINYINT,
                exp.DType.VARCHAR,
                exp.DType.CHAR,
                exp.DType.JSON,
                exp.DType.BOOLEAN,
            ),
            _literal,
        )


# https://trino.io/docs/435/language/reserved.html
_RESERVED = frozenset({
    "alter", "and", "as", "between", "by", "case", "cast", "constraint", "create", "cross", "cube",
    "current_catalog", "current_date", "current_path", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "deallocate", "delete", "describe", "distinct", "drop", "else", "end",
    "escape", "except", "execute", "exists", "extract", "false", "for", "from", "full", "group", "grouping",
    "having", "in", "inner", "insert", "intersect", "into", "is", "join", "json_array", "json_exists", "json_object",
    "json_query", "json_table", "json_value", "left", "like", "listagg", "localtime", "localtimestamp", "natural",
    "normalize", "not", "null", "on", "or", "order", "outer", "prepare", "recursive", "right", "rollup", "select",
    "skip", "table", "then", "trim", "true", "uescape", "union", "unnest", "using", "values", "when", "where",
    "with",
})  # fmt: skip


def read(sql: str) -> exp.Query:
    """The tree of a query that `lakectl.asking.statement.parse` has let through. Raises QueryError."""
    try:
        (tree,) = [tree for tree in Strict().parse(sql) if tree is not None]
    except ParseError as error:
        raise unreadable(error) from None
    for name in tree.find_all(exp.Identifier):
        if not name.args.get("quoted") and name.name.lower() in _RESERVED:
            raise wrong(
                f"{name.name} is a word of the language, and no name", name, f'Write it in quotes: "{name.name}".'
            )
    return exp.select("*").from_(tree) if isinstance(tree, exp.Values) else tree  # type: ignore[return-value]
