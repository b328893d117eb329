"""A draft becomes YAML, with what was seen as comments. Whatever stands in the files, the YAML is valid.

Texts of the files go into comments only as one short line without control characters, and into values only quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import yaml

from lakectl.drafting.draft import Draft, DraftColumn
from lakectl.drafting.places import number
from lakectl.drafting.values import SPACES
from lakehouse.contracts.model import Kind
from lakehouse.contracts.model import header as plain
from lakehouse.contracts.reading import SETTINGS, Reading
from lakehouse.contracts.setting_values import NUMBERS
from lakehouse.convert.extent import letters

_LOGICAL = {"decimal": "number", "double": "number"}
_EXAMPLES, _LONGEST, _WIDTH = 3, 40, 120
_WORDS = {" ": "space"}  # what a setting calls what cannot be seen


def contract_yaml(draft: Draft) -> str:
    """The contract file of a draft."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield from _comment(_origin(draft))
    yield from (
        "apiVersion: v3.1.0",
        "kind: DataContract",
        f"id: {scalar(draft.dataset)}",
        f"name: {scalar(draft.dataset)}",
    )
    yield from ("version: 0.1.0", "status: draft", "")
    if draft.latest_by:
        yield from ("customProperties:", *_property("latestBy", [draft.latest_by], "  "), "")
    yield from ("schema:", f"  - name: {scalar(draft.dataset)}", "    logicalType: object", "    physicalType: table")
    yield from _comment(_about_key(draft), "    ")
    for left in draft.table.left_out:
        yield from _comment(f"Left out, {left}.", "    ")
    yield "    properties:"
    for column in draft.columns:
        yield from ([""] if column is not draft.columns[0] else [])
        yield from _column(draft, column)


def _origin(draft: Draft) -> str:
    files: dict[str, int] = {}
    for source in draft.table.sources:
        files[source.file] = files.get(source.file, 0) + (1 if source.sheet else 0)
    named = ", ".join(f"{shown(file)} ({_count(n, 'sheet')})" if n else shown(file) for file, n in files.items())
    return (
        f"Drafted by `lakectl contracts draft` from {named}: {_count(draft.table.rows, 'row')}. The comments say what "
        "was seen in all of these rows; what may come tomorrow is for you to say."
    )


def _about_key(draft: Draft) -> str:
    told = [f"Key: {' + '.join(draft.key.columns)}"]
    rows = draft.table.rows
    if without := rows - min(column.valid_rows for column in draft.columns if column.key):
        told.append(f"{_count(without, 'row')} of {rows:,} without a valid one, which will be refused")
    elif draft.key.repeated:
        told.append(
            f"{_count(draft.key.repeated, 'row')} of {rows:,} repeat one; of those with one key, the latest wins"
        )
    else:
        told.append("different in every row")
    if draft.key.others:
        told.append(f"so are {', '.join(' + '.join(other) for other in draft.key.others)}")
    return f"{'; '.join(told)}."


def _column(draft: Draft, column: DraftColumn) -> Iterator[str]:
    yield from _comment(_seen(column), "      ")
    yield from _comment(_why(draft, column), "      ")
    type_ = column.finding.type
    yield f"      - name: {scalar(column.name)}"
    yield f"        logicalType: {_LOGICAL.get(type_.kind, type_.kind)}"
    yield f"        physicalType: {type_}"
    if column.key:
        yield "        primaryKey: true"
        yield f"        primaryKeyPosition: {column.key}"
    if column.required:
        yield "        required: true"
    if column.name == draft.partition_by:
        yield from ("        partitioned: true", "        partitionKeyPosition: 1")
    yield from _relationship(column)
    properties = list(_properties(column))
    if properties:
        yield "        customProperties:"
        yield from properties


def _relationship(column: DraftColumn) -> Iterator[str]:
    if column.reference is None:
        return
    parent = column.reference.parent
    lines = ["relationships:", "  - type: foreignKey", f"    to: {parent.dataset}.{parent.key}"]
    if column.reference.proven:
        yield from (f"        {line}" for line in lines)
    else:
        yield from _comment(f"Called like the key of {parent.dataset}, whose values are not known here:", "        ")
        yield from (f"        # {line}" for line in lines)


def _properties(column: DraftColumn) -> Iterator[str]:
    if column.derived_from:
        yield from _property("derivedFrom", column.derived_from, "          ")
    if plain(column.name) != plain(column.values.header):
        yield from _property("aliases", [column.values.header], "          ")
    yield from settings(column.finding.reading, "          ")


def settings(reading: Reading, indent: str) -> Iterator[str]:
    """The custom properties of the settings that are set."""
    for setting in SETTINGS:
        value = getattr(reading, setting.field)
        if value:
            words = _WORDS.get(value, value) if isinstance(value, str) else list(value)
            yield from _property(setting.name, words, indent)


def _property(name: str, value: str | Sequence[str], indent: str) -> list[str]:
    written = scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"
    return [f"{indent}- property: {name}", f"{indent}  value: {written}"]


def _seen(column: DraftColumn) -> str:
    values = column.values
    place = f"{shown(values.header)}, column {letters(values.position)}"
    empty = f"{values.empty:,} empty" if values.empty else "none empty"
    filled = sum(values.counts.values())
    text = f"{place}: {_count(filled, 'value')}, {values.distinct:,} distinct, {empty}"
    if values.faults:
        errors = ", ".join(map(shown, list(values.faults)[:_EXAMPLES]))
        text += f", {_count(sum(values.faults.values()), 'error')} ({errors}), whose rows will be refused"
    examples = ", ".join(map(shown, list(values.counts)[:_EXAMPLES]))
    return f"{text}{_range(column)}{f'; such as {examples}' if examples else ''}."


def _range(column: DraftColumn) -> str:
    """Smallest and largest value; of texts, the lengths."""
    finding, reading = column.finding, column.finding.reading
    texts = list(column.valid)
    if not texts or finding.type.kind == "boolean":
        return ""
    if finding.type.kind == "string":
        shortest, longest = min(map(len, texts)), max(map(len, texts))
        return (
            f"; {_count(longest, 'character')} each" if shortest == longest else f"; {shortest} to {longest} characters"
        )
    order = _order(finding.type.kind, reading)
    return f"; {shown(min(texts, key=order))} to {shown(max(texts, key=order))}"


def _order(kind: Kind, reading: Reading) -> Callable[[str], Any]:
    """What puts the valid texts of a column in order."""
    if kind in NUMBERS:
        read = number(reading.decimal_separator) if reading.decimal_separator else str
        return lambda text: Decimal(read(text))
    return (lambda text: _moment(text, reading.date_formats)) if reading.date_formats else str


def _moment(text: str, forms: Sequence[str]) -> datetime:
    for form in forms:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _why(draft: Draft, column: DraftColumn) -> str:
    finding = column.finding
    text = f"{finding.type}: {finding.why}."
    if finding.misfits:
        rows = sum(count for t, count in column.values.counts.items() if t.strip(SPACES) in set(finding.misfits))
        text += f" Not in {_count(rows, 'row')}: {', '.join(map(shown, finding.misfits[:_EXAMPLES]))}."
    if column.derived_from:
        text += f" It is the day of {column.derived_from}, and computed from that."
    if column.name == draft.latest_by:
        text += " Of several rows with one key, the latest by it wins."
    if finding.doubt:
        text += f" Look at this: {finding.doubt}."
    return text


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(text: str) -> str:
    """A text of the files for a comment: quoted where it is not plain, short, on one line, all of it printable."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    if re.fullmatch(r"[\w.:+/,()-](?:[\w .:+/,()-]*[\w.:+/,()-])?", short) and short.isprintable():
        return short
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in json.dumps(short, ensure_ascii=False))


def scalar(text: str) -> str:
    """A text as a YAML scalar that reads back as the same text, in a list, too."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]+(?: [A-Za-z0-9_]+)*", text) and yaml.safe_load(text) == text:
        return text
    quoted: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.rstrip("\n")


def _comment(text: str, indent: str = "") -> Iterable[str]:
    """The text as comment lines, folded between words."""
    line = f"{indent}#"
    for word in text.split(" "):
        if len(line) + 1 + len(word) > _WIDTH and line != f"{indent}#":
            yield line
            line = f"{indent}#"
        line += f" {word}"
    yield line
