"""An ETL job as Glue and a laptop start it: arguments in, a result in the lake out; `loading` does the work."""

from __future__ import annotations

import argparse
import json
from functools import partial

from lakehouse import lock
from lakehouse.errors import JobFailed
from lakehouse.etl.engines import Engine
from lakehouse.etl.live import at_work
from lakehouse.etl.loading import Job, load
from lakehouse.etl.manifest import read_manifest
from lakehouse.lake import add_words, open_lake, words_of


def main(argv: list[str]) -> None:
    """Runs the job that the arguments name (`--dataset NAME`, ...). Raises JobFailed, ContractError, ObjectMissing."""
    given = _arguments(argv)
    lake = open_lake(words_of(given))
    manifest = read_manifest(lake.storage, given.manifest)
    if manifest.dataset != given.dataset:
        raise JobFailed(f"{given.manifest} is for {manifest.dataset}, not for {given.dataset}")
    with at_work(open_engine(given.engine)) as engine:
        hold = partial(lake.lock.held, lock.REJECTS, f"{given.execution}/{given.dataset}")
        job = Job(manifest, lake.contracts, lake.storage, lake.catalog, engine, hold)
        result = load(job)
    lake.storage.write(given.result, json.dumps(result).encode())


def open_engine(name: str) -> Engine:
    """A new engine, `duckdb` or `spark`. Raises JobFailed for another name."""
    if name == "duckdb":
        from lakehouse.etl.engines.duckdb import DuckDBEngine

        return DuckDBEngine()
    if name == "spark":
        from lakehouse.etl.engines.spark import SparkEngine

        return SparkEngine()
    raise JobFailed(f"there is no engine {name!r}", "There are duckdb and spark.")


def _arguments(argv: list[str]) -> argparse.Namespace:
    # Glue adds arguments of its own, and allows no abbreviations.
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--dataset", "--execution", "--manifest", "--result"):
        parser.add_argument(name, required=True)
    add_words(parser)
    parser.add_argument("--engine", default="duckdb")
    return parser.parse_known_args(argv)[0]
