"""Areas of a sheet that change its rows: merged cells give their value to each row they span, totals are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lakehouse.convert.extent import letters
from lakehouse.convert.model import Area, Cell, Grid, Note, Row, SpecialRow

_MOST_NAMED = 10


class Areas:
    """Passes the rows of a grid on, and remembers what it did to them."""

    def __init__(self, grid: Grid) -> None:
        self._merged = sorted((a for a in grid.merged if a.bottom > a.top), key=lambda area: area.top)
        self._wide = [area for area in grid.merged if area.right > area.left]
        self._totals = grid.totals
        self._filled: dict[Area, int] = {}  # the first row that got a value
        self._left_out: dict[int, str] = {}

    def rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The grid's rows as they are to be read."""
        if self._totals:
            rows = self._without_totals(rows)
        return self._spread(rows) if self._merged else rows

    def notes(self, header_row: int, header: Sequence[str]) -> Iterator[Note]:
        """What became of the rows; of merged cells, below the header."""
        columns: dict[int, list[Area]] = {}
        for area in self._filled:
            if area.bottom > header_row:
                columns.setdefault(area.left, []).append(area)
        for column, areas in sorted(columns.items()):
            name = "".join(header[column : column + 1]).strip() or letters(column)
            rows = tuple(self._filled[area] for area in areas[:_MOST_NAMED])
            message = f"column {name!r}: merged cells give their value to each row that they span: {_named(areas)}"
            yield Note("merged", message, name, rows)
        if across := [area for area in self._wide if area.top > header_row and area.right < len(header)]:
            shown = _named(across)
            rows = tuple(area.top for area in across[:_MOST_NAMED])
            yield Note("merged", f"merged cells across columns give their value to the first alone: {shown}", rows=rows)
        for row, text in self._left_out.items():
            yield Note("totals_row", f"row {row} is the totals row of a table, and is left out: {text}", rows=(row,))

    def _without_totals(self, rows: Iterator[Row]) -> Iterator[Row]:
        for number, cells in rows:
            for area in self._totals:
                if area.top <= number <= area.bottom:
                    inside = slice(area.left, area.right + 1)
                    if shown := [text for text in cells[inside] if text.strip()]:
                        self._left_out[number] = ", ".join(shown)[:200]
                    cells[inside] = [""] * len(cells[inside])
            yield number, cells

    def _spread(self, rows: Iterator[Row]) -> Iterator[Row]:
        coming, active = list(reversed(self._merged)), dict[Area, str]()
        for number, cells in rows:
            while coming and coming[-1].top <= number:
                area = coming.pop()
                # The first row of an area has its value; if that row is not there, the area is empty.
                active[area] = cells[area.left] if area.top == number and area.left < len(cells) else ""
            if active:
                active = {area: value for area, value in active.items() if area.bottom >= number}
            yield number, self._given(number, cells, active) if active and any(cells) else cells

    def _given(self, number: int, cells: list[str], active: dict[Area, str]) -> list[str]:
        for area, value in active.items():
            if number == area.top or not value or any(cells[area.left : area.left + 1]):
                continue
            if isinstance(value, Cell) and type(cells) is list:
                cells = SpecialRow(cells)
            cells.extend([""] * (area.left + 1 - len(cells)))
            cells[area.left] = value
            self._filled.setdefault(area, number)
        return cells


def _named(areas: Sequence[Area]) -> str:
    more = f" and {len(areas) - _MOST_NAMED} more" if len(areas) > _MOST_NAMED else ""
    return ", ".join(map(_name, areas[:_MOST_NAMED])) + more


def _name(area: Area) -> str:
    return f"{letters(area.left)}{area.top}:{letters(area.right)}{area.bottom}"
