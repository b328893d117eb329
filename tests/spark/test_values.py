"""Both engines judge and read every text the same: one batch with everything that engines are known to differ on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spark.twins import Twins
from tests.unit.etl.lakes import Sheet

from lakehouse.contracts.model import Column, Contract, Type
from lakehouse.contracts.values import SPACES, is_valid
from lakehouse.error_values import ERROR_VALUES

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def _words(text: str) -> list[str]:
    return text.split()


NUMBERS = _words("""
    0 -0 +0 00 007 -007 +7 1 12 12.0 12.00 12.5 12. .5 -.5 1e3 1E3 1e-3 1e309 -1e309 1e400 4.9e-324 1e-400 1.5e+2
    0x10 1_000 1,000 1.000,5 ١٢ １２ ½ ² 1.10 1.239 1.230 1.2300000000001 99.999 -99.995 0.005 0.01 9999999999.99
    9999999999.994 10000000000 10000000000.00 99999999999 -9999999999.99 2147483647 2147483648 -2147483648
    -2147483649 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 9007199254740993
    9007199254740993.0 1e18 0.1 0.30000000000000004 1.7976931348623157e308 1.7976931348623159e308
    000000000000000000000000000001 123456789012345678901234567890 NaN nan Infinity -inf inf + - . e 1e 1e+ 1f 1d 1L
    0b1 1/2 50% $5 5$ --5 +-5 5- (5) 1.0.0 1e3.5 true false TRUE False t f yes no on off Y N null
""")

TIMES = _words("""
    2025-04-01 2025-4-1 2025-04-31 2025-02-29 2024-02-29 1900-02-29 2000-02-29 1899-12-31 1900-01-01 2999-12-31
    3000-01-01 0001-01-01 9999-12-31 10000-01-01 2025-13-01 2025-00-10 2025-01-00 20250401 2025/04/01 01.04.2025
    04/01/2025 2025-04 2025 -2025-04-01 2025-04-01T10 2025-04-01T10:00 2025-04-01T10:00:00 2025-04-01T10:00:00Z
    2025-04-01T10:00:00z 2025-04-01T10:00:00+02:00 2025-04-01T10:00:00-14:00 2025-04-01T10:00:00+14:59
    2025-04-01T10:00:00+15:00 2025-04-01T10:00:00+0200 2025-04-01T10:00:00+02 2025-04-01T10:00Z
    2025-04-01T10:00:00.1 2025-04-01T10:00:00.123456 2025-04-01T10:00:00.1234567 2025-04-01T10:00:00.1234560
    2025-04-01T10:00:00. 2025-04-01T24:00:00 2025-04-01T23:59:60 2025-04-01T10:60 2025-04-01T1:00
    2025-03-30T02:30:00 2025-04-01T10:00:00[UTC] 2025-04-01T10:00:00Europe/Berlin 2025-04-01T00:00
    2025-04-01T10:00:00,5Z 2025-04-01T10:00:00.1234560000Z[UTC] 2025-04-01t9:00z 2025-04-01T10:00-14 2025-04-01Z
    2025-04-01T0:00:00.000Z 2025-04-01T00:00+0000 2025-04-01T00:00:00-00:00 2025-04-01T00:00:00+02:00 2025-04-01T10+00
    2025-04-01T00:00:00 1900-01-01T00:00:00+14:00 epoch now today infinity 45748 45748.5 1743501600
""")

TEXTS = [
    "2025-04-01 10:00:00",
    "2025-04-01  10:00",
    "2025-04-01 10:00:00 +02:00",
    "2025-04-01 10:00:00 UTC",
    " 12 ",
    "\t12",
    "12\n",
    "1 2",
    "\u00a012",
    "12\u2009",
    "\u200b12",
    "\ufeff12",
    "\u202f12\u200e",
    "12\u180e",
    "\u206012\u3000\x1c",
    "\x8512\x0c",
    " \xa0",
    "\u200b",
    "\xa02025-04-01\t",
    "2025-04-01 10:00:00 -0400",
    "2025-04-01 10:00:00.000 +0000",
    "2025-04-01 10:00:00 GMT",
    "2025-04-01 10:00 UTC",
    "2025-04-01 9:00:00 +02",
    "2025-04-01 10:00:00 EST",
    "2025-04-01 10:00:00\xa0UTC",
    "2025-04-01 10:00:00 utc",
    "2025-04-01 0:00 Z",
    "2025-04-01 00:00:00.000 +00",
    "2025-04-01 24:00",
    "'",
    "''",
    '"',
    '""',
    'a"b',
    "a,b",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\n",
    "\\",
    "\\n",
    "\\N",
    "a\\",
    '\\\\"',
    "NULL",
    "None",
    "#N/A ",
    "n/a",
    "🎉",
    "e\u0301",
    "é",
    "İ",
    "ß",
    "ﬁ",
    "\x0b",
    "\x1f",
    "\x7f",
    "\x85",
    "\u2028",
    "a\u2028b",
    "a;b|c\td",
    "%s%d{}",
    "${x}",
    "$1",
    "`",
    "--",
    "/*",
    "';drop",
    "a" * 5000,
    "日本語",
    "\U0001f468\u200d\U0001f469",
    "ab",
    "abc",
    "x-1",
    "X-1",
    "x-1\n",
    *ERROR_VALUES,
]

KINDS = {
    "an_int": Type("integer", 32),
    "a_long": Type("integer", 64),
    "money": Type("decimal", 0, 12, 2),
    "big": Type("decimal", 0, 38, 10),
    "a_double": Type("double"),
    "flag": Type("boolean"),
    "a_date": Type("date"),
    "a_time": Type("timestamp"),
    "text": Type("string"),
}

EVERYTHING = Contract(
    "everything",
    "1.0.0",
    (
        Column("id", Type("integer", 64), required=True),
        *(Column(name, kind) for name, kind in KINDS.items()),
        Column("short", Type("string"), min_length=2, max_length=3),
        Column("shaped", Type("string"), pattern="[a-z]-[0-9]|.*🎉"),
        Column("bounded", Type("decimal", 0, 12, 2), minimum="-0.5", maximum="1000"),
        Column("one_of", Type("string"), allowed=("a,b", "é", "'")),
        Column("day", Type("date"), derived_from="a_time"),
    ),
    ("id",),
    partition_by="day",
    latest_by=("a_time",),
)

LITERALS = [*NUMBERS, *TIMES, *TEXTS]


def test_every_text_in_every_type(tmp_path: Path) -> None:
    """One row for each text and column, so that each verdict stands alone and each accepted value is compared."""
    twins = Twins(tmp_path, {"everything": EVERYTHING})
    columns = [column.name for column in EVERYTHING.source_columns if column.name != "id"]
    pairs = [(literal, column) for literal in LITERALS for column in columns]
    rows = [{"id": str(number), column: literal} for number, (literal, column) in enumerate(pairs)]
    result = twins.load("everything", Sheet(rows))
    assert result["read"] == len(rows)
    assert result["inserted"] > len(TEXTS)
    assert result["rejected"] > len(LITERALS)
    kept = {row["id"]: row for row in twins.rows("everything")}
    for number, (literal, column) in enumerate(pairs):
        if literal.strip(SPACES) and literal not in ERROR_VALUES and column in KINDS:
            assert (number in kept) == is_valid(literal, KINDS[column]), (literal, column)
        if column == "text" and literal not in ERROR_VALUES and literal.strip():
            assert kept[number]["text"] == literal


def test_ids_are_judged_alike(tmp_path: Path) -> None:
    """The same texts as keys: nulls are refused, and texts that mean the same number are one row."""
    twins = Twins(tmp_path, {"everything": EVERYTHING})
    result = twins.load("everything", Sheet([{"id": literal, "text": literal} for literal in [*LITERALS, ""]]))
    assert result["duplicate"] >= 5  # 7, 007, +7 and 0, -0, +0, 00 among them
    assert {7, 0, 12, 2**53 + 1, 2**63 - 1} <= {row["id"] for row in twins.rows("everything")}
