"""Columns may be called what relations, columns and functions of the engines are called: it is the sender's table."""

from __future__ import annotations

import pytest
from tests.unit.etl.lakes import DATE, INT, LONG, STRING, Sheet, TestLake
from tests.unit.etl.rows import MONDAY, TUESDAY, counted

from lakehouse.contracts.model import Column, Contract, ForeignKey
from lakehouse.marks import marked

# What the readers add, what the statements and what the engines call things, and words of SQL.
NAMES = (
    *("filename", "file_name", "file_row_number", "rowid", "raw", "texts", "checked", "target", "valid", "all_keys"),
    *("low", "high", "bucket", "sheets", "execution", "mine", "read_as", "as", "record", "fault", "rule", "name"),
    *("files", "stored", "new", "t", "partition", "position", "path", "select", "order", "true", "null", "key", "map"),
)


@pytest.mark.parametrize("key", ["low", "rowid"])
def test_columns_are_called_as_anything_else_is(lake: TestLake, key: str) -> None:
    names = [name for name in NAMES if name != key]
    columns = (Column(key, LONG), *(Column(name, STRING) for name in names))
    lake.contracts = {"things": Contract("things", "1", columns, (key,), partition_by="partition")}
    cells = {name: f"{name}!" for name in names}
    rows = [{key: str(number), **cells} for number in range(3)]
    assert counted(lake.load("things", Sheet(rows, source_file=MONDAY))) == {"inserted": 3}
    rows[1] = {**rows[1], "filename": "other"}
    rows[2] = {**rows[2], "partition": "moved", "as": marked("was", read="is"), "order": marked("", rule="characters")}
    rows.append({key: marked("vier", read="4"), **cells})
    assert counted(lake.load("things", Sheet(rows, source_file=TUESDAY))) == {
        "inserted": 1, "updated": 1, "unchanged": 1, "rejected": 1,
    }  # fmt: skip
    found = lake.rows("things", key, *names)
    assert found[0] == (0, *cells.values())
    assert [row[0] for row in found] == [0, 1, 2, 4]


def test_a_foreign_key_of_such_columns(lake: TestLake) -> None:
    parent = Contract("files", "1", (Column("filename", LONG), Column("file_name", STRING)), ("filename",))
    columns = (Column("rowid", LONG), Column("parent_0", LONG), Column("files", INT), Column("low", DATE))
    key = ForeignKey(("parent_0",), "files", ("filename",))
    child = Contract("rows", "1", columns, ("rowid",), partition_by="low", foreign_keys=(key,))
    lake.contracts = {"files": parent, "rows": child}
    row = {"rowid": "1", "parent_0": marked("sieben", read="7"), "files": "3", "low": "2026-04-01"}
    assert lake.load("rows", Sheet([row]))["waiting"] == 1
    lake.load("files", Sheet([{"filename": "7", "file_name": "a.csv"}]))
    assert counted(lake.load("rows", retry_waiting=True)) == {"inserted": 1}
    assert lake.rows("rows", "rowid", "parent_0", "files") == [(1, 7, 3)]
