"""Uploads become raw CSVs: convert what the inbox holds, one CSV per sheet, and remember what became of each upload.

Identity is content (see `conversions`). One upload never stops another: what a file does to its converter, or a file
that cannot be read, refuses that upload only. What is wrong with the lake, the disk or a contract fails the batch.

Where the very process that converts is ended, as Lambda and Glue do, it could not say of which upload. So a batch that
has failed is tried again in a job, upload by upload, which writes down what it is about to convert. If the job is
ended, too, that upload is refused (`blame`), and the job goes on with the rest of the batch.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from lakehouse import conversions, layout, outcomes, readings
from lakehouse.contracts.load import fingerprint
from lakehouse.convert.workers import Converter, ConverterFailed, shared
from lakehouse.errors import LakehouseError, UploadRefused
from lakehouse.inbox import Upload
from lakehouse.lake import Lake
from lakehouse.markers import UPLOADS, Marker, sheet_id
from lakehouse.outcomes import UploadOutcome
from lakehouse.storage import file_sha256
from lakehouse.unreadable import reading_file

_AT_ONCE = 16  # small uploads: on S3 each waits for some requests; of converters there are few, see `workers`
_SMALL = (
    2**20
)  # bytes; of larger files one is converted at a time, by all workers, since that takes many times their size
# An upload, and the file itself where whoever asks has it at hand; else it is brought from the lake.
Item = tuple[Upload, Path | None]
Tell = Callable[[Mapping[str, UploadOutcome]], None]


def convert_batch(
    lake: Lake, execution: str, batch: Mapping[str, Any], *, alone: bool = False, converter: Converter | None = None
) -> None:
    """Converts the uploads of a batch, and reports on each. With `alone`, one by one, and so that `blame` can tell."""
    items: list[Item] = [(upload, None) for upload in _listed(lake, batch)]
    tell = partial(outcomes.record_uploads, lake.storage, execution)
    if not alone:
        convert_all(lake, execution, items, converter, tell)
        return
    for item in items:
        lake.storage.write(_about(execution, batch), item[0].number.encode())
        try:
            convert_all(lake, execution, [item], converter, tell)
        finally:  # whoever gets here is alive: nobody is to blame
            lake.storage.write(_about(execution, batch), b"")


def convert_all(
    lake: Lake, execution: str, items: Sequence[Item], converter: Converter | None = None, tell: Tell = lambda _: None
) -> None:
    """Converts uploads, small ones side by side. Of equal ones, the first is converted before the others are looked at.

    What became of the small ones, and then of each other one, is told as soon as it is known, by their numbers.
    """
    alike: dict[str, list[Item]] = {}
    broken: dict[str, UploadOutcome] = {}
    for item in items:
        try:
            alike.setdefault(_sha256(lake, *item), []).append(item)
        except UploadRefused as refusal:
            broken[item[0].number] = unreadable(item[0].name, refusal)
    tell(broken)
    small = [(sha, equal) for sha, equal in alike.items() if equal[0][0].size <= _SMALL]
    large = [(sha, equal) for sha, equal in alike.items() if equal[0][0].size > _SMALL]
    converter = converter or shared()
    take = partial(_take_in_equal, lake, execution, converter)
    with ThreadPoolExecutor(_AT_ONCE) as pool, _ending(converter):
        told = [each for equal in _in_order(pool, take, small) for each in equal]
        tell(dict(told))
        for equal in large:
            tell(dict(take(equal)))


def blame(lake: Lake, execution: str, batch: Mapping[str, Any], why: str) -> str:
    """Refuses the upload of a batch that a job was about to convert when it was ended; returns its name.

    Raises LakehouseError with the reason where it was about none: then no upload is to blame.
    """
    about = _about(execution, batch)
    number = lake.storage.read(about).decode() if lake.storage.exists(about) else ""
    if not number:
        raise LakehouseError(why)
    upload = next(each for each in _listed(lake, batch) if each.number == number)
    record = conversions.begun(lake, execution, upload, lake.storage.sha256(upload.key))
    reason = f"the job that converted it was ended, and nothing came of it ({why}); split it into several files"
    record = conversions.refused(record, reason)
    conversions.write(lake, record)
    outcomes.record_uploads(lake.storage, execution, {number: conversions.outcome(upload, record)})
    lake.storage.write(about, b"")
    return upload.name


def prospect(lake: Lake, upload: Upload, sha256: str) -> tuple[str, str]:
    """What the next run would do with an upload, `pending` or `skipped`, and why. Changes nothing."""
    record = conversions.read(lake, sha256, readings.of_call(upload.reading))
    known = _known(lake, record, upload) if record else None
    if known is None:
        return "pending", "not converted yet: the next run converts and loads it"
    if known.status == "converted":
        return "pending", "converted, not loaded yet: the next run loads it"
    return "skipped", known.reason


def loaded_before(lake: Lake, sha256: str, reading: Mapping[str, Any]) -> str:
    """Why nothing of this content needs loading; empty where something does (a sheet not loaded, or refused then)."""
    record = conversions.read(lake, sha256, readings.of_call(reading))
    return _loaded_before(lake, record, reading) if record else ""


def is_settled(lake: Lake, record: Mapping[str, Any], key: str) -> bool:
    """Whether an upload may leave the inbox: all that could be loaded of it is.

    A refused one stays where its sender put it, and finds it; one that `ingest` brought is only a copy, and leaves.
    """
    if record["status"] == "refused":
        return key.startswith(layout.INCOMING)
    loaded = (sheet for sheet in record["sheets"] if sheet["status"] == "converted")
    return all(lake.markers.get(sheet["dataset"], sheet["id"]) for sheet in loaded)


def unreadable(name: str, refusal: UploadRefused) -> UploadOutcome:
    """The outcome of an upload whose bytes cannot be had."""
    return UploadOutcome(name, "refused", _reason(refusal, name))


def remember_skip(lake: Lake, outcome: UploadOutcome, execution: str) -> None:
    """Keeps, beside the markers, that a file was not needed and why, so that `markers list` can tell.

    The same file sent again and again is told once, of the last time.
    """
    when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    identity = sheet_id(outcome.sha256, f"{outcome.key}/{outcome.file}")
    lake.markers.put(
        [
            Marker(
                dataset=UPLOADS,
                id=identity,
                key=outcome.key,
                source_file=outcome.source_file or outcome.file,
                sheet="",
                sha256=outcome.sha256,
                status="skipped",
                reason=outcome.reason,
                execution=execution,
                marked_at=when,
            )
        ]
    )


def _listed(lake: Lake, batch: Mapping[str, Any]) -> list[Upload]:
    listed = json.loads(lake.storage.read(batch["manifest"]))[batch["first"] : batch["last"]]
    return [Upload(**fields) for fields in listed]


def _about(execution: str, batch: Mapping[str, Any]) -> str:
    """The key under which the number of the upload of a batch stands that is being converted; empty where none is."""
    round_ = batch["manifest"].rpartition("inbox.")[2].removesuffix(".json")
    return layout.execution(execution, f"converting.{round_}.{batch['first']:05}")


def _sha256(lake: Lake, upload: Upload, path: Path | None) -> str:
    with reading_file(upload.name):
        return file_sha256(path) if path else lake.storage.sha256(upload.key)


def _in_order(
    pool: ThreadPoolExecutor, take: Callable[[Any], Any], items: Sequence[tuple[str, list[Item]]]
) -> list[Any]:
    """The results of all, in order; once one fails, what has not begun never does."""
    waiting = [pool.submit(take, item) for item in items]
    try:
        return [each.result() for each in waiting]
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


@contextlib.contextmanager
def _ending(converter: Converter) -> Iterator[None]:
    """A block after which, if it breaks (by Ctrl-C, too), nothing is being converted any more."""
    try:
        yield
    except BaseException:
        converter.close()
        raise


def _take_in_equal(
    lake: Lake, execution: str, converter: Converter, equal: tuple[str, list[Item]]
) -> list[tuple[str, UploadOutcome]]:
    """Takes in uploads of one content, in order; what became of each, by its number."""
    sha256, items = equal
    told = []
    for upload, path in items:
        try:
            told.append((upload.number, _take_in(lake, execution, converter, upload, sha256, path)))
        except UploadRefused as refusal:
            told.append((upload.number, unreadable(upload.name, refusal)))
    return told


def _take_in(
    lake: Lake, execution: str, converter: Converter, upload: Upload, sha256: str, path: Path | None
) -> UploadOutcome:
    """Converts one upload unless its content is known; returns what became of it and why."""
    record = conversions.read(lake, sha256, readings.of_call(upload.reading))
    if record and _is_own(record, execution, upload) and _is_whole(lake, record):
        return conversions.outcome(upload, record)
    if record and (known := _known(lake, record, upload)):
        if known.status == "skipped" and record["status"] == "converted":
            remember_skip(lake, known, execution)
        return known
    with tempfile.TemporaryDirectory() as folder:
        local = path or _brought(lake, upload, Path(folder, "upload"))
        new = _converted(lake, converter, upload, local, conversions.begun(lake, execution, upload, sha256))
    conversions.write(lake, new)
    if record:
        conversions.supersede(lake, record, new)
    if reason := _loaded_before(lake, new, upload.reading):  # read by other settings that come to the same
        return replace(conversions.outcome(upload, new), status="skipped", reason=reason, sheets=())
    return conversions.outcome(upload, new)


def _brought(lake: Lake, upload: Upload, path: Path) -> Path:
    with reading_file(upload.name):
        lake.storage.download(upload.key, path)
    return path


def _converted(lake: Lake, converter: Converter, upload: Upload, path: Path, record: dict[str, Any]) -> dict[str, Any]:
    """The record of an upload that is converted, or refused for what is in it."""
    name = Path(upload.name).name
    try:
        with tempfile.TemporaryDirectory() as folder:
            reading = readings.from_json(upload.reading)
            sheets = converter.convert(path, name, lake.contracts, Path(folder), reading)
            return conversions.stored(lake, record, upload, sheets)
    except ConverterFailed as failure:
        return conversions.refused(record, _reason(failure, name), failure.detail)
    except UploadRefused as refusal:
        return conversions.refused(record, _reason(refusal, name))


def _known(lake: Lake, record: Mapping[str, Any], upload: Upload) -> UploadOutcome | None:
    """The outcome that needs no conversion, or None where there is something to convert."""
    same = {"file": upload.name, "key": upload.key, "sha256": record["sha256"], "source_file": upload.source_file}
    same["settings"] = record.get("settings", "")
    if record["status"] == "refused":
        again = record["key"] == upload.key and record["contracts"] == fingerprint(lake.contracts)
        reason = f"refused by execution {record['execution']}: {record['reason']}"
        return UploadOutcome(**same, status="skipped", reason=reason) if again else None
    if reason := _loaded_before(lake, record, upload.reading):
        return UploadOutcome(**same, status="skipped", reason=reason)
    if any(sheet["status"] == "refused" for sheet in record["sheets"]) or not _is_whole(lake, record):
        return None
    # Not loaded yet, so by today's contracts: a column that was gained since is in the file, and not in the CSV.
    if record["contracts"] != fingerprint(lake.contracts) or not conversions.holds(lake, record, upload.reading):
        return None
    if record["key"] == upload.key:
        return conversions.outcome(upload, record)
    return UploadOutcome(**same, status="skipped", reason=f"same content as {record['source_file']}")


def _loaded_before(lake: Lake, record: Mapping[str, Any], reading: Mapping[str, Any]) -> str:
    loaded = [s for s in record["sheets"] if s["status"] == "converted"]
    if any(s["status"] == "refused" for s in record["sheets"]) or not loaded:
        return ""
    markers = [lake.markers.get(sheet["dataset"], sheet["id"]) for sheet in loaded]
    first = markers[0]
    if first is None or not all(markers) or not conversions.holds(lake, record, reading):
        return ""
    return f"same content as {first.source_file}, loaded by execution {first.execution}"


def _is_own(record: Mapping[str, Any], execution: str, upload: Upload) -> bool:
    """Whether this very execution has converted this very upload: tried again, or done where `ingest` ran."""
    return bool(record["execution"] == execution and record["key"] == upload.key)


def _is_whole(lake: Lake, record: Mapping[str, Any]) -> bool:
    return all(conversions.is_kept(lake, sheet) for sheet in record["sheets"])


def _reason(refusal: UploadRefused, name: str) -> str:
    """What is wrong and what to do, to be told beside the upload's name."""
    return f"{refusal.message.removeprefix(f'{name}: ')}; {refusal.hint}"
