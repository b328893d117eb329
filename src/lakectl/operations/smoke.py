"""Proves a deployment on its real account, where an emulator cannot: a delivery of sample data, told to the last row.

The manifest of the sample says what a right pipeline makes of it, so nothing here is compared with what the pipeline
says of itself. It loads rows, so it is for a lakehouse that has none; and it costs a little, which is asked before.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakectl.asking.statement import parse
from lakectl.errors import UsageError
from lakectl.operations.doctor import Check
from lakectl.operations.follow import Narrator
from lakectl.operations.ingest import ingest
from lakectl.operations.progress import Progress
from lakectl.operations.sample import generate
from lakectl.operations.status import report
from lakectl.operations.tables import list_tables
from lakectl.ports import ExecutionState, Platform
from lakehouse import layout
from lakehouse.outcomes import COUNTS

COST = "some ten minutes, and about $0.50: twelve short Glue runs, six small queries"
_PATIENCE, _PAUSE = 600, 5  # seconds, for an upload's event to start an execution
_BOOK = b"product_id,department_id,department,product_name\n999001,4,Books,Smoke and mirrors\n"


@dataclass(frozen=True)
class _Smoke:
    platform: Platform
    progress: Progress
    folder: Path
    sleep: Callable[[float], None]


def smoke(platform: Platform, progress: Progress, sleep: Callable[[float], None] = time.sleep) -> Iterator[Check]:
    """One check after the other, each told when it is known. Raises UsageError where the lake holds rows already."""
    if tables := [table.table for table in list_tables(platform) if table.rows]:
        raise UsageError(
            f"the lake holds rows already, in {', '.join(tables)}",
            "Deploy another lakehouse for this, with a prefix and a bucket of its own, and destroy it afterwards.",
        )
    with tempfile.TemporaryDirectory() as folder:
        at_work = _Smoke(platform, progress, Path(folder), sleep)
        for proof in (_loaded, _asked, _skipped, _started_by_an_upload):
            yield from proof(at_work)


def _loaded(at_work: _Smoke) -> Iterator[Check]:
    """A dirty month: every count of every dataset is the manifest's."""
    sample = generate(at_work.folder / "sample", months=1, orders=60, dirty=2, seed=7)
    execution = ingest(at_work.platform, sample.files, at_work.progress)
    told = {dataset.dataset: dataset.to_json() for dataset in execution.datasets}
    for name, expected in sample.expected["datasets"].items():
        hint = f"Look at `lakectl -t aws logs {execution.execution}`."
        yield _check(f"load {name}", _counted(expected), _counted(told.get(name, {})), hint)


def _counted(told: Mapping[str, Any]) -> str:
    """The counts of rows that are not zero, in words."""
    return ", ".join(f"{told[count]} {count}" for count in COUNTS if count != "files" and told.get(count)) or "nothing"


def _asked(at_work: _Smoke) -> Iterator[Check]:
    """Athena finds as many rows as there are."""
    for table in list_tables(at_work.platform):
        answer = at_work.platform.queries.run(parse(f"select count(*) from {table.table}"), {})
        yield _check(f"query {table.table}", table.rows, next(answer.rows)[0], "Does the catalog name the table's log?")


def _skipped(at_work: _Smoke) -> Iterator[Check]:
    """The same files again change nothing."""
    files = sorted(path for path in (at_work.folder / "sample").iterdir() if path.suffix in {".csv", ".xlsx"})
    again = ingest(at_work.platform, files, at_work.progress)
    statuses = {upload.status for upload in again.uploads}
    yield _check(
        "the same again", "skipped", ", ".join(sorted(statuses)), "See `lakectl -t aws markers list --explain`."
    )


def _started_by_an_upload(at_work: _Smoke) -> Iterator[Check]:
    """An upload, without lakectl, starts an execution that loads it."""
    platform, before = at_work.platform, at_work.platform.workflow.newest()
    platform.lake.storage.write(f"{layout.UPLOADS}smoke test + 1.csv", _BOOK)
    state = _next_execution(at_work, before)
    hint = "Does the bucket tell EventBridge of its uploads, and is the rule on?"
    if state is None:
        yield Check("upload starts a run", "fail", f"no execution within {_PATIENCE} s", hint)
        return
    ended = report(platform, platform.workflow.watch(state.name, Narrator(at_work.progress)))
    found = {dataset.dataset: _counted(dataset.to_json()) for dataset in ended.datasets}
    yield _check(
        "upload starts a run",
        "1 read, 1 inserted",
        found.get("products"),
        f"Look at `lakectl -t aws logs {state.name}`.",
    )


def _next_execution(at_work: _Smoke, before: str | None) -> ExecutionState | None:
    for _ in range(_PATIENCE // _PAUSE):
        newest = at_work.platform.workflow.newest()
        if newest and newest != before:
            return at_work.platform.workflow.describe(newest)
        at_work.sleep(_PAUSE)
    return None


def _check(name: str, wanted: Any, found: Any, fix: str) -> Check:
    if wanted == found:
        return Check(name, "ok", f"{found}")
    return Check(name, "fail", f"{found}, where it should be {wanted}", fix)
