"""What an ETL job does, in an order in which it may break anywhere and be run again.

    read, judge, compare     nothing is written yet
    prove the counts         read = inserted + updated + unchanged + duplicate + stale + rejected, or the job fails
    the dataset's table      one commit; run again, all its rows are unchanged and nothing is written
    rejected_records         one commit, keyed by where a row came from; run again, nothing is written
    the catalog              then it is known what the tables look like

The rules are SQL that a contract compiles to (`statements`, `rejects`); an engine runs it (`engines`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lakehouse import layout
from lakehouse.contracts.model import Contract
from lakehouse.errors import JobFailed
from lakehouse.etl import rejects
from lakehouse.etl.catalog import Catalog, Table
from lakehouse.etl.engines import Engine, Ranges
from lakehouse.etl.manifest import Manifest
from lakehouse.etl.marked import Marked, marked_in
from lakehouse.etl.ranges import coarsened
from lakehouse.etl.sql import literal, statement
from lakehouse.etl.statements import statements
from lakehouse.etl.tables import TableSpec, dataset_table, rejects_table, schema_changes
from lakehouse.storage import Storage

OUTCOMES = ("inserted", "updated", "unchanged", "duplicate", "stale", "rejected")


@dataclass(frozen=True)
class Job:
    """What one job works with. `hold_rejects` is held while `rejected_records`, which all jobs share, is written."""

    manifest: Manifest
    contracts: Mapping[str, Contract]
    storage: Storage
    catalog: Catalog
    engine: Engine
    hold_rejects: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    @property
    def contract(self) -> Contract:
        return self.contracts[self.manifest.dataset]

    @property
    def table(self) -> TableSpec:
        return self.table_of(self.contract)

    @property
    def rejects_table(self) -> TableSpec:
        return rejects_table(self.storage.uri(layout.table(layout.REJECTS_TABLE)))

    def table_of(self, contract: Contract) -> TableSpec:
        return dataset_table(contract, self.storage.uri(layout.table(contract.dataset)))


def load(job: Job) -> dict[str, Any]:
    """Loads what the manifest names and returns the result: the counts, the table's version, the commonest faults.

    Raises JobFailed, ContractError.
    """
    present = job.engine.columns(job.table)
    growth = schema_changes(job.table, present or {})
    queries = statements(job.contract, job.manifest.retry_waiting, _read(job))
    _judge(job, queries)
    _compare(job, queries, is_there=present is not None)
    counts = _proven(job, job.engine.rows(queries["counts"])[0])
    faults = job.engine.rows(queries["faults"]) if counts["rejected"] else []
    _prepare(job.engine, job.table, growth if present is not None else None)
    _write(job, counts, queries["touched"])
    waiting = _write_rejects(job, refused=counts["rejected"] > 0)
    for table in (job.table, job.rejects_table):
        _register(job, table)
    return {
        "dataset": job.manifest.dataset,
        "execution": job.manifest.execution,
        "files": len(job.manifest.files),
        **counts,
        "waiting": waiting,
        "table_version": job.engine.version(job.table),
        "faults": faults,
    }


def _read(job: Job) -> Marked:
    """From raw CSVs, and the rows that wait, to `raw`; returns where cells may be marked in it."""
    engine, contract, files = job.engine, job.contract, job.manifest.files
    engine.read("fresh", files, [column.name for column in contract.source_columns])
    read: list[str] = []
    if job.manifest.retry_waiting:
        engine.scan("rejects", job.rejects_table)
        engine.keep("retried", rejects.retried(contract))
        read = [row["column"] for row in engine.rows(rejects.read_columns())]
    engine.define("raw", rejects.raw(contract, job.manifest.retry_waiting, read))
    return marked_in(contract, files, read)


def _judge(job: Job, queries: Mapping[str, Any]) -> None:
    """From `raw` to `checked`, `refused` and `duplicates`."""
    engine, contract = job.engine, job.contract
    started = literal(job.clock().isoformat(sep=" "))
    execution = f"SELECT {literal(job.manifest.execution)} AS _execution_id"
    engine.keep("execution", statement(f"{execution}, CAST({started} AS TIMESTAMP_LTZ) AS _started_at"))
    for number, key in enumerate(contract.foreign_keys):
        engine.scan(f"parent_{number}", job.table_of(job.contracts[key.parent]))
    for name in ("checked", "refused", "duplicates"):
        engine.keep(name, queries[name])


def _compare(job: Job, queries: Mapping[str, Any], is_there: bool) -> None:
    """From `checked` and the table to `changes`."""
    job.engine.scan("target", job.table, _ranges(job.engine, job.table, queries["key_ranges"]) if is_there else [])
    for name in ("compared", "changes"):
        job.engine.define(name, queries[name])


def _ranges(engine: Engine, table: TableSpec, query: Any) -> Ranges | None:
    """The ranges in which the rows' keys lie; None where files cannot be left out by them."""
    if not table.prune_by:
        return None
    return coarsened([(row["low"], row["high"]) for row in engine.rows(query) if row["low"] is not None])


def _proven(job: Job, counted: Mapping[str, int]) -> dict[str, int]:
    """The counts, `read` first, once they have been shown to add up. Raises JobFailed."""
    counts = {name: int(counted[name]) for name in ("read", *OUTCOMES)}
    if counts["read"] != sum(counts[outcome] for outcome in OUTCOMES):
        raise JobFailed(f"{job.manifest.dataset}: the counts do not add up: {counts}", "Nothing was written.")
    retried = "SELECT COUNT(*) AS retried FROM retried"
    waited = job.engine.rows(statement(retried))[0]["retried"] if job.manifest.retry_waiting else 0
    expected = sum(file.rows for file in job.manifest.files) + waited
    if counts["read"] != expected:
        raise JobFailed(
            f"{job.manifest.dataset}: {counts['read']} rows were read where {expected} were to be",
            "Nothing was written. Was a raw CSV changed by hand? Ingest its upload again.",
        )
    return counts


def _prepare(engine: Engine, table: TableSpec, growth: Mapping[str, str] | None) -> None:
    """Has the table there, with all its columns. `growth` is None where the table is not there."""
    if growth is None:
        engine.create(table)
    elif growth:
        engine.grow(table, growth)


def _write(job: Job, counts: Mapping[str, int], touched: Any) -> None:
    """The dataset's table: one commit, or none where there is nothing to write."""
    if counts["updated"]:
        partitions = [row["_partition_was"] for row in job.engine.rows(touched)]
        job.engine.merge(job.table, "changes", partitions)
    elif counts["inserted"]:
        job.engine.append(job.table, "changes")


def _write_rejects(job: Job, refused: bool) -> int:
    """Brings `rejected_records` up to what `checked` says; returns how many rows of the dataset wait in it."""
    engine, table = job.engine, job.rejects_table
    with job.hold_rejects():
        present = engine.columns(table)
        _prepare(engine, table, None if present is None else schema_changes(table, present))
        if not refused and engine.version(table) == 0:  # created, and never written to
            return 0
        engine.scan("rejects", table, _ranges(engine, table, rejects.source_range()))
        engine.keep("reject_changes", rejects.reject_changes(job.contract))
        written = engine.rows(rejects.outcomes())[0]
        if written["updated"]:
            engine.merge(table, "reject_changes", [job.manifest.dataset])
        elif written["inserted"]:
            engine.append(table, "reject_changes")
        engine.scan("rejects", table)
        return int(engine.rows(rejects.waiting(job.contract))[0]["waiting"])


def _register(job: Job, table: TableSpec) -> None:
    columns = job.engine.columns(table) or {}
    partitions = (table.partition_by,) if table.partition_by else ()
    job.catalog.register(Table(table.name, table.location, tuple(columns.items()), partitions, table.key))
