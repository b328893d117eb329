"""What is wrong with a row: for each column every rule that its value breaks, in the order in which they are told.

rule            a value breaks it when it
cells           is no value but a whole record that cannot be split into cells; nothing else is then said of the row
required        is empty, and the column is a key or required
excel_error     is one of Excel's error values; nothing else is then said of it, nor with the next three
not_calculated  is that of a formula that no program has computed
ambiguous       can be read as two different numbers
characters      has characters that cannot be kept
type            does not have the form of the column's type
scale           has more decimals than the type
range           is beyond the type, or below `minimum`, or above `maximum`
length          is shorter than `minLength` or longer than `maxLength`
pattern         does not match `pattern`
allowed         is none of the values allowed
foreign_key     is not in the parent's table
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lakehouse.contracts.model import Column, Contract, ForeignKey
from lakehouse.error_values import ERROR_VALUES
from lakehouse.etl import types
from lakehouse.etl.marked import NOTHING, Marked, rule_of
from lakehouse.etl.sql import literal, matches, name
from lakehouse.marks import AMBIGUOUS, CELLS, CHARACTERS, EXCEL_ERROR, NOT_CALCULATED

# The rules that a marked cell may break: what no text of a cell can show.
_MARKED = (EXCEL_ERROR, NOT_CALCULATED, AMBIGUOUS, CHARACTERS)


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong with the values of some columns (mostly one; none if the row has no cells): the
    condition, in SQL."""

    columns: tuple[str, ...]
    rule: str
    condition: str

    @property
    def column(self) -> str:
        """What a fault names as its column."""
        return ", ".join(self.columns)


def text_of(column: str) -> str:
    """Where the statement `checked` has a column's text: without what never counts, null if empty."""
    return name(f"_text_{column}")


def formed(column: str) -> str:
    """Where the statement `checked` has whether a column's text has its type's form; null where there is no text."""
    return name(f"_formed_{column}")


def is_excel_error(text: str) -> str:
    """The condition that a text is one of Excel's error values."""
    return f"{text} IN ({', '.join(map(literal, ERROR_VALUES))})"


def checks(contract: Contract, marked: Marked = NOTHING) -> Iterator[Check]:
    """Everything that is checked in a row, in the order of the columns and, in a column, of the rules."""
    if marked.records:
        yield Check((), CELLS, "NOT _cells IS NULL")
    for column in contract.source_columns:
        for rule, condition in [*_required(contract, column, marked), *_form(column, marked), *_content(column)]:
            yield Check((column.name,), rule, condition)
        for number, key in enumerate(contract.foreign_keys):
            if key.columns[0] == column.name:
                yield _foreign(key, number)


def _required(contract: Contract, column: Column, marked: Marked) -> Iterator[tuple[str, str]]:
    if column.required or column.name in contract.primary_key:
        no_rule = f" AND COALESCE({rule_of(column.name)}, '') = ''" if column.name in marked.columns else ""
        no_record = " AND _cells IS NULL" if marked.records else ""
        yield "required", f"{text_of(column.name)} IS NULL{no_rule}{no_record}"


def _form(column: Column, marked: Marked) -> Iterator[tuple[str, str]]:
    text = text_of(column.name)
    is_error = is_excel_error(text)
    if column.name in marked.columns:
        broken = {rule: f"{rule_of(column.name)} = {literal(rule)}" for rule in _MARKED}
        yield EXCEL_ERROR, f"{is_error} OR {broken.pop(EXCEL_ERROR)}"
        yield from broken.items()
    else:
        yield EXCEL_ERROR, is_error
    if column.type.kind != "string":
        yield "type", f"NOT {formed(column.name)} AND NOT {is_error}"


def _content(column: Column) -> Iterator[tuple[str, str]]:
    of, value, text, right = column.type, name(column.name), text_of(column.name), formed(column.name)
    if too_fine := types.loses_decimals(of, text):
        yield "scale", f"{right} AND {too_fine}"
    if beyond := _beyond(column, value, right, text):
        yield "range", beyond
    if column.min_length or column.max_length:
        longest = f" OR CHAR_LENGTH({text}) > {column.max_length}" if column.max_length else ""
        yield "length", f"{right} AND (CHAR_LENGTH({text}) < {column.min_length}{longest})"
    if column.pattern:
        yield "pattern", f"{right} AND NOT {matches(text, column.pattern)}"
    if column.allowed:
        values = ", ".join(types.constant(of, allowed) for allowed in column.allowed)
        yield "allowed", f"{value} NOT IN ({values})"


def _beyond(column: Column, value: str, right: str, text: str) -> str:
    """The condition of `range`; empty where nothing can be out of it."""
    limits = []
    if exceeds := types.exceeds(column.type, text, value):
        limits.append(f"{right} AND {exceeds}")
    if column.minimum:
        limits.append(f"{value} < {types.constant(column.type, column.minimum)}")
    if column.maximum:
        limits.append(f"{value} > {types.constant(column.type, column.maximum)}")
    return " OR ".join(f"({limit})" for limit in limits)


def _foreign(key: ForeignKey, number: int) -> Check:
    given = " AND ".join(f"{name(column)} IS NOT NULL" for column in key.columns)
    return Check(key.columns, "foreign_key", f"{given} AND _found_{number} IS NULL")
