"""What a power cut has taken from a table comes back from the archive, without anybody who asks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lakehouse import layout, raw, waiting
from lakehouse.archive import archive_raw
from lakehouse.errors import LakehouseError
from lakehouse.etl import delta_log
from lakehouse.lake import Lake
from lakehouse.markers import Marker
from lakehouse.raw import RawFile
from lakehouse.repair import damage, repair

COMMIT = b'{"commitInfo":{}}\n{"add":{"path":"a%20b.parquet"}}\n'


def loaded(lake: Lake, number: int) -> RawFile:
    """A file that was loaded by the commit of that number, is marked, and has left for the archive."""
    key = f"lakehouse/raw/products/f{number}.csv"
    file = RawFile("products", f"{number:032}", key, f"t-{number}/f{number}.csv", "", 1, ("product_id",), 1, "up", "ab")
    raw.describe(lake.storage, file)
    lake.storage.write(key, f"product_id,_source_row\n{number},2\n".encode())
    lake.storage.write(delta_log.entry(layout.table("products"), number), COMMIT)
    marker = Marker("products", file.id, key, file.source_file, "", "ab", "processed", "why", f"e{number}", "now")
    lake.markers.put([replace(marker, table_version=str(number))])
    waiting.remember(lake.storage, "products", waiting.Waiting(version=number))
    archive_raw(lake.storage, key, file.source_file, "products")
    return file


def test_a_whole_table_is_left_alone(lake: Lake) -> None:
    loaded(lake, 0)
    assert (damage(lake.storage, "products"), repair(lake)) == ("", {})
    assert damage(lake.storage, "orders") == ""  # there is none yet


@pytest.mark.parametrize("torn", [b"", COMMIT[:30], b"\0" * 40])
def test_files_of_an_empty_commit_are_loaded_again(lake: Lake, torn: bytes) -> None:
    loaded(lake, 0)
    lost = loaded(lake, 1)
    lake.storage.write(delta_log.entry(layout.table("products"), 1), torn)
    assert damage(lake.storage, "products") == "the newest commit of products, version 1, is empty or cut short"
    assert repair(lake) == {"products": 1}
    assert raw.lying(lake.storage, "products") == [lost]
    assert lake.storage.read(lost.key) == b"product_id,_source_row\n1,2\n"
    assert lake.markers.known("products") == {f"{0:032}"}
    assert delta_log.newest_version(lake.storage, layout.table("products")) == 0


def test_files_of_commits_that_are_gone_are_loaded_again(lake: Lake) -> None:
    loaded(lake, 0)
    lost = [loaded(lake, number) for number in (1, 2)]
    for number in (1, 2):
        lake.storage.delete(delta_log.entry(layout.table("products"), number))
    told = "the newest commits of products are gone: version 2 was loaded, and 0 is there"
    assert damage(lake.storage, "products") == told
    assert repair(lake) == {"products": 2}
    assert raw.lying(lake.storage, "products") == lost


def test_a_repair_that_broke_is_finished(lake: Lake) -> None:
    lost = loaded(lake, 0)
    lake.storage.write(delta_log.entry(layout.table("products"), 0), b"")
    place = "lakehouse/archived/raw/t-0/products/f0.csv"
    record = lake.storage.read(f"{place}.json")
    lake.storage.write(f"{lost.key}.json", record)  # killed after it had brought this back
    lake.storage.delete(f"{place}.json")
    assert repair(lake) == {"products": 1}
    assert raw.lying(lake.storage, "products") == [lost]


def test_what_the_archive_no_longer_has_is_told_by_name(lake: Lake) -> None:
    loaded(lake, 0)
    lake.storage.write(delta_log.entry(layout.table("products"), 0), b"")
    for entry in list(lake.storage.list("lakehouse/archived/")):
        lake.storage.delete(entry.key)
    with pytest.raises(LakehouseError, match="products: the table has lost commits") as error:
        repair(lake)
    assert "f0.csv" in error.value.hint
    assert lake.markers.known("products") == {f"{0:032}"}
