"""Refused rows: which, why, and in a form that a person can mend.

They are in the table `rejected_records`, so they are asked for like anything else: one query, the same on both targets.
Its faults and cells are asked for as JSON text made of arrays alone: Athena's own text of an array or a map cannot be
read back, its JSON of a map sorts the keys, and that of a row differs from version to version.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from lakectl.asking.answers import Result, ResultColumn
from lakectl.asking.parameters import Value
from lakectl.asking.statement import parse
from lakectl.errors import UsageError
from lakectl.formats import Format, write, write_workbook
from lakectl.ports import Platform

_REJECTS = """
select dataset, source_file, sheet, "row", execution, resolved_by,
    json_format(cast(transform(faults, f -> array[f."column", f."value", f.rule]) as json)) as faults,
    json_format(cast(map_keys(record) as json)) as columns,
    json_format(cast(map_values(record) as json)) as cells
from rejected_records
where {conditions}
order by dataset, source_file, position, "row"
"""
_FAULT = ("column", "value", "rule")
# What an exported row says besides its own columns: where it is from, and what to mend.
_PLACE = ("_dataset", "_source_file", "_source_sheet", "_source_row", "_faults")


@dataclass(frozen=True)
class Reject:
    """One refused row. `faults`: [{"column", "value", "rule"}]; `record`: its cells as text; `sheet`: '' for a CSV."""

    dataset: str
    source_file: str
    sheet: str
    row: int
    faults: list[dict[str, Any]]
    record: dict[str, str | None]
    execution: str
    resolved_by: str | None

    @property
    def explained(self) -> str:
        """The faults in words: `total_amount = '12.5.1': type; order_id is empty: required`."""
        return "; ".join(map(_explained, self.faults))

    def to_json(self) -> dict[str, Any]:
        """What `rejects list -o json` prints; `resolved_by` only where a later execution resolved the row."""
        shown = asdict(self)
        if self.resolved_by is None:
            del shown["resolved_by"]
        return shown


def _explained(fault: dict[str, Any]) -> str:
    value = "is empty" if fault["value"] is None else f"= {fault['value']!r}"
    return f"{fault['column'] or 'the record'} {value}: {fault['rule']}"


def list_rejects(platform: Platform, dataset: str = "", everything: bool = False, execution: str = "") -> list[Reject]:
    """The open rejects, or all, in the order of dataset, file and row. Raises QueryFailed."""
    wanted: dict[str, Value] = {"dataset": dataset, "execution": execution}
    values = {name: value for name, value in wanted.items() if value}
    result = platform.queries.run(parse(question(values, everything)), values)
    return [_reject(row) for row in result.rows]


def question(columns: Iterable[str], everything: bool) -> str:
    """The query for the open rejects, or all, with these columns' values as its parameters."""
    conditions = [f"{column} = :{column}" for column in columns]
    if not everything:
        conditions.append("resolved_by is null")
    return _REJECTS.format(conditions=" and ".join(conditions) or "true")


def _reject(row: tuple[Any, ...]) -> Reject:
    dataset, source_file, sheet, number, execution, resolved_by, *texts = row
    faults, columns, cells = (json.loads(text or "[]") for text in texts)
    told = [dict(zip(_FAULT, fault, strict=True)) for fault in faults]
    record = dict(zip(columns, cells, strict=True))
    return Reject(dataset, source_file, sheet or "", number, told, record, execution, resolved_by)


def find_rejects(platform: Platform, file: str, row: int, sheet: str = "") -> list[Reject]:
    """The rejects of one row of an upload, open or resolved; `file` is its name, whole or the last part.

    Raises UsageError if there is none.
    """
    found = [
        reject
        for reject in list_rejects(platform, everything=True)
        if reject.row == row and _is_file(reject.source_file, file) and sheet in ("", reject.sheet)
    ]
    if not found:
        raise UsageError(
            f"No row {row} of {file} was refused.", "`lakectl rejects list --all` shows every one that was."
        )
    return found


def _is_file(source_file: str, name: str) -> bool:
    return source_file == name or source_file.endswith(f"/{name}")


def export_rejects(platform: Platform, file: Path, dataset: str = "", everything: bool = False) -> int:
    """Writes the rejects into a .csv, .xlsx, .json or .jsonl and tells how many. Raises UsageError for another suffix.

    A row has its own columns as they were, then where it came from and what is wrong with it; mended, the file is one
    that `ingest` takes, since unknown columns are kept out. A workbook has a sheet per dataset.
    """
    suffix = file.suffix.lower()
    if suffix not in (".csv", ".xlsx", ".json", ".jsonl"):
        raise UsageError(f"Rejects cannot be written as {file.name}.", "Name the file .xlsx, .csv, .json or .jsonl.")
    rejects = list_rejects(platform, dataset, everything)
    datasets = list(dict.fromkeys(reject.dataset for reject in rejects))
    if suffix == ".csv" and len(datasets) > 1:
        raise UsageError(
            f"Rejects of {' and '.join(datasets)} have different columns, and a CSV has one header.",
            "Choose one with --dataset, or name the file .xlsx: that has a sheet for each.",
        )
    content = io.BytesIO()
    if suffix == ".xlsx":
        sheets = {name: _sheet([reject for reject in rejects if reject.dataset == name]) for name in datasets}
        written = write_workbook(sheets or {"rejects": _sheet([])}, content)
    else:
        written = write(_sheet(rejects), cast(Format, suffix[1:]), content)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.getvalue())
    return written


def _sheet(rejects: list[Reject]) -> Result:
    """One row per reject: the columns of the records in order of appearance, then `_PLACE`."""
    names = list(dict.fromkeys(name for reject in rejects for name in reject.record if not name.startswith("_source_")))
    columns = tuple(ResultColumn(name, "varchar") for name in (*names, *_PLACE))
    rows = ((*map(reject.record.get, names), *_place(reject)) for reject in rejects)
    return Result(columns, rows)


def _place(reject: Reject) -> tuple[Any, ...]:
    return reject.dataset, reject.source_file, reject.sheet, reject.row, reject.explained
