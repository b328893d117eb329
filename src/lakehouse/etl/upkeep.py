"""Upkeep of the tables: small files put together, files that nobody needs any more deleted.

Nobody else may write meanwhile, so it takes the pipeline's lock; where a run has that, the tables wait for the next
time. In Glue its owner is the job's own run, which is how others know whether it is still at work.
"""

from __future__ import annotations

import argparse
import contextlib
import uuid

from lakehouse import layout, lock
from lakehouse.etl.catalog import Table
from lakehouse.etl.engines import Engine
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.tables import TableSpec, dataset_table, rejects_table
from lakehouse.lake import Lake, add_words, open_lake, words_of
from lakehouse.liveness import UPKEEP, alive, glue_owner

WEEK = 168  # hours; Delta refuses less, as a reader may be at work on an older version


def main(argv: list[str]) -> None:
    """Reads `--lake ROOT --engine NAME [--keep-hours N]` and the other words of `lakehouse.lake`. Raises JobFailed."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--keep-hours", type=int, default=WEEK)
    for name in ("JOB_NAME", "JOB_RUN_ID"):
        parser.add_argument(f"--{name}", default="")
    add_words(parser)
    given, _ = parser.parse_known_args(argv)
    lake = open_lake(words_of(given))
    owner = glue_owner(given.JOB_NAME, given.JOB_RUN_ID) if given.JOB_RUN_ID else f"{UPKEEP}{uuid.uuid4().hex}"
    # Glue knows whether its run is still at work; of a process on this machine, the lake does.
    living = contextlib.nullcontext() if given.JOB_RUN_ID else alive(lake.storage.root, owner)
    with living, at_work(open_engine(given.engine)) as engine:
        told = keep_up(lake, engine, owner, given.keep_hours)
    print(told)  # noqa: T201 - a job's log


def keep_up(lake: Lake, engine: Engine, owner: str, keep_hours: int = WEEK) -> str:
    """Keeps up every table of the catalog, and says so; or who writes just now."""
    holder = lake.lock.acquire(lock.PIPELINE, owner)
    if holder != owner:
        return f"{holder} is writing: nothing was done, the next time will do"
    try:
        tables = list(lake.catalog.list())
        for table in tables:
            engine.compact(_spec(lake, table), keep_hours)
    finally:
        lake.lock.release(lock.PIPELINE, owner)
    return f"kept up: {', '.join(table.name for table in tables) or 'no table yet'}"


def _spec(lake: Lake, table: Table) -> TableSpec:
    if table.name == layout.REJECTS_TABLE:
        return rejects_table(table.location)
    contract = lake.contracts.get(table.name)
    if contract is not None:
        return dataset_table(contract, table.location)
    # A table whose contract was taken away is still a table.
    return TableSpec(table.name, table.location, dict(table.columns), key=())
