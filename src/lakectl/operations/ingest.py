"""Puts files into the inbox, in the order given, and loads them. What is loaded already is not even copied.

Where the workflow runs elsewhere, the files are converted here first: a workbook becomes CSVs in a second on the
machine that has it, and the workflow finds the work done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lakectl.errors import UsageError
from lakectl.operations.progress import Progress
from lakectl.operations.result import Execution
from lakectl.operations.run import check, follow
from lakectl.operations.status import new_name
from lakectl.ports import Platform
from lakehouse import inbox, intake, outcomes
from lakehouse.convert.formats import FORMATS
from lakehouse.outcomes import UploadOutcome
from lakehouse.storage import file_sha256

_AT_ONCE = 16  # files on their way into the lake: on S3 each waits for some small requests
_SMALL = 2**20  # bytes; of larger files one is converted at a time, since that takes many times their size


def ingest(platform: Platform, paths: Sequence[Path], progress: Progress) -> Execution:
    """Loads files, and the files of folders by name, in the order given. The files themselves are left as they are.

    Before anything is done it raises UsageError when a path is not there, or ContractError (see `run.check`).
    """
    files = expand(paths)
    check(platform)
    name = new_name(dt.datetime.now(dt.UTC))
    needless = bring(platform, name, files)
    skipped = {f"0-{number:04}": outcome for number, outcome in enumerate(needless, 1) if outcome}
    outcomes.record_uploads(platform.lake.storage, name, skipped)
    if platform.converts_here:
        _convert(platform, name, [path for path, outcome in zip(files, needless, strict=True) if not outcome])
    return follow(platform, name, "ingest", None, progress)


def bring(
    platform: Platform, execution: str, files: Sequence[Path], at_once: int = _AT_ONCE
) -> list[UploadOutcome | None]:
    """Puts files into the inbox; for each that is loaded already, says why it is not needed."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda numbered: _bring(platform, execution, *numbered), enumerate(files, 1)))


def expand(paths: Sequence[Path]) -> list[Path]:
    """The files that the paths mean; a folder means its workbooks and CSVs, by name. Raises UsageError."""
    if missing := [str(path) for path in paths if not path.exists()]:
        raise UsageError(
            f"{', '.join(missing)}: no such file or folder", "Nothing was loaded; correct it and try again."
        )
    files = [file for path in paths for file in ([path] if path.is_file() else _inside(path))]
    if not files:
        raise UsageError(f"{', '.join(map(str, paths))}: no workbook or CSV in there", "Nothing was loaded.")
    return files


def _convert(platform: Platform, execution: str, files: Sequence[Path]) -> None:
    """Converts files that were brought. Of equal ones, the first is converted before the others are looked at."""
    alike: dict[str, list[tuple[Path, inbox.Upload]]] = {}
    for path, upload in zip(files, inbox.brought(platform.lake, execution), strict=True):
        alike.setdefault(file_sha256(path), []).append((path, upload))

    def take_in(equal: list[tuple[Path, inbox.Upload]]) -> None:
        for path, upload in equal:
            intake.take_in(platform.lake, execution, upload, path)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(take_in, (equal for equal in alike.values() if equal[0][1].size <= _SMALL)))
    for equal in alike.values():
        if equal[0][1].size > _SMALL:
            take_in(equal)


def _inside(folder: Path) -> list[Path]:
    """By suffix, since other things lie in folders, too; a file that is named itself is taken whatever it is."""
    files = (path for path in folder.rglob("*") if path.is_file() and inbox.is_upload(path.name))
    return sorted(path for path in files if path.name.lower().endswith(tuple(FORMATS)))


def _bring(platform: Platform, execution: str, number: int, path: Path) -> UploadOutcome | None:
    """Puts a file into the inbox, unless its content is loaded already: then returns why it is not needed."""
    storage = platform.lake.storage
    record = intake.conversion(platform.lake, file_sha256(path))
    if record and (reason := intake.loaded_before(platform.lake, record)):
        outcome = UploadOutcome(path.name, "skipped", reason, sha256=record["sha256"])
        intake.remember_skip(platform.lake, outcome, execution)
        return outcome
    storage.upload(path, inbox.staged(execution, number, path.name))
    return None
