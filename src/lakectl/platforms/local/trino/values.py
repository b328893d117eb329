"""What an expression becomes: its text in DuckDB's SQL and its type in Trino; and the refusals on the way there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from lakectl.asking.statement import QueryError, place
from lakectl.platforms.local.trino.types import Type

ELSEWHERE = "It may run with -t aws."


@dataclass(frozen=True)
class Value:
    """An expression. `literal`: the text or number of a constant, where the query writes one there."""

    sql: str
    type: Type
    literal: str | None = None


def where(node: exp.Expr) -> str:
    """` at line 1, column 8`: the first place inside the node that is known, or nothing."""
    known = [found for found in node.walk() if "line" in found.meta and "start" in found.meta]
    return place(min(known, key=lambda found: int(found.meta["start"]))) if known else ""


def wrong(message: str, node: exp.Expr, hint: str = "") -> QueryError:
    """The error for what Athena refuses, too."""
    return QueryError(f"{message}{where(node)}.", hint)


def unsupported(message: str, node: exp.Expr, hint: str = ELSEWHERE) -> QueryError:
    """The error for what Athena may take, and this target does not."""
    return QueryError(f"The local engine {message}{where(node)}.", hint)


def no_marks(node: exp.Expr) -> QueryError:
    """The error for `?`."""
    return wrong(
        "A query takes its values by name here, not as ?", node, "Write :name, and give it with -p name=VALUE."
    )


def quoted(name: str) -> str:
    """The name, as DuckDB wants it in quotes."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """The value as a string literal of DuckDB."""
    return "'" + value.replace("'", "''") + "'"
