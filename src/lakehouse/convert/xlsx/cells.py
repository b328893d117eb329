"""The rows of a sheet, followed element by element: exact whatever the writer, and slow (ECMA-376 part 1, 18.3.1).

A row or a cell without a reference comes right after the one before it. A cell that is there twice
has one value, or the sheet is refused.
"""

from __future__ import annotations

import re

from lakehouse.convert.extent import COLUMNS, area_of, column, letters
from lakehouse.convert.model import Area, Cell, Row, SheetRefused, SpecialRow
from lakehouse.convert.xlsx import strings
from lakehouse.convert.xlsx.contents import Contents

_MOST_DIGITS = 9  # of a row's number
_LETTERS = re.compile(r"\$?([A-Za-z]+)\$?")


class Cells:
    """Collects in `rows` each row that ends and holds anything. `number` is that of the row before the next one.

    `between` says whether the next thing may be a row: false inside of a row, and outside of the sheet's data.
    `arrays_to` is the last row to which a formula of several cells reaches, where its values may be made up: of these
    cells, only the first says that it is computed.
    """

    def __init__(self, contents: Contents) -> None:
        self.rows: list[Row] = []
        self.number = 0
        self.between = False
        self._contents = contents
        self._cells: dict[int, str] = {}
        self._numbered = False
        self._column = -1
        self._places: dict[str, int] = {}  # a reference's letters -> the column
        self._type = self._style = ""
        self._value: str | None = None
        self._formula: str | None = None
        self._rich: strings.Rich | None = None
        self._shared: dict[str, str] = {}
        self._shares = ""
        self._text: list[str] | None = None
        self._reference = ""
        self._preserved = False
        self.arrays_to = 0
        self._arrays: list[tuple[Area, str]] = []
        self._array: Area | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v":
            self._text, self._preserved = [], attributes.get("xml:space") == "preserve"
        elif tag == "row":
            self._start_row(attributes.get("r", ""))
        elif tag == "f":
            self._text = []
            self._shares = attributes.get("si", "") if attributes.get("t") == "shared" else ""
            self._array = area_of(attributes.get("ref", "")) if attributes.get("t") == "array" else None
        elif tag == "sheetData":
            self.between = True
        elif self._rich:
            self._rich.start(tag, attributes)
        elif tag == "is":
            self._rich = strings.Rich()

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
        elif self._rich:
            self._rich.text(text)

    def end(self, tag: str) -> None:
        if tag == "v":
            self._value, self._text = "".join(self._text or ()), None
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._end_row()
        elif tag == "f":
            self._end_formula("".join(self._text or ()))
        elif tag == "sheetData":
            self.between = False
        elif self._rich:
            self._rich.end(tag)

    def _start_row(self, number: str) -> None:
        self._numbered = number.isdecimal() and len(number) <= _MOST_DIGITS
        self.number = int(number) if self._numbered else self.number + 1
        self.between, self._cells, self._column = False, {}, -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._reference = attributes.get("r", "")
        self._type, self._style = attributes.get("t", ""), attributes.get("s", "")
        self._value = self._formula = self._rich = None
        before = self._reference.rstrip("0123456789")
        place = self._places.get(before)
        if place is None:
            found = _LETTERS.fullmatch(before)
            place = self._places[before] = column(found[1]) if found else -1
        self._column = place if place >= 0 else self._column + 1
        if not self._numbered and place >= 0 and 0 < len(self._reference) - len(before) <= _MOST_DIGITS:
            self.number, self._numbered = int(self._reference[len(before) :]), True

    def _end_formula(self, formula: str) -> None:
        self._text = None
        if self._shares and formula:
            self._shared.setdefault(self._shares, self._reference)
        elif self._shares and not formula:
            formula = f"(the formula of {self._shared.get(self._shares, 'another cell')})"
        self._formula = formula
        if self._array and self._contents.recalculates:
            self._arrays.append((self._array, formula))
            self.arrays_to = max(self.arrays_to, self._array.bottom)

    def _of_array(self) -> str | None:
        """The formula of several cells that gives this one its value."""
        for area, formula in self._arrays if self.number <= self.arrays_to else ():
            if area.top <= self.number <= area.bottom and area.left <= self._column <= area.right:
                return formula
        return None

    def _end_cell(self) -> None:
        text = self._held()
        if not text:
            return
        if self._column >= COLUMNS:
            raise SheetRefused(f"the cell {self._reference} is beyond XFD, the last column that a sheet can have")
        if self._cells.setdefault(self._column, text) != text:
            raise there_twice(f"{letters(self._column)}{self.number}", self._cells[self._column], text)

    def _held(self) -> str:
        formula = self._of_array() if self._formula is None and self._value else self._formula
        if formula is not None:
            return self._contents.of_formula(formula, self._type, self._style, self._value)
        if self._rich:
            return self._rich.shown()
        if not self._value and self._type != "e":
            return ""
        if self._preserved and self._type in ("str", "inlineStr"):
            return strings.text(self._value or "")
        return self._contents.reader(self._type, self._style)(self._value or "")

    def _end_row(self) -> None:
        self.between = True
        if not self._cells:
            return
        row = [""] * (max(self._cells) + 1)
        for place, text in self._cells.items():
            row[place] = text
        self.rows.append((self.number, row if is_plain(row) else SpecialRow(row)))


def there_twice(cell: str, *values: str) -> SheetRefused:
    """The refusal of a sheet that says two things of one cell, which Excel repairs by leaving something out."""
    said = " and ".join(repr(value[:40]) for value in values)
    return SheetRefused(f"the cell {cell} is there twice, with {said}: write the workbook anew")


def is_plain(row: list[str]) -> bool:
    return not any(cell.__class__ is Cell for cell in row)
