"""One question in Athena's SQL: read, known to be a question and nothing else, its tables and parameters named.

Both targets ask through this: what is refused here reaches no engine. sqlglot's Trino dialect reads it, since Athena's
queries are Trino's; its Athena dialect adds only DDL, which is refused anyway.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.tokenizer_core import Token, TokenType

from lakectl.asking.errors import QueryError, QueryFailed
from lakectl.asking.parameters import Value, literal, missing_parameter
from lakectl.asking.spelling import check_spelling
from lakehouse.layout import DATABASE

DIALECT = "trino"
CATALOG = "awsdatacatalog"

# sqlglot logs about statements that it passes through unread; those are refused here, with an error of our own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Copy, exp.Drop)
_VALUE_ENDS = (
    TokenType.STRING,
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.R_PAREN,
    TokenType.R_BRACKET,
    TokenType.NUMBER,
)

__all__ = ["QueryError", "QueryFailed", "Statement", "parse"]


@dataclass(frozen=True)
class Statement:
    """One query. `tables`: each once, in lower case; `parameters`: in order of appearance, as often as they appear."""

    sql: str
    tree: exp.Query
    tables: tuple[str, ...]
    parameters: tuple[str, ...]

    def with_literals(self, values: Mapping[str, Value]) -> str:
        """The text, every parameter replaced by a literal; else as it was written. Raises ParameterError."""
        return self.with_texts(self.literals(values))

    def literals(self, values: Mapping[str, Value]) -> list[str]:
        """The literal of each of `parameters`. Raises ParameterError."""
        return [literal(_value(values, name)) for name in self.parameters]

    def with_texts(self, texts: Sequence[str]) -> str:
        """The text, each of `parameters` replaced by the text in the same place of `texts`."""
        pieces, end = [], 0
        for (colon, name), text in zip(_parameter_tokens(self.sql), texts, strict=True):
            pieces += [self.sql[end : colon.start], text]
            end = name.end + 1
        return "".join([*pieces, self.sql[end:]]).strip().rstrip("; \n")


def _value(values: Mapping[str, Value], name: str) -> Value:
    if name not in values:
        raise missing_parameter(name)
    return values[name]


def parse(sql: str) -> Statement:
    """The statement behind the text. Raises QueryError if it cannot be read or is anything but one query."""
    tree = _query(sql)
    tables = [table for table in _tables(tree) if not _is_foreign(table)]
    names = tuple(dict.fromkeys(table.name.lower() for table in tables))
    return Statement(sql, tree, names, tuple(name.text for _, name in _parameter_tokens(sql)))


def _query(sql: str) -> exp.Query:
    try:
        check_spelling(sql)
        trees = [tree for tree in sqlglot.parse(sql, read=DIALECT) if tree is not None]
    except ParseError as error:
        raise unreadable(error) from None
    except TokenError as error:
        raise QueryError(
            f"The SQL cannot be read: {error.__cause__ or error}.", "Line:column is where a quote or comment opens."
        ) from None
    if not trees:
        raise QueryError("There is no SQL to run.", "Give a query, or the name of one: `lakectl queries` lists them.")
    if len(trees) > 1:
        raise QueryError(
            f"There are {len(trees)} statements, and one query can be run at a time.", "Run them one by one."
        )
    return _only_reads(trees[0])


def unreadable(error: ParseError) -> QueryError:
    """The parser's error as ours, at its place."""
    first = error.errors[0]
    text = str(first["highlight"])
    column = int(first["col"]) - len(text) + 1  # sqlglot counts to the end of the token
    return QueryError(
        f"The SQL cannot be read at line {first['line']}, column {column}, near {text!r}.",
        f"{first['description'].partition(' for <')[0].rstrip('.')}. The dialect is Athena's (Trino).",
    )


def _only_reads(tree: exp.Expr) -> exp.Query:
    if isinstance(tree, exp.Values):
        tree = exp.select("*").from_(tree)
    if not isinstance(tree, exp.Query) or tree.find(*_CHANGES):
        raise QueryError(
            "Only queries are run here: SELECT, WITH, VALUES or TABLE.",
            "Tables are written by `lakectl run`; `lakectl tables list` and `tables show NAME` describe them.",
        )
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise QueryError(
                f"Athena has no table function {table.this.sql(DIALECT)}.", "Query a table, or UNNEST an array."
            )
    return tree


def _tables(tree: exp.Query) -> Iterable[exp.Table]:
    """Every table that is not the name of a WITH or an alias."""
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table):
                yield source


def _is_foreign(table: exp.Table) -> bool:
    """True for one of information_schema's. Raises QueryError for a table of another catalog or database."""
    catalog, database = table.catalog.lower(), table.db.lower()
    if is_information(table) and catalog in ("", CATALOG):
        return True
    if catalog not in ("", CATALOG) or database not in ("", DATABASE):
        raise QueryError(
            f"There is no database {'.'.join(part for part in (table.catalog, table.db) if part)}{place(table.this)}.",
            f"Tables are in {DATABASE}; its name may be left out.",
        )
    return False


def is_information(table: exp.Table) -> bool:
    """True for a table of information_schema, which tells of the others."""
    return bool(table.db.lower() == "information_schema")


def place(node: exp.Expr) -> str:
    """` at line 1, column 8`, or nothing where that is not known."""
    meta = node.meta
    return f" at line {meta['line']}, column {meta['col'] - meta['end'] + meta['start']}" if "line" in meta else ""


def suggestion(name: str, names: Iterable[str], kind: str) -> str:
    """`Did you mean x?`, or all there are, or that there are none."""
    known = sorted(names)
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are the {kind}s {', '.join(known)}." if known else f"There are no {kind}s yet."


def _parameter_tokens(sql: str) -> Iterable[tuple[Token, Token]]:
    """The colon and the name of every `:name`; a colon right behind a value, as in JSON_OBJECT('k':v), is none."""
    tokens = sqlglot.tokenize(sql, read=DIALECT)
    for before, colon, name in zip([None, *tokens], tokens, tokens[1:], strict=False):
        touches = before is not None and before.end + 1 == colon.start and before.token_type in _VALUE_ENDS
        if (
            colon.token_type == TokenType.COLON
            and colon.end + 1 == name.start
            and not touches
            and name.text.isidentifier()
        ):
            yield colon, name
