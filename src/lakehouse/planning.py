"""What an execution does to each dataset: the levels, what is pending, what may run, and what is marked afterwards.

A dataset runs when raw CSVs without a marker are in `raw/`, or when rows of it wait for a parent whose table has
changed since they were last tried. Both are states of the lake, not of an execution, so it does not matter which run
loaded the parent, or where that run broke. A dataset is blocked while a parent of it failed. What it is to read is
written into a manifest, and nothing else is read, so files that arrive during a job are the next round's.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from lakehouse import layout, raw, waiting
from lakehouse.contracts.load import levels
from lakehouse.etl.delta_log import newest_version
from lakehouse.etl.tables import dataset_table, schema_changes
from lakehouse.lake import Lake
from lakehouse.markers import Marker
from lakehouse.raw import RawFile
from lakehouse.repair import repair

# These have a job script of their own; any other dataset runs in the general one.
OWN_JOBS = {"products", "orders", "order_items"}


@dataclass(frozen=True)
class Check:
    """What is to happen to a dataset: `run`, `archive` (only files left over by a crash), `skip` or `blocked`."""

    action: str
    reason: str = ""
    manifest: str = ""
    files: int = 0


def refuse_contradictions(lake: Lake) -> None:
    """Holds every contract against the table it has. Raises ContractError, with the column and the way out."""
    for contract in lake.contracts.values():
        if table := lake.catalog.get(contract.dataset):
            spec = dataset_table(contract, table.location)
            schema_changes(spec, dict(table.columns), table.partition_columns, table.key)


def plan(lake: Lake) -> list[dict[str, list[dict[str, str]]]]:
    """The datasets in levels by foreign key: `[{"datasets": [{"dataset": ..., "job": ...}]}, ...]`.

    What a power cut has taken from a table is brought back first. Raises LakehouseError.
    """
    repair(lake)
    refuse_contradictions(lake)
    return [
        {"datasets": [{"dataset": name, "job": job_name(name)} for name in level]} for level in levels(lake.contracts)
    ]


def job_name(dataset: str) -> str:
    """The Glue job that loads a dataset."""
    return f"etl_{dataset}" if dataset in OWN_JOBS else "etl_dataset"


def check(lake: Lake, dataset: str, execution: str, round_: int, results: Iterable[Mapping[str, Any]]) -> Check:
    """Decides what happens to a dataset, given what this execution's earlier datasets came to."""
    done = {result["dataset"]: result["status"] for result in results}
    parents = {key.parent for key in lake.contracts[dataset].foreign_keys} - {dataset}
    if broken := sorted(name for name in parents if done.get(name) in {"failed", "blocked"}):
        return Check("blocked", f"{', '.join(broken)} did not load, and {dataset} refers to it")
    pending, loaded = split(lake, dataset)
    versions = {name: newest_version(lake.storage, layout.table(name)) for name in sorted(parents)}
    waits = waiting.tell(lake.storage, dataset).may_pass(versions)
    if not pending and not loaded and not waits:
        return Check("skip", "nothing new")
    content = {
        "dataset": dataset,
        "execution": execution,
        "files": [asdict(file) for file in pending],
        "loaded": [asdict(file) for file in loaded],
        "retry_waiting": waits,
        "parents": versions,
    }
    key = layout.execution(execution, f"{dataset}.{round_:03}.manifest.json")
    lake.storage.write(key, json.dumps(content).encode())
    return Check("run" if pending or waits else "archive", "", key, len(pending))


def split(lake: Lake, dataset: str) -> tuple[list[RawFile], list[RawFile]]:
    """The raw CSVs that are not loaded yet, and those that are but still are in `raw/` since a run broke.

    The sheets of an upload are read together or not at all, since the table does not keep the position of a row's
    sheet: where a run broke between their markers, which sheet comes later is known only if all of them are read.
    """
    known = lake.markers.known(dataset)
    files = raw.lying(lake.storage, dataset)
    halves = {file.source_file for file in files if file.id not in known}
    return (
        [file for file in files if file.source_file in halves],
        [file for file in files if file.source_file not in halves],
    )


def mark(lake: Lake, manifest_key: str, result_key: str) -> dict[str, Any]:
    """Remembers that a job's files are loaded; returns the job's counts. Called only after the job has committed.

    The rows that wait are remembered first: where it breaks before the markers, the files are read and counted again.
    """
    manifest = json.loads(lake.storage.read(manifest_key))
    result: dict[str, Any] = json.loads(lake.storage.read(result_key))
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    files = (RawFile(**fields) for fields in manifest["files"])
    told = waiting.Waiting(result["waiting"], manifest["parents"], result["table_version"])
    waiting.remember(lake.storage, manifest["dataset"], told)
    lake.markers.put([_marker(file, manifest["execution"], when, result["table_version"]) for file in files])
    return result


def _marker(file: RawFile, execution: str, when: str, version: int) -> Marker:
    return Marker(
        dataset=file.dataset,
        id=file.id,
        key=file.key,
        source_file=file.source_file,
        sheet=file.sheet,
        sha256=file.upload_sha256,
        status="processed",
        reason=f"loaded by execution {execution}",
        execution=execution,
        marked_at=when,
        table_version=str(version),
    )


def pending_files(lake: Lake, datasets: Iterable[str]) -> list[RawFile]:
    """Every raw CSV of these datasets that is not loaded yet."""
    return [file for name in datasets for file in split(lake, name)[0]]
