"""The principle of the conversion: a cell is in the CSV as a person sees it, or marked there, or a note names it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.convert.grids import GOODS, grid, read, sheets

from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert.extent import letters
from lakehouse.convert.model import Area, BrokenRow, Cell, Grid, Note, Sheet, SpecialRow
from lakehouse.marks import MARK

SET = Reading(decimal_separator=",", true_values=("x",), false_values=("-3",), null_values=("a b", "1"))
_HEADERS = ["ean", "title", "Stock-Level", "price", "", "Remark", "active", "ratio", "  "]
_plain = st.sampled_from(
    ["", "", " ", "a b", "1", "12", "1.000", "1,5", "-3", "Total", "ean", "title", "price", "x\ny", f"{MARK}x", "é,;"]
) | st.text(max_size=4)
_special = st.builds(
    Cell, _plain, exact=st.just(""), fault=st.sampled_from(["", "excel_error", "not_calculated"]), typed=st.booleans()
)
_header = st.lists(st.sampled_from(_HEADERS), min_size=1, max_size=7)
_row = st.one_of(
    st.lists(_plain, max_size=8),
    st.lists(_plain, max_size=8),
    st.lists(_plain | _special, max_size=8).map(SpecialRow),
    _header,
    st.text(min_size=1, max_size=9).filter(lambda text: text.strip()).map(BrokenRow),
)
_area = st.builds(
    lambda top, left, height, width: Area(top, left, top + height, left + width),
    *(st.integers(1, 9), st.integers(0, 4), st.integers(0, 3), st.integers(0, 2)),
)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    rows = [["ean", "title"]] if draw(st.booleans()) else []
    rows += draw(st.lists(_row, max_size=12))
    plain_text = draw(st.booleans())
    if plain_text:
        return grid([_plain_row(row) for row in rows], plain_text=True, record="|".join)
    rows = [[row.text] if isinstance(row, BrokenRow) else row for row in rows]
    areas = draw(st.lists(_area, max_size=2))
    return grid(rows, merged=areas, totals=draw(st.lists(_area, max_size=1)))


def _plain_row(row: list[str]) -> list[str]:
    return [str(cell) for cell in row] if isinstance(row, SpecialRow) else row


@settings(max_examples=600, deadline=None)
@given(grids(), st.sampled_from([NONE, SET]))
def test_every_cell_is_kept_or_marked_or_named(of: Grid, reading: Reading) -> None:
    rows = dict(of.rows())
    with tempfile.TemporaryDirectory() as folder:
        found = sheets(Path(folder), of, reading, {"goods": GOODS})
        told = _Told(rows, found)
    for number, cells in rows.items():
        for column, text in enumerate([cells.text] if isinstance(cells, BrokenRow) else cells):
            if text.strip():
                assert told.tells(number, column, text), f"{letters(column)}{number} {text!r} of {rows}: {found}"


class _Told:
    """All that the CSVs and the notes say."""

    def __init__(self, rows: dict[int, list[str]], found: list[Sheet]) -> None:
        self._found = found
        self._notes = [note for sheet in found for note in sheet.notes]
        self._kept: dict[int, list[str]] = {}  # texts in the CSVs by row; of a marked cell, what it was
        for sheet in found:
            for row in read(sheet).rows if sheet.status == "converted" else []:
                texts = [cell[2] if isinstance(cell, tuple) else cell for cell in row.values()]
                self._kept.setdefault(int(row["_source_row"]), []).extend(texts)
        headers = [rows[number] for sheet in found if (number := sheet.header_row)]
        headers += [rows[number] for note in self._notes if note.kind == "block" for number in note.rows]
        self._headers = headers

    def tells(self, number: int, column: int, text: str) -> bool:
        shown = text.replace(MARK, "\ufffd")
        return (
            any(shown in kept for kept in self._kept.get(number, []))
            or any(self._is_refused(sheet, number) or sheet.header_row == number for sheet in self._found)
            or any(number in note.rows or (len(note.rows) == 5 and number > note.rows[-1]) for note in self._notes)
            or any(self._is_of_column(note, column) for note in self._notes)
        )

    def _is_refused(self, sheet: Sheet, number: int) -> bool:
        return sheet.status != "converted" and number >= sheet.header_row

    def _is_of_column(self, note: Note, column: int) -> bool:
        if note.kind == "no_header":
            return note.column == letters(column)
        return note.kind == "kept_out" and any(
            header[column].strip() == note.column for header in self._headers if column < len(header)
        )
