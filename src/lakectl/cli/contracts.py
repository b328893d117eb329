"""Contracts: what a dataset is, and the SQL that its rules become."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from lakectl.cli import output
from lakectl.cli.frame import Session, command, group

app = group("What a dataset is: columns, types, rules.")


@command(app, "list")
def list_contracts(session: Session) -> None:
    """List the contracts in force."""
    from lakectl.operations.contracts import contract_json
    from lakehouse.contracts.load import PACKAGED, load_contracts

    contracts = load_contracts([PACKAGED, session.config.contracts])
    found = [contract_json(contract) for contract in contracts.values()]
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    rows = [{**contract, "columns": len(contract["columns"])} for contract in found]
    render.records(rows, ("dataset", "version", "columns", "primary_key", "partition_by", "description"))


@command(app, "show")
def show_contract(
    session: Session,
    dataset: Annotated[str, typer.Argument(metavar="DATASET")],
    sql: Annotated[bool, typer.Option("--sql", help="The SQL that the jobs run, instead.")] = False,
    dialect: Annotated[Literal["duckdb", "spark"], typer.Option("--dialect", help="Of the SQL.")] = "duckdb",
) -> None:
    """Show a dataset's columns and rules, or the SQL that they become."""
    from lakectl.operations import contracts

    contract = contracts.find_contract(session.config.contracts, dataset)
    if sql:
        statements = contracts.statements(contract, dialect)
        output.write_json(statements) if session.json else output.write(contracts.script(statements))
        return
    found = contracts.contract_json(contract)
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.fields({name: value for name, value in found.items() if name != "columns"})
    render.records(found["columns"], ("name", "type", "required", "rules", "aliases"))
