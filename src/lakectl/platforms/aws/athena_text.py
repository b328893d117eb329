"""Additions to a query's text, which else stays as its author wrote it: written anew, a literal may lose its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from lakectl.asking.statement import DIALECT, Statement, parse
from lakehouse.etl.tables import rejects_table
from lakehouse.layout import REJECTS_TABLE

_OPEN = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSED = (TokenType.R_PAREN, TokenType.R_BRACKET)
# What may follow the columns of a SELECT that has no FROM.
_AFTER = (TokenType.FROM, TokenType.WHERE, TokenType.ORDER_BY, TokenType.LIMIT, TokenType.OFFSET, TokenType.FETCH)


def with_columns(sql: str, columns: Sequence[str]) -> str:
    """The text of a SELECT with more columns behind its own."""
    if not columns:
        return sql
    end, before = len(sql), TokenType.SELECT
    for token in _outer_tokens(sql):
        # `a IS DISTINCT FROM b` ends no list of columns.
        if token.token_type in _AFTER and before != TokenType.DISTINCT:
            end = token.start
            break
        before = token.token_type
    return f"{sql[:end].rstrip()}, {', '.join(columns)} {sql[end:]}"


def with_empty_rejects(statement: Statement) -> Statement:
    """The statement over an empty table of refused rows, in the place of one that the first refused row will make."""
    columns = ", ".join(f'CAST(null AS {_type(type)}) AS "{name}"' for name, type in rejects_table("").columns.items())
    empty = f"{REJECTS_TABLE} AS (SELECT {columns} WHERE false)"
    first, *_ = _outer_tokens(statement.sql)
    if first.token_type == TokenType.WITH:
        return parse(f"{statement.sql[: first.end + 1]} {empty},{statement.sql[first.end + 1 :]}")
    return parse(f"WITH {empty} {statement.sql}")


def _type(of: str) -> str:
    """A type of the Delta log's in Athena's words; a timestamp is an instant."""
    instant = "TIMESTAMP(3) WITH TIME ZONE"
    return instant if of == "timestamp" else exp.DataType.build(of, dialect="hive").sql(DIALECT)


def _outer_tokens(sql: str) -> Iterator[Token]:
    """The tokens that are in no bracket."""
    depth = 0
    for token in sqlglot.tokenize(sql, read=DIALECT):
        depth += (token.token_type in _OPEN) - (token.token_type in _CLOSED)
        if depth == 0 and token.token_type not in _CLOSED:
            yield token
