"""A draft takes every row of the file that it was drafted from, whatever stands in it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.convert.helpers import workbook
from tests.unit.drafting.shops import contracts, csv_file, drafted

from lakehouse.contracts.model import Contract
from lakehouse.contracts.values import is_valid
from lakehouse.convert import convert
from lakehouse.marks import MARK

# What people write, by kinds.
WHOLE = st.integers(-(10**7), 10**7).map(str)
POINT = st.decimals(-9999, 9999, places=2).map(str)
COMMA = POINT.map(lambda text: text.replace(".", ","))
GROUPED = st.integers(1000, 10**7).map(lambda n: f"{n:,}".replace(",", "."))
ZEROS = st.integers(0, 999).map(lambda n: f"{n:05}")
MONEY = COMMA.map(lambda text: f"{text} €")
DAY, MOMENT = st.dates(), st.datetimes().map(lambda moment: moment.replace(microsecond=0))
KINDS = (
    *(WHOLE, POINT, COMMA, GROUPED, ZEROS, MONEY),
    *(DAY.map(str), MOMENT.map(str), MOMENT.map(lambda m: f"{m.isoformat()}+02:00")),
    *(DAY.map(lambda d: f"{d:%d.%m.}{d.year:04}"), DAY.map(lambda d: f"{d:%m/%d/}{d.year:04}")),
    MOMENT.map(lambda m: f"{m:%d.%m.}{m.year:04} {m:%H:%M}"),
    *(
        st.sampled_from(["ja", "nein"]),
        st.sampled_from(["true", "False"]),
        st.sampled_from(["", " ", "-", "n/a", "NULL"]),
    ),
    *(st.just(""), st.sampled_from(["1.000", "12.500", "1,5", "1e5", "0.1e-7", "12.0", "#1", "x"])),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufdd0"), max_size=9),
)
# Mostly one kind, and some that have nothing to say.
COLUMNS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True).map(st.one_of)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header and rows; a column mixes up to three kinds."""
    count = draw(st.integers(2, 12))
    columns = [draw(st.lists(draw(COLUMNS), min_size=count, max_size=count)) for _ in range(draw(st.integers(1, 4)))]
    header = ["line id", *(f"c{n} of it" for n in range(len(columns)))]
    return [header, *([f"L{n}", *cells] for n, cells in enumerate(zip(*columns, strict=True)))]


def faults(path: Path, known: dict[str, Contract], folder: Path) -> list[str]:
    """What the rules would refuse of the file."""
    found = []
    for sheet in convert(path, path.name, known, folder):
        assert sheet.csv is not None, sheet.reason
        contract = known[sheet.dataset]
        with sheet.csv.open(encoding="utf-8", newline="") as text:
            found += [fault for row in csv.DictReader(text) for fault in _of_row(row, contract)]
    return found


def _of_row(row: dict[str, str], contract: Contract) -> list[str]:
    found = []
    for column in contract.source_columns:
        value, rule = row[column.name], ""
        if value.startswith(MARK):
            _, rule, value, _ = value.split(MARK, 3)
        needed = column.required or column.name in contract.primary_key
        if rule or (not is_valid(value, column.type) if value.strip() else needed):
            found.append(f"{column.name} ({column.type}): {rule} {row[column.name]!r}")
    return found


def assert_takes_its_own(path: Path) -> None:
    known = contracts(drafted(path, known={}), path.parent / "contracts")
    folder = path.parent / "raw"
    folder.mkdir()
    assert faults(path, known, folder) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=tables())
def test_of_delimited_text(tmp_path_factory: Any, rows: list[list[str]]) -> None:
    assert_takes_its_own(csv_file(tmp_path_factory.mktemp("own") / "own.csv", rows))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=tables(), numbers=st.booleans())
def test_of_a_workbook(tmp_path_factory: Any, rows: list[list[str]], numbers: bool) -> None:
    cells = [[_cell(text) if numbers else text for text in row] for row in rows]
    assert_takes_its_own(workbook(tmp_path_factory.mktemp("own") / "own.xlsx", {"Sheet": cells}))


def _cell(text: str) -> Any:
    """A number as a program would write it; a text may look like a formula, which it is not."""
    plain = text.lstrip("-").replace(".", "", 1)
    if plain.isascii() and plain.isdecimal() and not text.startswith("0"):
        return float(text)
    return text or None
