"""What text is a value of which type, and which rule it breaks if it is none: the same on every engine."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.unit.etl.lakes import Sheet, TestLake

from lakehouse.contracts.model import Column, Contract, Type

UTC = dt.UTC
MAY = dt.datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)

INTEGERS = {
    "12": 12, "12.0": 12, "012": 12, "+12": 12, "-12": -12, " 12 ": 12, "0": 0, "-0": 0, "000": 0, "12.": "type",
    "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63), "9007199254740993": 2**53 + 1,
    "9223372036854775808": "range", "-9223372036854775809": "range", "9" * 60: "range", "0" * 60 + "7": 7,
    "12.5": "type", "1e3": "type", "1,000": "type", "0x10": "type", "twelve": "type", "1_0": "type", "- 1": "type",
    "٣": "type", "1\n2": "type", "--1": "type", "": None, "  ": None, "#N/A": "excel_error", "9" * 38: "range",
    "12\n": 12, "\t12": 12, "12\xa0": 12, "\u202f12\u2009": 12, "\ufeff12": 12, "\u200b12 \u200b": 12, "1\xa02": "type",
    "\xa0": None, " \t\ufeff": None, "\x00": "type", "\x1f12": "type", "12\u180e": "type",
}  # fmt: skip

SMALL_INTEGERS = {"2147483647": 2**31 - 1, "-2147483648": -(2**31), "2147483648": "range", "1.00": 1, "1.01": "type"}

DECIMALS = {
    "1.10": Decimal("1.10"), "1.1": Decimal("1.10"), "007": Decimal("7.00"), "-0.5": Decimal("-0.50"),
    "1.1000": Decimal("1.10"), "9999999999.99": Decimal("9999999999.99"), "+3": Decimal("3.00"), "0": Decimal("0.00"),
    "1.239": "scale", "1.001": "scale", "10000000000": "range", "9999999999.994": "scale", "-10000000000.00": "range",
    "0000000000000000000000000000000000000000001.5": Decimal("1.50"), "1e3": "type", ".5": "type", "5.": "type",
    "1,5": "type", "NaN": "type", "€ 5": "type", "\xa012.50\t": Decimal("12.50"), "1\u202f234.50": "type",
}  # fmt: skip

DOUBLES = {"1.5": 1.5, "1e3": 1000.0, "-2.5E-3": -0.0025, "7": 7.0, "1e999": "range", "inf": "type", "1e": "type"}

BOOLEANS = {
    "\ufefftrue\xa0": True,
    "true": True,
    "FALSE": False,
    "1": True,
    "0": False,
    "True": True,
    "yes": "type",
    "2": "type",
}

DATES = {
    "2025-04-30": dt.date(2025, 4, 30), "2024-02-29": dt.date(2024, 2, 29), "2025-02-29": "type", "2025-04-31": "type",
    "2000-02-29": dt.date(2000, 2, 29), "1900-02-29": "type", "2025-04-30 00:00:00": dt.date(2025, 4, 30),
    "2025-04-30 10:00:00": "type", "30.04.2025": "type", "2025-4-3": "type", "2025": "type", "0025-04-30": "type",
    "2025-04-30T0:00:00.000Z": dt.date(2025, 4, 30), "2025-04-30 00:00:00 +0000": dt.date(2025, 4, 30),
    "2025-04-30 00:00 UTC": dt.date(2025, 4, 30), "2025-04-30T00:00:00+02:00": "type", "2025-04-30 00:00:00.1": "type",
    "\u200e2025-04-30\r\n": dt.date(2025, 4, 30),
    "2025-13-01": "type", "2025-00-10": "type", "1900-01-01": dt.date(1900, 1, 1), "2999-12-31": dt.date(2999, 12, 31),
}  # fmt: skip

TIMESTAMPS = {
    "2025-05-06T07:08:09": MAY, "2025-05-06 07:08:09": MAY, "2025-05-06T07:08:09Z": MAY,
    "2025-05-06T09:08:09+02:00": MAY, "2025-05-06T01:38:09-05:30": MAY, "2025-05-06T07:08": MAY.replace(second=0),
    "2025-05-06": MAY.replace(hour=0, minute=0, second=0), "2025-05-06T07:08:09.5": MAY.replace(microsecond=500_000),
    "2025-05-06T07:08:09.123456": MAY.replace(microsecond=123_456), "2025-05-06T07:08:09.123456000": MAY.replace(
        microsecond=123_456
    ),
    "2025-05-06T07:08:09.1234567": "type", "2025-05-06T24:00:00": "type", "2025-05-06T07": "type",
    "2025-05-06T07:60:00": "type", "2025-02-30T10:00:00": "type", "2025": "type", "06.05.2025 07:08": "type",
    "2025-05-06T07:08:09+25:00": "type", "2025-05-06  07:08:09": "type", "1746515289": "type", "n/a": "type",
    "2025-01-01T01:00:00+14:00": dt.datetime(2024, 12, 31, 11, tzinfo=UTC),
    "2025-05-06 03:08:09 -0400": MAY, "2025-05-06 07:08:09+00": MAY, "2025-05-06 07:08:09 UTC": MAY,
    "2025-05-06T07:08:09+0000": MAY, "2025-05-06 07:08:09.000 +0000": MAY, "2025-05-06 09:08:09 +02:00": MAY,
    "2025-05-06T07:08:09z": MAY, "2025-05-06 7:08:09": MAY, "2025-05-06 7:08": MAY.replace(second=0),
    "2025-05-06 9:08 +02": MAY.replace(second=0), "2025-05-06t07:08:09 GMT": MAY,
    "2025-05-06T07:08:09.0000000000Z": MAY,
    "2025-05-06T07:08:09,000Z": MAY, "2025-05-06T07:08:09.000Z[UTC]": MAY, "2025-05-06 12:38:09.5+0530": MAY.replace(
        microsecond=500_000
    ),
    "\xa02025-05-06 07:08:09\u202f": MAY, "2025-05-06 07:08+00": MAY.replace(second=0),
    "2025-05-06T07:08:09.123456789Z": "type", "2025-05-06 24:00": "type", "2025-05-06 07:08:09  UTC": "type",
    "2025-05-06 07:08:09 EST": "type", "2025-05-06 07:08:09 AM": "type", "2025-05-06Z": "type", "2025-05-06+00": "type",
    "2025-05-06T7+00": "type", "2025-05-06 07:08:09+2": "type", "2025-05-06 07:08:09+1500": "type",
    "2025-05-06 07:08:09\xa0UTC": "type", "2025-05-06 07:08:09.": "type",
}  # fmt: skip

STRINGS = {
    "007": "007", " padded ": " padded ",
    'a "quoted", text\nin lines 🤦🏼‍♂️': 'a "quoted", text\nin lines 🤦🏼‍♂️', "": None,
    "NULL": "NULL", "#REF!": "excel_error", "#1 seller": "#1 seller", "\\": "\\",
    "\xa0x\t": "\xa0x\t", "\ufeff": "\ufeff", "\t": "\t",
}  # fmt: skip


@pytest.mark.parametrize(
    ("of", "cells"),
    [
        pytest.param(Type("integer", 64), INTEGERS, id="integer-64"),
        pytest.param(Type("integer", 32), SMALL_INTEGERS, id="integer-32"),
        pytest.param(Type("decimal", 0, 12, 2), DECIMALS, id="decimal"),
        pytest.param(Type("double"), DOUBLES, id="double"),
        pytest.param(Type("boolean"), BOOLEANS, id="boolean"),
        pytest.param(Type("date"), DATES, id="date"),
        pytest.param(Type("timestamp"), TIMESTAMPS, id="timestamp"),
        pytest.param(Type("string"), STRINGS, id="string"),
    ],
)
def test_values_are_exact_or_refused(lake: TestLake, of: Type, cells: dict[str, object]) -> None:
    """Each cell becomes its value, or a fault of the rule named; and no value is changed by its type."""
    lake.contracts = {"things": Contract("things", "1", (Column("id", Type("integer", 64)), Column("v", of)), ("id",))}
    sheet = Sheet([{"id": str(number), "v": cell} for number, cell in enumerate(cells)])
    result = lake.load("things", sheet)
    rules = {"type", "scale", "range", "excel_error"}
    wrong = {number: rule for number, rule in enumerate(cells.values()) if isinstance(rule, str) and rule in rules}
    assert lake.rows("things", "id", "v") == [(n, value) for n, value in enumerate(cells.values()) if n not in wrong]
    told = {row - 2: faults for row, faults in lake.faults("things")}
    texts = list(cells)
    assert told == {number: [("v", texts[number], rule)] for number, rule in wrong.items()}
    assert result["rejected"] == len(wrong)
