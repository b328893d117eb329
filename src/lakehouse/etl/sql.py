"""The little that all statements share: how names and texts are written, and how a statement's text becomes a tree.

Statements are written once, as text in Spark's SQL, because a person can read that; sqlglot makes trees of them, and an
engine asks the tree for its own dialect. Nothing from a contract gets into a text but through `name` and `literal`.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return exp.to_identifier(identifier, quoted=True).sql("spark")


def names(identifiers: Iterable[str], of: str = "") -> str:
    """Identifiers, quoted, with commas between; each preceded by the relation `of`, if that is given."""
    return ", ".join(f"{of}.{name(each)}" if of else name(each) for each in identifiers)


def literal(value: str) -> str:
    """A text, quoted and escaped."""
    return exp.Literal.string(value).sql("spark")


def matches(expression: str, pattern: str) -> str:
    r"""The condition that the whole of a text matches: `.` is any character, and `\z` is not before a last newline."""
    whole = rf"(?s)^(?:{pattern})\z"
    return f"{expression} RLIKE {literal(whole)}"


def statement(text: str) -> exp.Expr:
    """The tree of a statement written in Spark's SQL."""
    return sqlglot.parse_one(text, dialect="spark")
