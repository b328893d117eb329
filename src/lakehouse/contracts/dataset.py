"""One contract file becomes a Contract, or a list of everything that is wrong with it.

A file describes one dataset: the ODCS frame (version, status, ...), one schema object, its properties. Here is what
concerns the dataset as a whole: names, key, partition, which row wins, foreign keys. `column.py` reads a single
property, `relations.py` looks across datasets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lakehouse.contracts.column import ELEMENT, Property, custom, read_property
from lakehouse.contracts.model import Contract, ForeignKey, header
from lakehouse.contracts.settings import dataset_reading
from lakehouse.contracts.source import Fields
from lakehouse.layout import REJECTS_TABLE

CONTRACT = (
    *("version", "kind", "apiVersion", "id", "name", "tenant", "tags", "status", "servers", "dataProduct"),
    *("description", "domain", "schema", "support", "price", "team", "roles", "slaDefaultElement", "slaProperties"),
    *("authoritativeDefinitions", "customProperties", "contractCreatedTs"),
)
OBJECT = (
    *(*ELEMENT, "customProperties", "logicalType", "physicalName", "dataGranularityDescription"),
    *("properties", "relationships", "quality"),
)
RELATIONSHIP = ("type", "from", "to", "customProperties")

DEFAULT_LATEST_BY = "order_timestamp"


@dataclass(frozen=True)
class Reference:
    """A foreign key and the relationship that declares it, where complaints about it go."""

    key: ForeignKey
    of: Fields


@dataclass(frozen=True)
class Draft:
    """A contract as far as its own file tells; whether its references hold is known when all files are read."""

    contract: Contract
    of: Fields
    references: tuple[Reference, ...]


def draft(of: Fields) -> Draft | None:
    """The contract in a file, faults noted in `of.problems`. None where the file has not exactly one schema object."""
    _check_frame(of)
    objects = of.items("schema")
    if len(objects) != 1:
        of.fault(f"schema is to hold one dataset, not {len(objects)}", "schema")
        return None
    entity = objects[0].named(objects[0].text("name", required=True))
    entity.only(OBJECT)
    _check_dataset_name(entity)
    properties = [read_property(each, entity.path) for each in entity.items("properties")]
    if not properties:
        entity.fault("has no properties", "properties")
    _check_headers(properties)
    _check_derived(properties)
    references = tuple(_references(entity, properties))
    contract = Contract(
        dataset=entity.path,
        version=of.text("version"),
        columns=tuple(each.column for each in properties),
        primary_key=_primary_key(entity, properties),
        partition_by=_partition_by(properties),
        latest_by=_latest_by(of, entity, properties),
        foreign_keys=tuple(reference.key for reference in references),
        description=entity.text("description") or of.fields("description").text("purpose"),
        reading=dataset_reading([of, entity]),
    )
    return Draft(contract, entity, references)


def is_name(text: str) -> bool:
    """Whether every engine, file system and catalog takes the text as a name, unquoted. A leading _ is for lineage."""
    return re.fullmatch(r"[a-z][a-z0-9_]{0,127}", text) is not None


def _check_frame(of: Fields) -> None:
    of.only(CONTRACT)
    for key in ("version", "id", "status"):
        of.text(key, required=True)
    if of.text("kind", required=True) not in ("", "DataContract"):
        of.fault("should be DataContract", "kind")
    if not re.fullmatch(r"v3\.[01]\.\d+|", of.text("apiVersion", required=True)):
        of.fault(f"'{of.text('apiVersion')}' is not supported; say v3.1.0", "apiVersion")


def _check_dataset_name(entity: Fields) -> None:
    if entity.path and not is_name(entity.path):
        entity.fault("a name starts with a letter a-z and goes on with a-z, 0-9 and _", "name")
    if entity.path == REJECTS_TABLE:
        entity.fault("is the name of lakectl's own table", "name")


def _check_headers(properties: Sequence[Property]) -> None:
    """Names are safe, and every header that is accepted means one column."""
    owners: dict[str, str] = {}
    for each in properties:
        name = each.column.name
        if name and not is_name(name):
            each.of.fault("a name starts with a letter a-z and goes on with a-z, 0-9 and _", "name")
        if header(name) in owners:
            each.of.fault(f"in a header it looks like {owners[header(name)]}, which is a column already", "name")
        owners.setdefault(header(name), name)
    for each in properties:
        for alias in each.column.aliases:
            if not header(alias):
                each.of.fault(f"alias '{alias}' has no letter or digit to tell it by", "customProperties")
            elif owners.setdefault(header(alias), each.column.name) != each.column.name:
                each.of.fault(f"alias '{alias}' already means column {owners[header(alias)]}", "customProperties")


def _check_derived(properties: Sequence[Property]) -> None:
    by_name = {each.column.name: each for each in properties}
    for each in properties:
        column, source = each.column, by_name.get(each.column.derived_from)
        if not column.derived_from:
            continue
        if source is None:
            each.of.fault(f"derivedFrom: there is no column {column.derived_from}", "customProperties")
        elif source.known and source.column.type.kind != "timestamp":
            each.of.fault(f"derivedFrom: {column.derived_from} is no timestamp", "customProperties")
        elif column.required and not source.never_null:
            each.of.fault(f"is required, but {column.derived_from}, which it is derived from, is not", "required")
        if each.known and column.type.kind != "date":
            each.of.fault("derivedFrom: only a date can be derived", "customProperties")
        if {"logicalTypeOptions", "quality"} & set(each.of.names()):
            each.of.fault(f"put the rules on {column.derived_from}: this value is computed", "derivedFrom")


def _primary_key(entity: Fields, properties: Sequence[Property]) -> tuple[str, ...]:
    keys = [each for each in properties if each.of.flag("primaryKey")]
    if properties and not keys:
        entity.fault("has no primaryKey: without one, no row can be told from another", "properties")
    positions = {each.column.name: each.of.count("primaryKeyPosition") for each in keys}
    if any(positions.values()) and sorted(positions.values()) != list(range(1, len(keys) + 1)):
        keys[0].of.fault(f"the key's positions are to be 1 to {len(keys)}, each once", "primaryKeyPosition")
    for each in keys:
        if each.column.derived_from or (each.known and each.column.type.kind == "double"):
            each.of.fault("a key is neither derived nor a double", "primaryKey")
    return tuple(sorted(positions, key=lambda name: positions[name]))


def _partition_by(properties: Sequence[Property]) -> str:
    chosen = [each for each in properties if each.of.flag("partitioned")]
    for extra in chosen[1:]:
        extra.of.fault(f"{chosen[0].column.name} is the partition column already", "partitioned")
    if not chosen:
        return ""
    first = chosen[0]
    # A derived date is empty where its source is.
    sources = [each for each in properties if each.column.name == (first.column.derived_from or first.column.name)]
    if not all(each.never_null for each in sources):
        first.of.fault(
            "a partition column is never empty: make it, or what it is derived from, required", "partitioned"
        )
    if first.known and first.column.type.kind in ("decimal", "double", "timestamp"):
        first.of.fault(f"a {first.column.type.kind} cannot be a partition column", "partitioned")
    return first.column.name


def _latest_by(of: Fields, entity: Fields, properties: Sequence[Property]) -> tuple[str, ...]:
    given = custom(of, "latestBy") + custom(entity, "latestBy")
    names = [each.column.name for each in properties]
    for name in given:
        if name not in names:
            of.fault(f"latestBy: there is no column {name}", "customProperties")
    if len(set(given)) < len(given):
        of.fault("latestBy: names a column twice", "customProperties")
    return given or tuple(name for name in names if name == DEFAULT_LATEST_BY)


def _references(entity: Fields, properties: Sequence[Property]) -> list[Reference]:
    inner = [_reference(each, (owner.column.name,)) for owner in properties for each in owner.of.items("relationships")]
    outer = [_reference(each, _local(each, entity.path)) for each in entity.items("relationships")]
    return [reference for reference in inner + outer if reference]


def _reference(of: Fields, columns: tuple[str, ...]) -> Reference | None:
    of.only(RELATIONSHIP)
    targets = [to.rpartition(".") for to in of.texts("to")]
    parents = {parent for parent, _, _ in targets}
    if len(parents) != 1 or "" in parents:
        of.fault("should be DATASET.COLUMN, or a list of columns of one dataset", "to")
    elif len(targets) != len(columns):
        of.fault(f"{len(columns)} columns cannot refer to {len(targets)}", "to")
    else:
        return Reference(ForeignKey(columns, parents.pop(), tuple(column for _, _, column in targets)), of)
    return None


def _local(of: Fields, dataset: str) -> tuple[str, ...]:
    given = [each.rpartition(".") for each in of.texts("from")]
    if not given or any(owner != dataset for owner, _, _ in given):
        of.fault(f"should be {dataset}.COLUMN, or a list of them", "from")
    return tuple(column for _, _, column in given)
