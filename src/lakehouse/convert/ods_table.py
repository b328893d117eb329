"""Rows of one sheet of an OpenDocument spreadsheet, from the events of an XML parser (OpenDocument 1.3, part 3, 9).

Rows and cells may stand for many equal ones; those that are empty cost nothing. A cell's text is that of its
paragraphs: not of a comment, nor of a drawing in it. Its value is what its attributes say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lakehouse.convert.binary_values import Cells
from lakehouse.convert.model import Area, Cell, Row, SheetRefused
from lakehouse.convert.values import BOOLEANS, duration, iso, number, string
from lakehouse.error_values import ERROR_VALUES
from lakehouse.marks import EXCEL_ERROR, NOT_CALCULATED

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_OFFICE, TABLES, _TEXT, STYLES = (f"{_ODF}:{name}:1.0" for name in ("office", "table", "text", "style"))
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"

_ROW, _CELL, _COVERED = f"{TABLES} table-row", f"{TABLES} table-cell", f"{TABLES} covered-table-cell"
_PARAGRAPHS = (f"{_TEXT} p", f"{_TEXT} h")
_SPACES, _TAB, _BREAK = f"{_TEXT} s", f"{_TEXT} tab", f"{_TEXT} line-break"
_NOT_TEXT = (f"{_TEXT} ruby-text", f"{_TEXT} note")
_TABLE, _SHAPES = f"{TABLES} table", f"{TABLES} shapes"
_ROWS_REPEATED, _COLUMNS_REPEATED = f"{TABLES} number-rows-repeated", f"{TABLES} number-columns-repeated"
_ROWS_SPANNED, _COLUMNS_SPANNED = f"{TABLES} number-rows-spanned", f"{TABLES} number-columns-spanned"
_VALUE_TYPE, _CALC_TYPE = f"{_OFFICE} value-type", f"{_CALC} value-type"
_STRING_VALUE, _FORMULA, _COUNT = f"{_OFFICE} string-value", f"{TABLES} formula", f"{_TEXT} c"
_LAST_ROW = 1_048_576

Attributes = Mapping[str, str]


class Table:
    """Follows the elements of a table; `rows` gives those that are complete, `merged` the merged cells among them."""

    def __init__(self) -> None:
        self.ended = False
        self.merged: list[Area] = []
        self._complete: list[tuple[int, int, list[str]]] = []  # the first row's number, how many, cells
        self._next = 1
        self._repeated = 1
        self._cells = Cells()
        self._column = 0
        self._cell: Attributes | None = None
        self._paragraphs: list[list[str]] = []
        self._in_paragraph = False
        self._left_out = 0  # depth inside an element that is no text of a cell

    def rows(self) -> Iterator[Row]:
        """The rows that are complete and have not been given yet."""
        complete, self._complete = self._complete, []
        for first, count, cells in complete:
            for number_ in range(first, first + count - 1):
                yield number_, cells.copy() if type(cells) is list else type(cells)(cells)
            yield first + count - 1, cells

    def forget(self) -> None:
        """Nobody wants the rows that are complete."""
        self._complete = []

    def start(self, tag: str, attributes: Attributes) -> None:
        if self._left_out or self.ended:
            self._left_out += 1
        elif self._cell is not None:
            self._start_in_cell(tag, attributes)
        elif tag in (_CELL, _COVERED):
            self._cell, self._paragraphs = attributes, []
        elif tag == _ROW:
            self._cells, self._column = Cells(), 0
            self._repeated = int(attributes.get(_ROWS_REPEATED, 1))
        elif not tag.startswith(TABLES) or tag == _SHAPES:
            self._left_out = 1

    def _start_in_cell(self, tag: str, attributes: Attributes) -> None:
        if tag in _PARAGRAPHS:
            self._paragraphs.append([])
            self._in_paragraph = True
        elif not tag.startswith(_TEXT) or tag in _NOT_TEXT:
            self._left_out = 1
        elif tag == _SPACES:
            self.text(" " * int(attributes.get(_COUNT, 1)))
        elif tag in (_TAB, _BREAK):
            self.text("\t" if tag == _TAB else "\n")

    def text(self, text: str) -> None:
        if self._in_paragraph and not self._left_out:
            self._paragraphs[-1].append(text)

    def end(self, tag: str) -> None:
        if self._left_out or self.ended:
            self._left_out -= 1
        elif tag in _PARAGRAPHS:
            self._in_paragraph = False
        elif tag in (_CELL, _COVERED):
            self._end_cell(self._cell or {}, covered=tag == _COVERED)
        elif tag == _ROW:
            self._end_row()
        elif tag == _TABLE:
            self.ended = True

    def _end_cell(self, attributes: Attributes, *, covered: bool) -> None:
        first = self._column
        self._cell = None
        self._column += int(attributes.get(_COLUMNS_REPEATED, 1))
        text = "" if covered else value(attributes, ["".join(texts) for texts in self._paragraphs])
        if text:
            for column in range(first, self._column):
                self._cells.put(column, text)
        if _ROWS_SPANNED in attributes or _COLUMNS_SPANNED in attributes:
            rows, columns = int(attributes.get(_ROWS_SPANNED, 1)), int(attributes.get(_COLUMNS_SPANNED, 1))
            if rows > 1 or columns > 1:
                self.merged.append(Area(self._next, first, self._next + rows - 1, first + columns - 1))

    def _end_row(self) -> None:
        if self._cells:
            if self._next + self._repeated - 1 > _LAST_ROW:
                raise SheetRefused(f"a row lies below row {_LAST_ROW}, the last that a sheet can have")
            self._complete.append((self._next, self._repeated, self._cells.row()))
        self._next += self._repeated


def value(attributes: Attributes, paragraphs: Sequence[str]) -> str:
    """A cell's text, by its attributes (19.385 and others) and by what its paragraphs show.

    A formula without a value and without text was never calculated. An error is a string to OpenDocument: LibreOffice
    tells it by a type of its own, older programs show it in the place of the number 0.
    """
    shown = "\n".join(paragraphs)
    kind, formula = attributes.get(_VALUE_TYPE, ""), attributes.get(_FORMULA, "")
    if "error" in (kind, attributes.get(_CALC_TYPE)):
        return Cell(shown.strip() or "#UNKNOWN!", fault=EXCEL_ERROR)
    if formula and (shown in ERROR_VALUES or _ERROR.fullmatch(shown)):
        return Cell(shown, fault=EXCEL_ERROR)
    written = attributes.get(_VALUE_OF.get(kind, _STRING_VALUE))
    if written is None and formula and not shown and kind != "string":
        return Cell(formula[formula.find("=") :], fault=NOT_CALCULATED)  # without the prefix of its language
    if written is None or kind not in _VALUE_OF:
        return string(shown if written is None else written)
    return _typed(kind, written, shown, formula)


# The attribute that has the value, by the type of the value.
_VALUE_OF = {
    "float": f"{_OFFICE} value",
    "currency": f"{_OFFICE} value",
    "percentage": f"{_OFFICE} value",
    "date": f"{_OFFICE} date-value",
    "time": f"{_OFFICE} time-value",
    "boolean": f"{_OFFICE} boolean-value",
}
_ERROR = re.compile(r"Err:\d{3}|#[^\W\d_/]+[!?]|#NV")
# How LibreOffice shows the result of a formula that is a boolean, which it writes down as 1 or 0.
_TRUE = ("TRUE", "WAHR", "VRAI", "VERDADERO", "VERO", "VERDADEIRO", "WAAR", "PRAWDA", "ИСТИНА", "SANT", "SAND")
_FALSE = ("FALSE", "FALSCH", "FAUX", "FALSO", "ONWAAR", "FAŁSZ", "ЛОЖЬ", "FALSKT", "FALSK")
_BOOLEAN_WORDS = {("1", word): BOOLEANS[True] for word in _TRUE} | {("0", word): BOOLEANS[False] for word in _FALSE}


def _typed(kind: str, written: str, shown: str, formula: str) -> str:
    if kind == "date":
        return iso(written)
    if kind == "time":
        return _time(written)
    if kind == "boolean":
        return written
    if formula and (written, shown) in _BOOLEAN_WORDS:
        return _BOOLEAN_WORDS[written, shown]
    text = number(written)
    zeros = shown[:1] == "0" and shown.isdecimal() and shown.lstrip("0") == (text if text != "0" else "")
    return Cell(text, shown=shown) if zeros and shown != text else text


# XML Schema part 2, 3.2.6
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?", re.ASCII)


def _time(written: str) -> str:
    """A time of day or a duration, which are one type to OpenDocument: `PT10H30M00S`."""
    found = _DURATION.fullmatch(written)
    if not found:
        return iso(written)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:5])
    text = duration((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
    if found[1] or days * 24 + hours >= 24:
        return found[1] + text + (f".{found[6].ljust(6, '0')}" if (found[6] or "").strip("0") else "")
    return iso(f"{text:0>8}.{found[6] or 0}")
