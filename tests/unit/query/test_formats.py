"""Results as csv, json, jsonl and xlsx: every value exactly, whatever the format."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from itertools import repeat

import openpyxl
import pytest

from lakectl.asking.answers import Result, ResultColumn
from lakectl.formats import TooLarge, text, write

VALUES = {
    "big": 2**53 + 1,
    "amount": Decimal("12345678901234567890.10"),
    "small": Decimal("0.0000001"),
    "double": 0.1,
    "nan": float("nan"),
    "text": 'a,"b"\né 😀',
    "formula": "=1+1",
    "code": "007",
    "flag": True,
    "nothing": None,
    "day": dt.date(2025, 4, 1),
    "instant": dt.datetime(2025, 4, 1, 10, 0, 0, 500000, tzinfo=dt.UTC),
    "list": [1, None, Decimal("1.50")],
    "row": {"a": dt.date(2025, 4, 1), "b": "x"},
    "bytes": b"\x00\xff",
}


def _result(rows=1) -> Result:
    return Result(
        tuple(ResultColumn(name, "varchar") for name in VALUES), iter(list(repeat(tuple(VALUES.values()), rows)))
    )


def _written(format, rows=1) -> bytes:
    stream = io.BytesIO()
    assert write(_result(rows), format, stream) == rows
    return stream.getvalue()


def test_json_keeps_every_digit_and_has_no_nan():
    (row,) = json.loads(_written("json"), parse_float=Decimal)
    assert list(row) == list(VALUES)
    assert row["big"] == 2**53 + 1
    assert row["amount"] == Decimal("12345678901234567890.10")
    assert b"12345678901234567890.10" in _written("json")
    assert row["small"] == Decimal("0.0000001")
    assert row["nan"] is None
    assert row["text"] == VALUES["text"]
    assert row["day"] == "2025-04-01"
    assert row["instant"] == "2025-04-01T10:00:00.500000Z"
    assert row["list"] == [1, None, Decimal("1.50")]
    assert row["row"] == {"a": "2025-04-01", "b": "x"}
    assert row["bytes"] == "00ff"


def test_no_rows_are_an_empty_array():
    assert json.loads(_written("json", 0)) == []
    assert _written("jsonl", 0) == b""


def test_jsonl_is_a_row_a_line():
    lines = _written("jsonl", 3).decode().splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["007"] * 3


def test_csv_reads_back():
    header, row = csv.reader(io.StringIO(_written("csv").decode()))
    read = dict(zip(header, row, strict=True))
    assert read["amount"] == "12345678901234567890.10"
    assert read["text"] == VALUES["text"]
    assert read["nothing"] == ""
    assert read["flag"] == "true"
    assert json.loads(read["list"]) == [1, None, 1.5]


def test_xlsx_keeps_text_text_and_what_excel_would_round_as_text():
    rows = list(openpyxl.load_workbook(io.BytesIO(_written("xlsx"))).active.iter_rows(values_only=True))
    read = dict(zip(*rows, strict=True))
    assert read["big"] == str(2**53 + 1)
    assert read["amount"] == "12345678901234567890.10"
    assert read["formula"] == "=1+1"
    assert read["code"] == "007"
    assert read["double"] == 0.1
    assert read["day"] == dt.datetime(2025, 4, 1)
    assert read["instant"] == dt.datetime(2025, 4, 1, 10, 0, 0, 500000)
    assert read["nothing"] is None


def test_text_that_starts_with_an_equals_sign_is_no_formula():
    sheet = openpyxl.load_workbook(io.BytesIO(_written("xlsx"))).active
    assert sheet.cell(2, list(VALUES).index("formula") + 1).data_type == "s"


def test_a_value_too_long_for_a_cell_is_an_error():
    result = Result((ResultColumn("a", "varchar"),), iter([("x" * 32_768,)]))
    with pytest.raises(TooLarge, match="32,768"):
        write(result, "xlsx", io.BytesIO())


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (True, "true"), (Decimal("1.50"), "1.50"), ([1, "a"], '[1, "a"]')]
)
def test_a_value_for_a_person(value, shown):
    assert text(value) == shown
