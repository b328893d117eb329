"""Contracts: what a dataset is, and the SQL that its rules become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

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
