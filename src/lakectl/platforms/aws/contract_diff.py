"""What changed between the contracts that are deployed and those to deploy, and what that breaks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict

from lakectl.deploying import Change
from lakehouse.contracts.model import Contract
from lakehouse.errors import ContractError
from lakehouse.etl.catalog import Table
from lakehouse.etl.tables import dataset_table, hive_type, schema_changes

FindTable = Callable[[str], Table | None]


def contract_changes(
    deployed: Mapping[str, Contract], wanted: Mapping[str, Contract], table: FindTable
) -> Iterator[Change]:
    """Dataset by dataset. `table` finds the table that a dataset has already."""
    for dataset in sorted({*deployed, *wanted}):
        before, after = deployed.get(dataset), wanted.get(dataset)
        if after is None:
            yield Change("contract", dataset, "delete", "its table stays, and is loaded no more")
        elif before is None:
            yield Change("contract", dataset, "create", _joined(f"{len(after.columns)} columns", _broken(after, table)))
        elif before != after:
            yield Change("contract", dataset, "update", _joined(*_differences(before, after), _broken(after, table)))


def _differences(before: Contract, after: Contract) -> Iterator[str]:
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    yield from (f"column {name} added ({hive_type(new[name].type)})" for name in new if name not in old)
    yield from (f"column {name} gone" for name in old if name not in new)
    for name in (name for name in new if name in old and old[name] != new[name]):
        was, is_ = hive_type(old[name].type), hive_type(new[name].type)
        yield f"column {name} {was} -> {is_}" if was != is_ else f"rules of {name}"
    was_fields, is_fields = asdict(before), asdict(after)
    yield from (key for key in is_fields if key != "columns" and was_fields[key] != is_fields[key])


def _broken(contract: Contract, table: FindTable) -> str:
    """What a run would refuse: the table at hand cannot follow the contract."""
    present = table(contract.dataset)
    if present is None:
        return ""
    spec = dataset_table(contract, present.location)
    try:
        schema_changes(spec, dict(present.columns), present.partition_columns, present.key)
    except ContractError as error:
        return f"BREAKS {error.message}"
    return ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
