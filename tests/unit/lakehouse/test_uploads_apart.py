"""One upload never stops another: what becomes of a batch in which one breaks its converter, or cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.lakehouse.conftest import NOW, ORDERS, PRODUCTS

from lakehouse import closing, inbox, intake, layout, outcomes, raw
from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import Sheet, convert
from lakehouse.convert.workers import ConverterFailed
from lakehouse.errors import LakehouseError
from lakehouse.lake import Lake


class Converter:
    """Converts in this process, and comes to grief over uploads of some names."""

    def __init__(self, **ends: BaseException) -> None:
        self.ends = ends
        self.asked: list[str] = []
        self.closed = False

    def convert(
        self, path: Path, name: str, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE
    ) -> list[Sheet]:
        self.asked.append(name)
        if error := self.ends.get(name.partition(".")[0]):
            raise error
        return convert(path, name, contracts, folder, reading)

    def close(self) -> None:
        self.closed = True


def batches(lake: Lake, execution: str) -> list[dict[str, Any]]:
    return inbox.find_uploads(lake, execution, 1, NOW)


def statuses(lake: Lake, execution: str) -> dict[str, str]:
    return {upload.file: upload.status for upload in outcomes.report(lake.storage, execution).uploads}


def three(lake: Lake) -> None:
    for number, name in enumerate(("a.csv", "bad.csv", "c.csv")):
        lake.storage.write(f"uploads/{name}", ORDERS.replace(b"9.50", f"{number}.50".encode()))


def test_what_a_converter_dies_of_is_refused_and_the_others_are_converted(lake: Lake) -> None:
    three(lake)
    converter = Converter(bad=ConverterFailed("bad.csv: it died", "save it again", "Traceback ..."))
    (batch,) = batches(lake, "e1")
    intake.convert_batch(lake, "e1", batch, converter=converter)
    assert statuses(lake, "e1") == {"a.csv": "converted", "bad.csv": "refused", "c.csv": "converted"}
    bad = outcomes.report(lake.storage, "e1").uploads[1]
    assert (bad.reason, bad.detail) == ("it died; save it again", "Traceback ...")
    (batch,) = batches(lake, "e2")
    intake.convert_batch(lake, "e2", batch, converter=converter)
    assert statuses(lake, "e2")["bad.csv"] == "skipped"  # told once
    assert converter.asked.count("bad.csv") == 1


def test_when_the_lake_fails_the_batch_fails_and_nothing_is_being_converted_any_more(lake: Lake) -> None:
    three(lake)
    converter = Converter(bad=OSError(28, "No space left on device"))
    (batch,) = batches(lake, "e1")
    with pytest.raises(OSError, match="No space"):
        intake.convert_batch(lake, "e1", batch, converter=converter)
    assert converter.closed


def test_what_breaks_one_ends_the_others_at_once(lake: Lake) -> None:
    three(lake)
    (batch,) = batches(lake, "e1")
    ended = threading.Event()

    class Slow(Converter):
        def convert(self, path: Path, name: str, *given: Any, **more: Any) -> list[Sheet]:
            if name == "c.csv" and not ended.wait(30):
                raise AssertionError("nobody ended it")
            raise KeyboardInterrupt

        def close(self) -> None:
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        intake.convert_batch(lake, "e1", batch, converter=Slow())


def test_a_job_that_is_killed_has_said_which_upload_is_to_blame(lake: Lake) -> None:
    three(lake)
    (batch,) = batches(lake, "e1")
    lake.storage.write("lakehouse/executions/e1/converting.001.00000", b"20260401T120000000Z-0002")  # killed just there
    assert intake.blame(lake, "e1", batch, "out of memory") == "bad.csv"
    intake.convert_batch(lake, "e1", batch, alone=True, converter=(converter := Converter()))
    assert converter.asked == ["a.csv", "c.csv"]
    told = outcomes.report(lake.storage, "e1").uploads
    assert [(each.file, each.status) for each in told] == [
        ("a.csv", "converted"), ("bad.csv", "refused"), ("c.csv", "converted")
    ]  # fmt: skip
    assert "out of memory" in told[1].reason


def test_a_job_says_which_upload_it_is_about_to_convert(lake: Lake) -> None:
    three(lake)
    (batch,) = batches(lake, "e1")
    about: list[bytes] = []

    class Spy(Converter):
        def convert(self, *given: Any, **more: Any) -> list[Sheet]:
            about.append(lake.storage.read("lakehouse/executions/e1/converting.001.00000"))
            return super().convert(*given, **more)

    intake.convert_batch(lake, "e1", batch, alone=True, converter=Spy())
    assert [number.decode()[-1] for number in about] == ["1", "2", "3"]


def test_no_upload_is_to_blame_for_what_a_living_job_reports(lake: Lake) -> None:
    three(lake)
    (batch,) = batches(lake, "e1")
    with pytest.raises(LakehouseError):
        intake.convert_batch(lake, "e1", batch, alone=True, converter=Converter(bad=LakehouseError("no contracts")))
    with pytest.raises(LakehouseError, match="no contracts"):
        intake.blame(lake, "e1", batch, "no contracts")
    assert "bad.csv" not in statuses(lake, "e1")


def test_an_upload_that_was_taken_away_or_cannot_be_read_is_no_failure(lake: Lake) -> None:
    three(lake)
    (batch,) = batches(lake, "e1")
    lake.storage.delete("uploads/a.csv")
    path = Path(lake.storage.uri("uploads/bad.csv"))
    path.unlink()
    path.symlink_to(path)  # a loop
    intake.convert_batch(lake, "e1", batch, converter=Converter())
    assert statuses(lake, "e1") == {"a.csv": "refused", "bad.csv": "refused", "c.csv": "converted"}
    reasons = [upload.reason for upload in outcomes.report(lake.storage, "e1").uploads]
    assert "it was taken away before it was read" in reasons[0]
    assert "it cannot be read (Too many levels of symbolic links)" in reasons[1]


def test_what_lies_in_incoming_for_any_reason_fails_no_run(lake: Lake) -> None:
    for name in ("stray.csv", "-", "20260401T120000Z-abcdef-00001-", "a-b-c-d.csv", ".x.unfinished", "n\n\r.csv"):
        lake.storage.write(f"{layout.INCOMING}{name}", PRODUCTS)
    for batch in batches(lake, "e1"):
        intake.convert_batch(lake, "e1", batch, converter=Converter())
    told = statuses(lake, "e1")
    assert told["stray.csv"] == "converted"
    assert set(told) == {"stray.csv", "-", "20260401T120000Z-abcdef-00001-", "a-b-c-d.csv", "n\n\r.csv"}


def test_tables_below_each_other_and_sheets_of_one_name_are_all_loaded_in_order(lake: Lake) -> None:
    lake.storage.write("uploads/w.csv", PRODUCTS)

    class Parts(Converter):
        def convert(self, path: Path, name: str, contracts: Any, folder: Path, reading: Reading = NONE) -> list[Sheet]:
            (sheet,) = convert(path, name, contracts, folder, reading)
            return [replace(sheet, name="same", position=number) for number in (1, 1, 2)]

    (batch,) = batches(lake, "e1")
    intake.convert_batch(lake, "e1", batch, converter=Parts())
    files = raw.lying(lake.storage, "products")
    assert [(file.sheet, file.position) for file in files] == [("same", 1), ("same", 2), ("same", 3)]
    assert len({file.id for file in files}) == len({file.key for file in files}) == 3


NAMES = [
    "订" * 83 + ".csv",
    "x" * 251 + ".csv",
    "a\nb.csv",
    "50% #2 (1).csv",
    "q'uo\"te.csv",
    "-o.csv",
    "🍕.csv",
    "a .csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_kind_come_in_are_told_whole_and_reach_the_archive(lake: Lake, name: str) -> None:
    execution = "20260401T120000Z-abcdef"
    inbox.announce(lake, execution, [name], {}, NOW)
    lake.storage.write(inbox.staged(execution, 1, name), ORDERS)
    inbox.complete(lake, execution)
    lake.storage.write(f"uploads/{name}", PRODUCTS)
    for batch in batches(lake, "e1"):
        intake.convert_batch(lake, "e1", batch, converter=Converter())
    told = outcomes.report(lake.storage, "e1").uploads
    assert [upload.file for upload in told] == [name, name]
    for dataset in ("orders", "products"):
        (file,) = raw.lying(lake.storage, dataset)
        assert file.source_file.endswith(f"/{name}")
        lake.markers.put([_marker(file)])
    assert closing.archive_uploads(lake, "e1") == 2
    assert [*lake.storage.list("uploads/"), *lake.storage.list(layout.INCOMING)] == []
    assert len(list(lake.storage.list("lakehouse/archived/uploads/"))) == 2


def _marker(file: raw.RawFile) -> Any:
    from lakehouse.planning import _marker

    return _marker(file, "e1", "", 1)


def test_a_name_that_no_key_can_have_becomes_a_short_safe_one() -> None:
    assert layout.file_name("orders april (2).xlsx") == "orders april (2).xlsx"
    assert layout.file_name("Ελλάδα 50% #2.csv.gz") == "Ελλάδα 50% #2.csv.gz"
    for name in (
        "x" * 251 + ".csv.gz",
        "订" * 83 + ".csv",
        "a\nb.csv",
        "..\\..\\evil.csv",
        "what?.csv",
        "\udcff.csv",
        "a:b",
    ):
        short = layout.file_name(name)
        assert len(short.encode()) <= 200
        assert not set(short) & set('\n\\?:"')
        assert short.endswith(name[name.find(".c") :] if ".c" in name else "")
    assert layout.file_name("a\nb.csv") != layout.file_name("a\rb.csv")


def test_a_path_in_the_archive_is_no_longer_than_s3_takes() -> None:
    deep = "/".join(["订" * 60] * 6)
    key = layout.archived_upload(f"20260401T120000000Z-0001/{deep}/orders.csv")
    assert len(key.encode()) < 1024
    assert key.endswith("/orders.csv")
    assert layout.archived_upload("t-1/sub/o.csv") == "lakehouse/archived/uploads/t-1/sub/o.csv"
