"""Puts files into the inbox, in the order given, and loads them. What is loaded already is not even copied.

Where the workflow runs elsewhere, the files are converted here first: a workbook becomes CSVs in a second on the
machine that has it, and the workflow finds the work done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakectl.errors import UsageError
from lakectl.operations.progress import Progress
from lakectl.operations.result import Execution
from lakectl.operations.run import check, follow
from lakectl.operations.status import new_name
from lakectl.ports import Platform
from lakehouse import inbox, intake, layout, outcomes, readings
from lakehouse.contracts.reading import Reading
from lakehouse.convert.formats import FORMATS
from lakehouse.convert.workers import shared
from lakehouse.errors import ContractError, UploadRefused
from lakehouse.outcomes import UploadOutcome
from lakehouse.storage import file_sha256
from lakehouse.unreadable import reading_file

_AT_ONCE = 16  # files on their way into the lake: on S3 each waits for some small requests
_NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what file managers leave, unasked


@dataclass(frozen=True)
class Found:
    """The files that paths mean, in order, and those of folders that are of no kind that is read."""

    files: tuple[Path, ...]
    ignored: tuple[str, ...]


def ingest(platform: Platform, paths: Sequence[Path], progress: Progress, settings: Sequence[str] = ()) -> Execution:
    """Loads files, and the files of folders by name, in the order given. The files themselves are left as they are.

    `settings` are KEY=VALUE and say how to read them. Before anything is done it raises UsageError when a path is not
    there or a setting is none, or ContractError (see `run.check`).
    """
    reading = readings.as_json(read_settings(settings))
    found = expand(paths)
    shared().start()
    check(platform)
    name = new_name(dt.datetime.now(dt.UTC))
    outcomes.record_ignored(platform.lake.storage, name, found.ignored)
    needless = bring(platform, name, found.files, reading=reading)
    told = {f"0-{number:04}": outcome for number, outcome in enumerate(needless, 1) if outcome}
    outcomes.record_uploads(platform.lake.storage, name, told)
    if platform.converts_here:
        brought = [path for path, outcome in zip(found.files, needless, strict=True) if not outcome]
        items = list(zip(inbox.brought(platform.lake, name), brought, strict=True))
        intake.convert_all(platform.lake, name, items)
    return follow(platform, name, "ingest", None, progress)


def read_settings(settings: Sequence[str]) -> Reading:
    """How to read, from KEY=VALUE. Raises UsageError."""
    pairs: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key or key in pairs:
            what = f"{key} is given twice" if key in pairs else f"{setting!r} is not KEY=VALUE"
            raise UsageError(f"--read: {what}", "For example: --read decimalSeparator=,")
        pairs[key] = value
    try:
        return Reading.parse(pairs)
    except ContractError as error:
        raise UsageError(f"--read: {error.message}", error.hint) from None


def bring(
    platform: Platform,
    execution: str,
    files: Sequence[Path],
    at_once: int = _AT_ONCE,
    reading: dict[str, Any] | None = None,
) -> list[UploadOutcome | None]:
    """Puts files into the inbox; for each that is loaded already, or cannot be read, says so."""
    settings = reading or {}
    names = [path.name for path in files]
    inbox.announce(platform.lake, execution, names, settings, dt.datetime.now(dt.UTC))
    with ThreadPoolExecutor(at_once) as pool:
        needless = list(pool.map(lambda each: _bring(platform, execution, settings, *each), enumerate(files, 1)))
    inbox.complete(platform.lake, execution)
    return needless


def expand(paths: Sequence[Path]) -> Found:
    """The files that the paths mean; a folder means its workbooks and CSVs, by name. Raises UsageError."""
    if missing := [str(path) for path in paths if not (path.is_file() or path.is_dir())]:
        raise UsageError(
            f"{', '.join(missing)}: no such file or folder", "Nothing was loaded; correct it and try again."
        )
    files: list[Path] = []
    ignored: list[str] = []
    for path in paths:
        if path.is_dir():
            taken, left = _inside(path)
            files += taken
            ignored += left
        else:
            files.append(path)
    if not files:
        raise UsageError(f"{', '.join(map(str, paths))}: no workbook or CSV in there", "Nothing was loaded.")
    return Found(tuple(files), tuple(ignored))


def _inside(folder: Path) -> tuple[list[Path], list[str]]:
    """By suffix, since other things lie in folders, too; a file that is named itself is taken whatever it is."""
    taken: list[Path] = []
    ignored: list[str] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if inbox.is_upload(path.name) and path.name.lower().endswith(tuple(FORMATS)):
            taken.append(path)
        elif path.name not in _NOBODYS and not path.name.startswith("~$"):
            ignored.append(layout.readable(path.relative_to(folder).as_posix()))
    return taken, ignored


def _bring(
    platform: Platform, execution: str, reading: dict[str, Any], number: int, path: Path
) -> UploadOutcome | None:
    """Puts a file into the inbox, unless its content is loaded already, or it cannot be read: then says so."""
    name = layout.readable(path.name)
    try:
        with reading_file(name):
            sha256 = file_sha256(path)
    except UploadRefused as refusal:
        return intake.unreadable(name, refusal)
    if reason := intake.loaded_before(platform.lake, sha256, reading):
        outcome = UploadOutcome(name, "skipped", reason, sha256=sha256)
        intake.remember_skip(platform.lake, outcome, execution)
        return outcome
    platform.lake.storage.upload(path, inbox.staged(execution, number, name))
    return None
