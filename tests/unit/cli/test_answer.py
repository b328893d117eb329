"""What an answer took is said to people, beside the answer and never in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakectl.asking.answers import Result, ResultColumn, distinct_names
from lakectl.cli import answer
from lakectl.cli.frame import Session
from lakectl.ports import Platform
from lakehouse.lake import open_lake


class Metered:
    """As `Queries`: one row, and a note that knows whether it was fetched."""

    def run(self, _statement, _values):
        fetched = []

        def rows():
            fetched.append(1)
            yield (1,)

        return Result((ResultColumn("a", "integer"),), rows(), lambda: f"Read {len(fetched)} of it.")

    def unload(self, _statement, _values, path):
        path.write_bytes(b"PAR1")
        return "Read all of it."


def _session(folder: Path, output: str) -> Session:
    (folder / "lakectl.toml").write_text("")
    session = Session(output, folder, {"target": None})
    lake = open_lake({"root": str(folder)})
    session.platform = Platform("local", "duckdb", folder, lake, lambda: None, Metered)  # type: ignore[misc]
    return session


@pytest.mark.parametrize("output", ["table", "json", "csv", "jsonl"])
def test_the_note_of_an_answer_goes_to_stderr_when_its_rows_are_fetched(tmp_path, capfd, output):
    answer.give(_session(tmp_path, output), "select 1 as a", {}, None)
    printed = capfd.readouterr()
    assert "Read 1 of it." in printed.err
    assert "Read" not in printed.out
    if output == "json":
        assert json.loads(printed.out) == [{"a": 1}]


def test_a_file_has_the_answer_and_stderr_the_note(tmp_path, capfd):
    answer.give(_session(tmp_path, "table"), "select 1 as a", {}, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == b"PAR1"
    assert "Read all of it." in capfd.readouterr().err


def test_names_that_come_again_get_a_number():
    assert distinct_names(["a", "A", "b", "a"]) == ["a", "A_1", "b", "a_2"]
