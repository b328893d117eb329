"""A job that has ended has its tables on the disk: what it marks as loaded outlasts a power cut."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.etl.lakes import Sheet, TestLake
from tests.unit.etl.rows import item, order
from tests.unit.lakehouse.disk import Disk

from lakehouse.storage import DirectoryStorage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a handle is")


@dataclass
class LakeOnDisk(TestLake):
    """A lake on a disk that forgets what was not synced."""

    __test__ = False

    def __post_init__(self) -> None:
        self.disk = Disk(self.folder)

    @property
    def storage(self) -> DirectoryStorage:
        return DirectoryStorage(self.folder, sync=self.disk.sync)

    def after_a_power_cut(self, folder: Path) -> TestLake:
        for path, content in self.disk.survivors().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return TestLake(folder, self.engine)


def test_a_jobs_commits_outlast_a_power_cut(tmp_path: Path) -> None:
    lake = LakeOnDisk(tmp_path / "lake", "duckdb")
    lake.load("orders", Sheet([order("1"), order("2", "2026-05-01T00:00:00"), order("x")]))
    lake.load("orders", Sheet([order("1", amount="3")], source_file="20260501T000000000Z-0001/b.xlsx"))
    left = lake.after_a_power_cut(tmp_path / "left")
    columns = ("order_id", "total_amount", "date", "_source_file")
    assert left.rows("orders", *columns) == lake.rows("orders", *columns)
    assert left.rows("rejected_records", "row", "record") == lake.rows("rejected_records", "row", "record")


def test_so_do_the_rejects_of_a_job_that_accepts_nothing(tmp_path: Path) -> None:
    lake = LakeOnDisk(tmp_path / "lake", "duckdb")
    lake.load("order_items", Sheet([item("1", "9")]))
    left = lake.after_a_power_cut(tmp_path / "left")
    assert left.faults("order_items") == [(2, [("product_id", "9", "foreign_key")])]
