"""Asking: query and queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from lakectl.cli import output
from lakectl.cli.frame import DATA_FORMATS, Session, command
from lakectl.errors import UsageError

app = typer.Typer()


@command(app, "query", section="Ask", formats=DATA_FORMATS)
def query(
    session: Session,
    text: Annotated[str, typer.Argument(metavar="NAME|SQL", help="A query's name, or SQL in Athena's dialect.")],
    parameters: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter's value; repeatable.")
    ] = None,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="Print what would run, and run nothing.")] = False,
    dialect: Annotated[
        Literal["athena", "duckdb"] | None,
        typer.Option("--dialect", help="The dialect of --show-sql, by default the target's."),
    ] = None,
    output_file: Annotated[
        Path | None, typer.Option("--output-file", metavar="FILE", help="Write into a file, in the format of its name.")
    ] = None,
) -> None:
    """Ask the tables, by a query's name or in SQL.

    `lakectl queries` lists the names. In SQL, :name is a parameter, and only queries are run.
    """
    from lakectl.cli import answer

    values = _values(parameters or ())
    if show_sql:
        answer.show_sql(session, text, values, dialect)
    else:
        answer.give(session, text, values, output_file)


@command(app, "queries", section="Ask")
def queries(session: Session) -> None:
    """List the named queries and the parameters that they take."""
    from lakectl.cli import answer, render

    named = list(answer.named_queries(session.config).values())
    if session.json:
        output.write_json([answer.described(query) for query in named])
        return
    rows = [(query.name, query.title, answer.signature(query.parameters)) for query in named]
    render.table(rows, ("query", "title", "parameters"))


def _values(given: Sequence[str]) -> dict[str, str]:
    """`-p name=value` as a dictionary. Raises UsageError."""
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            raise UsageError(f"-p {name} is no parameter", "Write -p NAME=VALUE.")
    return {name.strip(): value for name, _, value in pairs}
