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


def _literal(self: TrinoParser, this: exp.Expr, to: exp.Expr) -> exp.Expr:
    del self
    cast = exp.Cast(this=this, to=to)
    cast.meta["literal"] = True
    return cast


_KEPT = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING", "LISTAGG", "NORMALIZE", "JSON_VALUE")


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


def read(sql: str) -> exp.Query:
    """The tree of a query that `lakectl.asking.statement.parse` has let through. Raises QueryError."""
    try:
        (tree,) = [tree for tree in Strict().parse(sql) if tree is not None]
    except ParseError as error:
        raise unreadable(error) from None
    return exp.select("*").from_(tree) if isinstance(tree, exp.Values) else tree  # type: ignore[return-value]
