"""Contracts as people and programs read them, and the SQL that the jobs make of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lakectl.errors import UsageError
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import Column, Contract
from lakehouse.etl.tables import hive_type


@dataclass(frozen=True)
class ColumnLine:
    """A column: its type as the table has it, and its rules in words."""

    name: str
    type: str
    required: bool
    rules: tuple[str, ...]
    aliases: tuple[str, ...]
    description: str


@dataclass(frozen=True)
class ContractLine:
    """A dataset. `foreign_keys` are written `column -> parent.column`."""

    dataset: str
    version: str
    description: str
    primary_key: tuple[str, ...]
    partition_by: str
    latest_by: tuple[str, ...]
    foreign_keys: tuple[str, ...]
    columns: tuple[ColumnLine, ...]


def contracts_in_force(folder: Path | None) -> dict[str, Contract]:
    """The packaged contracts, and the project's own in `folder`, which win. Raises ContractError."""
    return load_contracts([PACKAGED, *([folder] if folder and folder.is_dir() else [])])


def list_contracts(folder: Path) -> list[ContractLine]:
    """All contracts in force. Raises ContractError."""
    return [described(contract) for contract in contracts_in_force(folder).values()]


def find_contract(folder: Path, dataset: str) -> Contract:
    """The contract of a dataset. Raises ContractError, UsageError."""
    contracts = contracts_in_force(folder)
    if dataset not in contracts:
        near = difflib.get_close_matches(dataset, contracts, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(contracts)}."
        raise UsageError(f"there is no contract for {dataset!r}", hint)
    return contracts[dataset]


def sql_of(contract: Contract, dialect: Literal["duckdb", "spark"]) -> Mapping[str, str]:
    """The statements that the jobs run for a dataset, by name, in their order."""
    from lakehouse.etl import rejects
    from lakehouse.etl.statements import statements

    waits = bool(contract.foreign_keys)  # else nothing of it ever waits for a parent
    trees = {
        **({"retried": rejects.retried(contract)} if waits else {}),
        "raw": rejects.raw(contract, with_retried=waits),
        **statements(contract, with_retried=waits),
        "reject_changes": rejects.reject_changes(contract),
        "waiting": rejects.waiting(contract),
    }
    return {name: tree.sql(dialect, pretty=True) for name, tree in trees.items()}


def described(contract: Contract) -> ContractLine:
    """A contract in words."""
    return ContractLine(
        dataset=contract.dataset,
        version=contract.version,
        description=contract.description,
        primary_key=contract.primary_key,
        partition_by=contract.partition_by,
        latest_by=contract.latest_by,
        foreign_keys=tuple(
            f"{', '.join(key.columns)} -> {key.parent}.{', '.join(key.parent_columns)}" for key in contract.foreign_keys
        ),
        columns=tuple(_column(contract, column) for column in contract.columns),
    )


def _column(contract: Contract, column: Column) -> ColumnLine:
    required = column.required or column.name in contract.primary_key
    rules = tuple(_rules(column))
    return ColumnLine(column.name, hive_type(column.type), required, rules, column.aliases, column.description)


def _rules(column: Column) -> Iterator[str]:
    limits: dict[str, Any] = {
        "derived from": column.derived_from,
        "at least": column.minimum,
        "at most": column.maximum,
        "length at least": column.min_length,
        "length at most": column.max_length,
        "matches": column.pattern,
        "one of": ", ".join(column.allowed),
    }
    return (f"{words} {limit}" for words, limit in limits.items() if limit)
