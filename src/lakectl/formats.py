"""Results as files: csv, json, jsonl and xlsx, written row by row, so that a large answer is never in memory.

Every format says the same of a value:

| value           | csv                      | json, jsonl              | xlsx                                  |
|-----------------|--------------------------|--------------------------|---------------------------------------|
| decimal         | all its digits           | a number, all its digits | a number; beyond 15 digits, text      |
| integer         | all its digits           | a number, all its digits | a number; beyond 15 digits, text      |
| instant         | `2025-04-01T10:00:00Z`   | the same, as text        | a date-time in UTC; before 1900, text |
| date, time      | ISO 8601                 | the same, as text        | a date, a time; before 1900, text     |
| null            | an empty field           | `null`                   | an empty cell                         |
| NaN, infinity   | `nan`, `inf`             | `null`                   | text                                  |
| text            | as it is                 | as it is                 | as it is, never a formula             |
| bytes           | hexadecimal              | hexadecimal              | hexadecimal                           |
| array, map, row | JSON                     | an array, an object      | JSON                                  |

Parquet is written by the target itself: `lakectl.asking.answers.Queries.unload`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any, BinaryIO, Literal, cast

from lakectl.asking.answers import Result
from lakectl.errors import UsageError

Format = Literal["csv", "json", "jsonl", "xlsx"]
Row = Sequence[Any]

_EXCEL_ROWS = 1_048_576  # the header's among them
_EXCEL_TEXT = 32_767  # characters in a cell
_EXCEL_DIGITS = 15


class TooLarge(UsageError):
    """The answer does not fit into the format that was asked for."""


def write(result: Result, format: Format, stream: IO[bytes]) -> int:
    """Writes the whole answer and tells how many rows it has. Raises TooLarge, and what fetching the rows raises."""
    if format == "xlsx":
        return write_workbook({"result": result}, stream)
    rows = _Counted(result.rows)
    out = io.TextIOWrapper(cast(BinaryIO, stream), encoding="utf-8", newline="")
    _TEXT_WRITERS[format]([column.name for column in result.columns], rows, out)
    out.flush()
    out.detach()  # or closing it would close the stream
    return rows.count


class _Counted:
    """Rows, counted while they are walked."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _write_csv(names: Sequence[str], rows: Iterable[Row], out: io.TextIOWrapper) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([text(value) for value in row] for row in rows)


def text(value: Any) -> str:
    """The value for a person and for CSV: null is nothing, an array or a map is JSON."""
    match value:
        case None:
            return ""
        case list() | dict() | bool():
            return json_text(value)
        case _:
            return plain_text(value)


def _write_json(names: Sequence[str], rows: Iterable[Row], out: io.TextIOWrapper) -> None:
    separator = "[\n"
    for line in _objects(names, rows):
        out.write(separator + "  " + line)
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")


def _write_jsonl(names: Sequence[str], rows: Iterable[Row], out: io.TextIOWrapper) -> None:
    out.writelines(line + "\n" for line in _objects(names, rows))


def _objects(names: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    keys = [json.dumps(name, ensure_ascii=False) + ": " for name in names]
    for row in rows:
        yield "{" + ", ".join(key + json_text(value) for key, value in zip(keys, row, strict=True)) + "}"


_TEXT_WRITERS = {"csv": _write_csv, "json": _write_json, "jsonl": _write_jsonl}


def json_text(value: Any) -> str:
    """The value in JSON. Written here since the json module has no number with all the digits of a decimal."""
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | Decimal():
            return plain_text(value)
        case float():
            return repr(value) if math.isfinite(value) else "null"
        case list() | tuple():
            return "[" + ", ".join(map(json_text, value)) + "]"
        case dict():
            pairs = (
                f"{json.dumps(plain_text(key), ensure_ascii=False)}: {json_text(item)}" for key, item in value.items()
            )
            return "{" + ", ".join(pairs) + "}"
        case _:
            return json.dumps(plain_text(value), ensure_ascii=False)


def plain_text(value: Any) -> str:
    """A single value as text: ISO 8601 for times, UTC as `Z`, every digit of a number."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return value.isoformat().replace("+00:00", "Z")
        case dt.date() | dt.time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case _:
            return str(value)


def write_workbook(sheets: Mapping[str, Result], stream: IO[bytes]) -> int:
    """Writes one sheet per answer, by the sheets' names, and tells how many rows they have. Raises TooLarge."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    written = sum(_fill(book.create_sheet(name), result) for name, result in sheets.items())
    book.save(stream)
    return written


def _fill(sheet: Any, result: Result) -> int:
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, column.name) for column in result.columns])
    rows = _Counted(result.rows)
    for row in rows:
        if rows.count >= _EXCEL_ROWS:
            raise TooLarge(f"A sheet takes {_EXCEL_ROWS - 1:,} rows, and there are more.", "Take -o csv or -o parquet.")
        sheet.append([_cell(sheet, value) for value in row])
    return rows.count


def _cell(sheet: Any, value: Any) -> Any:
    value = _excel_value(value)
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if len(value) > _EXCEL_TEXT:
        raise TooLarge(f"A cell takes {_EXCEL_TEXT:,} characters, and a value has {len(value):,}.", "Take -o csv.")
    legal = re.sub(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", value)
    cell = WriteOnlyCell(sheet, legal)
    cell.data_type = "s"  # text that starts with = is no formula
    return cell


def _excel_value(value: Any) -> Any:
    match value:
        case None | bool() | str() | dt.time():
            return value
        case int() | Decimal():
            digits = plain_text(value)
            return value if sum(map(str.isdigit, digits)) <= _EXCEL_DIGITS else digits
        case float():
            return value if math.isfinite(value) else str(value)
        case dt.date() if value.year >= 1900:  # Excel's calendar begins there
            return (
                value.astimezone(dt.UTC).replace(tzinfo=None)
                if isinstance(value, dt.datetime) and value.tzinfo
                else value
            )
        case list() | dict():
            return json_text(value)
        case _:
            return plain_text(value)
