"""Contracts: what a dataset is, and the SQL that its rules become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group
from lakectl.errors import NoProject

if TYPE_CHECKING:
    from lakectl.drafting.draft import KnownValues
    from lakectl.operations.draft import Drafted, Outcome
    from lakehouse.contracts.model import Contract

app = group("What a dataset is: columns, types, rules.")


@command(app, "list")
def list_contracts(session: Session) -> None:
    """List the contracts in force."""
    from lakectl.operations.contracts import list_contracts as operation

    found = [asdict(contract) for contract in operation(session.config.contracts)]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    rows = [{**contract, "columns": len(contract["columns"])} for contract in found]
    render.records(rows, ("dataset", "version", "columns", "primary_key", "partition_by", "foreign_keys"))


@command(app, "show")
def show_contract(
    session: Session,
    dataset: Annotated[str, typer.Argument(metavar="DATASET")],
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL that the jobs run.")] = False,
    dialect: Annotated[Literal["duckdb", "spark"], typer.Option("--dialect", help="The dialect of --sql.")] = "duckdb",
) -> None:
    """Show a dataset's columns and rules, or the SQL that they become."""
    from lakectl.operations import contracts

    contract = contracts.find_contract(session.config.contracts, dataset)
    if sql:
        _show_sql(session, contracts.sql_of(contract, dialect))
        return
    found = asdict(contracts.described(contract))
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.fields({name: value for name, value in found.items() if name != "columns"})
    render.lines([""])
    render.records(found["columns"], ("name", "type", "required", "rules", "aliases"))


def _show_sql(session: Session, statements: Mapping[str, str]) -> None:
    if session.json:
        output.write_json(statements)
    else:
        output.write("\n".join(f"-- {name}\n{text};\n" for name, text in statements.items()))


@command(app, "draft", writes=(".yaml", ".yml"))
def draft_contract(
    session: Session,
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Workbooks or CSV files of the new dataset.")],
    name: Annotated[str, typer.Option("--name", "-n", metavar="NAME", help="The dataset's name.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", "-s", metavar="NAME", help="Only the sheets of that name.")] = "",
    rejects: Annotated[
        float, typer.Option("--allow-rejects", min=0, max=50, metavar="PCT", help="Percent of rows that may be wrong.")
    ] = 0,
) -> None:
    """Draft a contract from workbooks or CSV files.

    Names, types, keys and references come from all rows of the files; comments say what was seen. It is printed, or
    written with -o FILE.yaml, but never over a file that is there. With -o FOLDER each kind of table gets a file.
    """
    from lakectl.operations import draft

    known, values_of = _surroundings(session)
    outcome = draft.draft_contracts(files, known, values_of, name=name, sheet=sheet, tolerated=rejects / 100)
    if session.file and session.file != Path("-"):
        outcome = draft.write_contracts(outcome, session.file)
    _tell_drafts(session, outcome)


def _surroundings(session: Session) -> tuple[Mapping[str, Contract], KnownValues]:
    """The datasets that a draft may refer to, and how to get a column's values; outside a project the packaged ones."""
    from lakectl.operations import contracts, draft

    try:
        config = session.config
    except NoProject:
        if session.start != Path():
            raise
        return contracts.contracts_in_force(None), lambda *_: None
    known = contracts.contracts_in_force(config.contracts)
    if config.target != "local":  # there a question costs money and takes seconds
        return known, lambda *_: None
    return known, partial(draft.table_values, session.platform)


def _tell_drafts(session: Session, outcome: Outcome) -> None:
    from lakectl.cli import render

    for note in outcome.notes:
        render.say(f"Note: {note}.")
    for draft in outcome.drafts:
        if draft.file:
            render.say(f"Wrote {draft.file}: {draft.dataset}, {draft.columns} columns, key {', '.join(draft.key)}.")
    if session.json:
        output.write_json([_draft_json(draft) for draft in outcome.drafts])
    elif outcome.drafts[0].file is None:
        output.write("---\n".join(draft.contract for draft in outcome.drafts))


def _draft_json(draft: Drafted) -> dict[str, Any]:
    return {**vars(draft), "file": str(draft.file) if draft.file else None}
