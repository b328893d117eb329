"""Whoever has written a table: a row that is replaced is gone, whatever characters its partition has."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from deltalake import DeltaTable
from tests.unit.etl.lakes import Sheet, TestLake
from tests.unit.etl.rows import MONDAY, TUESDAY, counted

from lakehouse import layout
from lakehouse.contracts.model import Column, Contract, Type
from lakehouse.etl.job import open_engine
from lakehouse.etl.live import at_work
from lakehouse.etl.tables import dataset_table

TEXT = Type("string")
KINDS = Contract(
    "kinds",
    "1.0.0",
    (Column("id", TEXT), Column("kind", TEXT, required=True), Column("note", TEXT)),
    primary_key=("id",),
    partition_by="kind",
)
# Each ASCII character that a value can have, and some beyond: letters, a combining mark, emoji, the last of the plane.
CHARACTERS = [*map(chr, range(1, 128)), *"\x80éßЖ日\u0301\u200b\ufffd😀\U0010fffd"]
_ESCAPED = {chr(code) for code in range(1, 32)} | {*"\"#%'*/:=?\\{[]^\x7f"}
_LEGAL = {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'();:@&=+$,/"}


@pytest.fixture
def lake(tmp_path: Path) -> TestLake:
    return TestLake(tmp_path / "lake", "duckdb", contracts={"kinds": KINDS})


def rows(note: str, leave_out: str = "") -> list[dict[str, str | None]]:
    return [{"id": f"{n}", "kind": f"a{c}b", "note": note} for n, c in enumerate(CHARACTERS) if c != leave_out]


def spell_as_spark_does(lake: TestLake) -> None:
    """Renames the table's files, and their paths in the log, to what Spark would have written.

    Spark escapes some characters of a value (ExternalCatalogUtils.escapePathName) and writes the path as a URI of Java,
    in which characters beyond ASCII stand as they are (java.net.URI, "other").
    """
    folder = Path(lake.storage.uri(layout.table("kinds")))
    for log in sorted(folder.glob("_delta_log/*.json")):
        actions = [json.loads(line) for line in log.read_text().splitlines()]
        for add in (action["add"] for action in actions if "add" in action):
            value = add["partitionValues"]["kind"]
            escaped = "".join(f"%{ord(c):02X}" if c in _ESCAPED else c for c in value)
            path = f"kind={escaped}/{add['path'].rpartition('/')[2]}"
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / unquote(add["path"])).rename(folder / path)
            add["path"] = "".join(
                c if c in _LEGAL or ord(c) > 127 else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path
            )
        log.write_text("".join(json.dumps(action, ensure_ascii=False) + "\n" for action in actions))


@pytest.mark.parametrize("spark_wrote_it", [False, True])
def test_a_row_is_replaced_in_a_partition_of_any_characters(lake: TestLake, spark_wrote_it: bool) -> None:
    lake.load("kinds", Sheet(rows("old"), source_file=MONDAY))
    if spark_wrote_it:
        spell_as_spark_does(lake)
    result = lake.load("kinds", Sheet(rows("new"), source_file=TUESDAY))
    assert counted(result) == {"updated": len(CHARACTERS)}
    assert lake.rows("kinds", "id", "kind", "note") == sorted((r["id"], r["kind"], "new") for r in rows("new"))


def test_paths_that_only_a_checkpoint_knows_are_renamed_with_their_statistics(lake: TestLake) -> None:
    lake.load("kinds", Sheet(rows("old"), source_file=MONDAY))
    spell_as_spark_does(lake)
    table = lake.delta("kinds")
    table.create_checkpoint()
    for log in Path(lake.storage.uri(layout.table("kinds"))).glob("_delta_log/*.json"):
        if int(log.stem) < table.version():
            log.unlink()
    result = lake.load("kinds", Sheet(rows("new")[-3:], source_file=TUESDAY))
    assert counted(result) == {"updated": 3}
    ids = [id for (id,) in lake.rows("kinds", "id")]
    assert sorted(ids) == sorted(row["id"] for row in rows("new"))
    actions = DeltaTable(table.table_uri).get_add_actions(flatten=True)
    assert None not in actions.column("min.id").to_pylist()


def test_upkeep_leaves_each_row_once(lake: TestLake) -> None:
    # delta-rs 1.6 does not find the files of a partition with a tilde, its own included, and compacts nothing then.
    lake.load("kinds", Sheet(rows("old", leave_out="~"), source_file=MONDAY))
    more = [{**row, "id": f"x{row['id']}"} for row in rows("more", leave_out="~")]
    lake.load("kinds", Sheet(more, source_file=TUESDAY))
    spell_as_spark_does(lake)
    with at_work(open_engine("duckdb")) as engine:
        engine.compact(dataset_table(KINDS, lake.storage.uri(layout.table("kinds"))), 168)
    assert len(lake.rows("kinds", "id")) == 2 * len(more)
