"""docs/conversion.md cannot lie: its list of notes is the code's, and its examples are read as it says."""

from __future__ import annotations

import re
from pathlib import Path

from lakehouse.contracts.reading import Reading
from lakehouse.convert.notes import KINDS

DOC = (Path(__file__).parents[3] / "docs" / "conversion.md").read_text(encoding="utf-8")
SOURCE = Path(__file__).parents[3] / "src" / "lakehouse"


def test_the_kinds_of_notes_are_those_that_there_are() -> None:
    [table] = re.findall(r"\| kind \|.*\n\|---.*\n((?:\|.*\n)+)", DOC)
    assert table.splitlines() == [f"| `{kind}` | {meaning} |" for kind, meaning in KINDS.items()]


def test_every_note_in_the_code_is_of_a_kind() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    made = set(re.findall(r"""\bNote\(\s*"([a-z_0-9]+)\"""", code))
    assert made
    assert made <= set(KINDS)


def test_the_call_in_it_is_valid() -> None:
    [call] = re.findall(r"^lakectl ingest .*$", DOC, re.MULTILINE)
    pairs = dict(pair.split("=", 1) for pair in re.findall(r"--read '?([^ ']+)", call))
    assert Reading.parse(pairs) == Reading(decimal_separator=",", date_formats=("%d.%m.%Y", "%d.%m.%y"))
