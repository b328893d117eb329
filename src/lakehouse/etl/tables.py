"""What a Delta table of the lake looks like: columns, types, key and partition by its contract, and how it may grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lakehouse import layout
from lakehouse.contracts.model import LINEAGE, Contract, Type
from lakehouse.errors import ContractError

_LINEAGE_TYPES = {name: "bigint" if name == "_source_row" else "string" for name in LINEAGE}
FAULTS_TYPE = "array<struct<column:string,value:string,rule:string>>"

# Files are skipped by their statistics only for keys whose statistics are exact: Delta cuts a timestamp's to
# milliseconds, and keeps a decimal's or a double's as JSON numbers.
_EXACT_STATISTICS = ("integer", "string", "date")


@dataclass(frozen=True)
class TableSpec:
    """A Delta table: `location` is a path or URI, types are spelled as Hive and Spark spell them (`decimal(12,2)`)."""

    name: str
    location: str
    columns: Mapping[str, str]  # name -> type, in the table's order
    key: tuple[str, ...]
    partition_by: str = ""
    prune_by: str = ""  # the key column by whose file statistics files are skipped; empty: none can be


def hive_type(of: Type) -> str:
    """A column type as the Delta log's readers, Hive and Spark spell it."""
    match of.kind:
        case "integer":
            return "bigint" if of.bits == 64 else "int"
        case "decimal":
            return f"decimal({of.precision},{of.scale})"
        case kind:
            return kind


def dataset_table(contract: Contract, location: str) -> TableSpec:
    """The table of a dataset, at the location: the contract's columns in order, then the lineage."""
    first = contract.column(contract.primary_key[0])
    return TableSpec(
        name=contract.dataset,
        location=location,
        columns={**{column.name: hive_type(column.type) for column in contract.columns}, **_LINEAGE_TYPES},
        key=contract.primary_key,
        partition_by=contract.partition_by,
        prune_by=first.name if first.type.kind in _EXACT_STATISTICS and first.name != contract.partition_by else "",
    )


def rejects_table(location: str) -> TableSpec:
    """The table of refused rows of all datasets, at the location. Rows stay; `resolved_by` says which are history."""
    return TableSpec(
        name=layout.REJECTS_TABLE,
        location=location,
        columns={
            "dataset": "string",
            "source_file": "string",
            "sheet": "string",
            "row": "bigint",
            "faults": FAULTS_TYPE,
            "record": "map<string,string>",
            "execution": "string",
            "rejected_at": "timestamp",
            "waiting": "boolean",
            "position": "int",
            "sheets": "map<string,int>",  # of a row that waits: the positions of its upload's sheets
            "read_as": "map<string,string>",  # of a row that waits: the cells that a setting reads as another text
            "resolved_by": "string",
            "resolved_at": "timestamp",
        },
        key=("dataset", "source_file", "sheet", "row"),
        partition_by="dataset",
        prune_by="source_file",
    )


def schema_changes(
    spec: TableSpec,
    present: Mapping[str, str],
    partitions: tuple[str, ...] | None = None,
    key: tuple[str, ...] = (),
) -> dict[str, str]:
    """The columns, name -> type, that the table at hand (`present`: name -> type) has to gain. Pure.

    `partitions` are the columns it is partitioned by, `key` those of its key, where they are known. Raises
    ContractError, naming the column and the way out, for any change but new nullable columns.
    """
    if key and set(key) != set(spec.key):
        raise ContractError(
            f"{spec.name}: the table's rows are told apart by {_named(key)}, the contract's by {_named(spec.key)}",
            f"Give it its old key again, or move {spec.location} away and load its files again.",
        )
    wanted = (spec.partition_by,) if spec.partition_by else ()
    if partitions is not None and partitions != wanted:
        raise ContractError(
            f"{spec.name}: the table is partitioned by {_named(partitions)}, the contract asks for {_named(wanted)}",
            f"Give it its old partition again, or move {spec.location} away and load its files again.",
        )
    for name, type_ in present.items():
        if name not in spec.columns:
            raise ContractError(
                f"{spec.name}: the contract no longer has the column {name!r} that the table has",
                f"Put {name!r} back into the contract, or move {spec.location} away and load its files again.",
            )
        if spec.columns[name] != type_:
            raise ContractError(
                f"{spec.name}: the column {name!r} is {type_} in the table and {spec.columns[name]} in the contract",
                f"Give {name!r} its old type again, or add a column of another name for the new one.",
            )
    return {name: type_ for name, type_ in spec.columns.items() if name not in present}


def predecessor(spec: TableSpec, name: str) -> str:
    """The column that stands before `name` in the table; empty for the first. A new column takes its place there, so
    that the lineage columns end every row of a table that has grown, too."""
    names = list(spec.columns)
    place = names.index(name)
    return names[place - 1] if place else ""


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(map(repr, columns)) or "nothing"
