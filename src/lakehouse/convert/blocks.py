"""The rows of one table of a sheet, cut to its dataset's columns, until the next header begins another.

This is where the time of a conversion goes, so a row is looked at only as closely as it gives reason to: nearly all
have a value in the table's first column and in its second, as many cells as the header, no `Cell`, and no word of a
header.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import itemgetter

from lakehouse.convert import loose
from lakehouse.convert.columns import Columns
from lakehouse.convert.extent import letters
from lakehouse.convert.headers import Header, Watch, blank
from lakehouse.convert.loose import Loose
from lakehouse.convert.model import BrokenRow, Grid, Note, Row, SheetRefused, SpecialRow
from lakehouse.convert.notes import route_notes, rows_note
from lakehouse.convert.records import Records
from lakehouse.convert.routing import Router

_NUMERIC = frozenset("0123456789+-.")
_NAMED = 5  # rows that a note names


@dataclass(frozen=True)
class Hints:
    """What is known of a sheet only when all of it has been read. A sheet that gives a new one is read once more."""

    comma: bool = False  # commas part decimals, so 1.000 is not one for certain
    longer: bool = False  # see Records
    shifted: bool = False
    foreign: bool = False  # the character that marks cells is in the sheet

    def __or__(self, other: Hints) -> Hints:
        return Hints(*(getattr(self, field.name) or getattr(other, field.name) for field in fields(self)))


class Block:
    """A table of a sheet, whose header is routed to a dataset. `rows` is to be read once, to its end."""

    def __init__(self, grid: Grid, header: Header, columns: Columns, router: Router, hints: Hints) -> None:
        self.count = 0
        self.next: Header | None = None  # the header that ended it
        self._grid, self._header, self._columns, self._hints = grid, header, columns, hints
        self._order = sorted(columns.taken.values())
        self._router, self._watch = router, Watch(header, router)
        self._records = Records(header.cells, longer=hints.longer, shifted=hints.shifted, watching=grid.plain_text)
        self._loose = Loose(self._order[0], len(header.cells), plain_text=grid.plain_text)
        self._nameless: dict[int, list[int]] = {}
        self._again: list[int] = []
        self._blanks: list[int] = []
        self._lines: list[Note] = []
        self._ready: list[Row] = []
        self._gap_after = -1  # how many rows there were when an empty one came

    @property
    def hints(self) -> Hints:
        """What the rows have told that should have been known before."""
        return Hints(longer=self._records.longer(self.count), shifted=self._records.shifted(self.count))

    def rows(self, source: Iterator[Row]) -> Iterator[tuple[str, ...]]:
        """The rows for the CSV."""
        width, columns = len(self._header.cells), self._columns
        unnamed = [i for i, text in enumerate(self._header.cells) if not text.strip()]
        foreign, some = self._hints.foreign, bool(columns.set)
        watches, records = columns.watches, self._records
        # Two cells are put behind each row: an empty one for columns that the sheet lacks, and the row's number.
        pick = itemgetter(*[columns.taken.get(name, width) for name in columns.names], width + 1)
        for number, cells in self._body(source):
            self.count += 1
            if (len(cells) != width or records.watching) and self._is_record(cells):
                yield columns.record(number, self._text(cells))
                continue
            if len(cells) != width:
                self._note_nameless(number, cells, range(width, len(cells)))
                cells[width:] = [""] * (width - len(cells))
            if unnamed:
                self._note_nameless(number, cells, unnamed)
            cells.append("")
            cells.append(str(number))
            row = pick(cells)
            if foreign or cells.__class__ is SpecialRow or (watches and columns.suspicious(cells)):
                row = columns.read(row, every=True)
            elif some:
                row = columns.read(row, every=False)
            yield row

    def _body(self, source: Iterator[Row]) -> Iterator[Row]:
        """The rows of the table, and no others."""
        known, words, waiting = self._watch.known, self._watch.words, self._loose.waiting
        lead_at, second_at = self._order[0], self._order[min(1, len(self._order) - 1)]
        last = self._header.number
        for row in self._below_rule(source):
            number, cells = row
            lead = cells[lead_at] if len(cells) > lead_at else ""
            if (
                len(cells) <= second_at
                or not cells[second_at]
                or (lead[:1] not in _NUMERIC and (known[lead] or not words.isdisjoint(cells)))
            ):
                aside = self._is_aside(number, cells, far=not self._grid.plain_text and number > last + 1)
                yield from self._settled()
                if self.next:
                    return
                if aside:
                    last = number
                    continue
            if waiting:
                yield from self._loose.rows()
            last = number
            yield row
        self._settle(before_header=False)
        yield from self._settled()

    def _below_rule(self, source: Iterator[Row]) -> Iterator[Row]:
        """All rows but a line that is drawn below the header of a text, as psql, sqlcmd and Markdown do."""
        first = next(source, None)
        if first and self._grid.plain_text and loose.is_rule(first[1]):
            self._lines.append(loose.note(*first))
        elif first:
            yield first
        yield from source

    def _is_aside(self, number: int, cells: list[str], *, far: bool) -> bool:
        """Looks at a row that is not like most, and says whether it is none of the table's, or may be none."""
        if isinstance(cells, BrokenRow):
            return False
        if blank(cells):
            self._gap_after = self.count
            if any(cells):
                self._blanks.append(number)
            return True
        if self._watch.may_be_header(cells):
            self.next = None if (again := self._watch.repeats(cells)) else self._watch.begins(number, cells)
            if again or self.next:
                self._again += [number] * again
                self._settle(before_header=True)
                return True
        return len(self._order) > 1 and self._loose.takes(number, cells, gap=far or self._gap_after == self.count)

    def _settle(self, *, before_header: bool) -> None:
        """Decides on the rows that wait, now that no row of the table has followed."""
        for verdict, (number, cells) in self._loose.verdicts(before_header=before_header):
            if verdict == "line" and not self._is_quoted_record(cells):
                self._lines.append(loose.note(number, cells))
            else:
                self._ready.append((number, BrokenRow(self._text(cells)) if verdict != "row" else cells))

    def _is_quoted_record(self, cells: list[str]) -> bool:
        """Whether a lone cell of delimited text is a record that somebody has put in quotes as a whole."""
        lone = next(text for text in cells if text.strip())
        return bool(self._grid.record) and self._text([lone]) != lone

    def _settled(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def notes(self) -> Iterator[Note]:
        """What there is to say of the block."""
        yield from route_notes(self._header.route)
        for i, rows in sorted(self._nameless.items()):
            where = letters(i)
            yield Note("no_header", f"column {where} has no header; what it holds is kept out", where, tuple(rows))
        yield from self._columns.notes(self._header.cells)
        yield from rows_note("header_again", self._again, "the header again, left out")
        yield from rows_note("blanks", self._blanks, "nothing but blanks, skipped")
        yield from self._lines

    def _is_record(self, cells: list[str]) -> bool:
        return isinstance(cells, BrokenRow) or (self._grid.plain_text and self._records.odd(cells))

    def _text(self, cells: list[str]) -> str:
        if isinstance(cells, BrokenRow):
            return cells.text
        return self._grid.record(cells) if self._grid.record else ",".join(cells)

    def _note_nameless(self, number: int, cells: list[str], positions: Iterable[int]) -> None:
        for i in positions:
            if i < len(cells) and cells[i].strip() and len(rows := self._nameless.setdefault(i, [])) < _NAMED:
                rows.append(number)
                self._refuse_beside(number, cells, i)

    def _refuse_beside(self, number: int, cells: list[str], left: int) -> None:
        """Raises SheetRefused where a header stands beside the table, in a row below its own."""
        named = [i for i, text in enumerate(self._header.cells) if text.strip()]
        if left > named[-1] and (dataset := self._router.complete(cells[left:])):
            first = f"{letters(named[0])} to {letters(named[-1])} ({self._header.route.dataset})"
            second = f"from {letters(left)}{number} on ({dataset})"
            raise SheetRefused(
                f"tables stand side by side, in columns {first} and {second}: give each a sheet of its own"
            )
