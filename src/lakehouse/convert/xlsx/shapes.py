"""The shape of a cell: its tags to the letter, as a regular expression with a group in the place of the value.

The number of the row is the first group of the expression that shapes become a part of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from lakehouse.convert.xlsx.contents import Contents, Reader, preserved, trimmed
from lakehouse.convert.xlsx.xml import plain_text

ReadAll = Callable[[tuple[str, ...]], Sequence[str]]

# Numbers that are their own text: `values.number` changes none of them.
_OWN_TEXT = r"(0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,8})\.\d{0,5}[1-9])"
_ANY, _SOME, _WORD, _PLACE, _NOT_ZERO = (
    r"([^<&\r]*)",
    r"([^<&\r]+)",
    r"([^<&\s]+)",
    r"(\d{1,9})",
    r"([^<&\seE]*[1-9][^<&\seE]*)",
)
_TEXT = r"([^<]*)"

# ~ stands for the prefix of names.
_CELL = r"""
    <~c (?P<attributes> (?:\ [\w:]+="[^"<&>]*")* )
    (?: \ ?/> | >
        (?P<formula> <~f(?:\ [a-z]+="(?:true|false|0|1)")*>[^<]*</~f> | <~f\ t="shared"\ si="\d+"/> )?
        (?: (?P<open> <~v> | <~is><~t(?:\ xml:space="preserve")?> ) (?P<value> [^<]* ) (?: </~v> | </~t></~is> ) )?
    </~c> )
"""
_FORMULA = r'(?:<~f(?: [a-z]+="(?:true|false|0|1)")*>[^<]*</~f>|<~f t="shared" si="\d+"/>)'
_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})\d+", re.ASCII)


@dataclass(frozen=True)
class Shape:
    """The pattern of a cell in one column. `read` reads all values of the group, "" where there is none.

    Where `read` is None the pattern has no group: the cell holds nothing.
    """

    pattern: str
    read: ReadAll | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Found:
    """A cell in a row's XML: the letters of its column, its shape, and where it ends."""

    letters: str
    shape: Shape
    end: int


class Shapes:
    """The shapes of cells that are simple: one value or text and nothing else."""

    def __init__(self, contents: Contents, prefix: str) -> None:
        self._contents = contents
        self._cell = re.compile(_CELL.replace("~", prefix), re.ASCII | re.VERBOSE)
        self._formula = _FORMULA.replace("~", prefix)

    def simple(self, row: str, position: int) -> Found | None:
        """The cell at a position of a row's XML; None if it is not simple."""
        found = self._cell.match(row, position)
        if not found:
            return None
        attributes = dict(_ATTRIBUTE.findall(found["attributes"]))
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        if not reference or (found["formula"] and not found["value"]):
            return None
        return Found(reference[1], self._shape(found, attributes, reference[1]), found.end())

    def _shape(self, found: re.Match[str], attributes: dict[str, str], letters: str) -> Shape:
        before, after = self._tags(found).split(f' r="{attributes["r"]}"', 1)
        formula = found["formula"] or ""
        start, end = after.split(formula, 1) if formula else (after, "")
        tags = (
            rf'{re.escape(before)} r="{letters}\1"{re.escape(start)}{self._formula if formula else ""}{re.escape(end)}'
        )
        if found["value"] is None:
            return Shape(tags)
        group, read = self._value(found, attributes.get("t", ""), attributes.get("s", ""))
        return Shape(tags + group + re.escape(found.string[found.end("value") : found.end()]), read)

    @staticmethod
    def _tags(found: re.Match[str]) -> str:
        """All of the cell up to its value."""
        return found[0] if found["value"] is None else found.string[found.start() : found.start("value")]

    def _value(self, found: re.Match[str], kind: str, style: str) -> tuple[str, ReadAll]:
        """The pattern of a value and how it is read."""
        if "is>" in found["open"]:
            return _TEXT, _each(_of_text(preserved if "preserve" in found["open"] else trimmed))
        reader = self._contents.reader(kind, style)
        if reader is trimmed:
            return _TEXT, _each(_of_text(trimmed))
        if kind == "s" and not found["formula"] and found["value"].isdecimal():
            return _PLACE, partial(_shared, self._contents.strings, reader)
        is_number = kind in ("", "n")
        if found["formula"]:
            return (_NOT_ZERO if is_number and self._contents.recalculates else _WORD), _each(reader)
        if is_number and self._contents.is_plain(style) and re.fullmatch(_OWN_TEXT, found["value"], re.ASCII):
            return _OWN_TEXT, _as_it_is
        return (_SOME if kind == "e" else _ANY), _each(reader)


def _as_it_is(values: tuple[str, ...]) -> Sequence[str]:
    return values


def _each(reader: Reader) -> ReadAll:
    return lambda values: [reader(value) if value else "" for value in values]


def _of_text(reader: Reader) -> Reader:
    return lambda raw: reader(plain_text(raw) if "&" in raw or "\r" in raw else raw)


def _shared(strings: Sequence[str], reader: Reader, values: tuple[str, ...]) -> Sequence[str]:
    try:
        return [strings[int(value)] if value else "" for value in values]
    except IndexError:
        return _each(reader)(values)
