"""Lines of delimited text become records. What is wrong with one of them stays with that one.

A line without a quote is split at its delimiters. One with quotes is split as RFC 4180 says (a quote that is not at a
field's start is itself). Where that cannot be, the record is a BrokenRow:

    text behind a closing quote       that line
    a quote that is never closed      that line, if those below are records by their looks
    a quote closed some records on    each of the lines that it swallows
    a newline without quotes          all lines of the record: a line with too few cells that does not begin like a
                                      record is the rest of the one above

If neither the quotes nor the looks of the lines tell where a record ends, the file is refused with the line.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakehouse.contracts.model import header as plain
from lakehouse.convert.dialect import (
    LONGEST_CELL,
    Look,
    escapes_marked,
    escapes_read,
    escapes_written,
    unclear_escape,
)
from lakehouse.convert.model import BrokenRow, Cell, Row, SpecialRow
from lakehouse.convert.source import Source
from lakehouse.errors import UploadRefused
from lakehouse.marks import CHARACTERS

if TYPE_CHECKING:
    from _csv import Reader

_FAR = 1_000  # records below an open quote that are enough to know that it is stray
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')  # what exporters write to keep Excel from making a number of a text
_FOOTER = re.compile(r"\(?\s*\d[\d.,]* rows?\b.*", re.IGNORECASE)  # sqlcmd, psql


@dataclass(slots=True)
class _Record:
    number: int
    cells: list[str]
    text: str


class _Incomplete(Exception):
    """A line is at its end inside of quotes."""


class _OneLine:
    """Gives a csv.reader one line, and lets nobody ask for another."""

    def __init__(self) -> None:
        self.line: str | None = None

    def __iter__(self) -> _OneLine:
        return self

    def __next__(self) -> str:
        line, self.line = self.line, None
        if line is None:
            raise _Incomplete
        return line


class Records:
    """The records of a file, with the line on which each begins; empty lines are empty records.

    `odd` are the characters that are somewhere in the file and need a look at each line: quotes, NUL, 0x1A, U+FEFF.
    """

    def __init__(
        self, source: Source, lines: Iterable[str], look: Look, known: frozenset[str], odd: str, *, escapes: bool
    ) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self._source = source
        self._look = look
        self._known = known
        self._escapes = escapes
        self._quotes_alone = odd == '"'
        self._odd = re.compile(f"[{re.escape(odd)}]").search if odd else None
        self._number = 0
        self._pushed: deque[str] = deque()
        self._lines = self._numbered(lines)
        self._one = _OneLine()
        self._reader = self._csv(self._one)

    def __iter__(self) -> Iterator[Row]:
        """Raises UploadRefused for what cannot be split for certain."""
        return ((record.number, record.cells) for record in self._whole())

    def _csv(self, lines: Iterable[str]) -> Reader:
        return csv.reader(lines, delimiter=self._look.delimiter, strict=True)

    def _numbered(self, lines: Iterable[str]) -> Iterator[str]:
        yield from self._again()
        for line in lines:
            self._number += 1
            yield escapes_marked(line) if self._escapes else line
            if self._pushed:
                yield from self._again()

    def _again(self) -> Iterator[str]:
        while self._pushed:
            self._number += 1
            yield self._pushed.popleft()

    def _push(self, lines: Iterable[str]) -> None:
        before = len(self._pushed)
        self._pushed.extendleft(reversed(list(lines)))
        self._number -= len(self._pushed) - before

    # Records that lines without quotes have torn apart

    def _whole(self) -> Iterator[_Record]:
        """Records, each with the lines below it that are its rest."""
        if not (self._look.header and self._look.full):
            yield from self._records()
            return
        width = self._look.width
        records = self._records()
        for record in records:
            yield record
            if self._is_header(record):
                break
        held: _Record | None = None
        loose: list[_Record] = []  # what stands between the record that is held and the next one
        for record in records:
            if held and len(record.cells) < width and self._is_loose(record):
                loose.append(record)
                self._check(loose)
                continue
            if loose and held:
                yield from self._joined(held, loose, at_end=False)
                loose = []
            elif held:
                yield held
            held = record
        if held:
            yield from self._joined(held, loose, at_end=True)

    def _is_header(self, record: _Record) -> bool:
        named = sum(plain(cell) in self._known for cell in record.cells)
        return record.text.strip("\ufeff\r\n") == self._look.header or (named > 1 and named * 2 >= len(record.cells))

    def _is_loose(self, record: _Record) -> bool:
        """Whether it is an empty line, or one that does not begin a record."""
        if isinstance(record.cells, BrokenRow):
            return False
        return not any(record.cells) or not (self._look.begins(record.cells) or self._is_header(record))

    def _check(self, loose: list[_Record]) -> None:
        if len(loose) > _FAR and any(any(record.cells) for record in loose):
            first = next(record.number for record in loose if any(record.cells))
            raise self._refused(first, f"more than {_FAR} lines that are no records")

    def _joined(self, held: _Record, loose: list[_Record], *, at_end: bool) -> Iterator[_Record]:
        used = max((index for index, record in enumerate(loose, start=1) if any(record.cells)), default=0)
        parts = loose[:used]
        footer = at_end and parts and (not any(parts[0].cells) or all(_FOOTER.match(part.text) for part in parts))
        if parts and not footer:
            yield self._broken(held.number, [held.text, *(part.text for part in parts)])
            yield from loose[used:]
        else:
            yield held
            yield from loose

    # Records by their quotes

    def _records(self) -> Iterator[_Record]:
        yield from self._of_lines()
        while self._pushed:  # by one that was looked for at the file's end
            self._lines = self._numbered(())
            yield from self._of_lines()

    def _of_lines(self) -> Iterator[_Record]:
        delimiter, odd, one, split = self._look.delimiter, self._odd, self._one, self._reader
        for line in self._lines:
            if not (odd and odd(line)):
                cells = line.rstrip("\r\n").split(delimiter)
                yield _Record(self._number, cells if cells != [""] else [], line)
                continue
            if not self._quotes_alone or '="' in line:
                yield from self._odd_records(self._number, line)
                continue
            one.line = line
            try:
                cells = next(split)
            except (_Incomplete, csv.Error) as error:
                yield from self._unsplit(self._number, line, error)
            else:
                yield _Record(self._number, cells, line)

    def _odd_records(self, number: int, line: str) -> Iterator[_Record]:
        line = line.lstrip("\ufeff\x1a")
        if not line.endswith(("\n", "\r")):  # the last line
            line = line.rstrip("\x1a")
        # Files put behind each other, the first without a line end: the mark and the header of the second tell.
        head, mark, tail = line.partition("\ufeff")
        if mark and head and self._look.header and tail.strip("\r\n") == self._look.header:
            line = head
            self._push([tail])
        if '"' not in line:
            cells = line.rstrip("\r\n").split(self._look.delimiter)
            yield self._read(number, cells if cells != [""] else [], line)
            return
        self._one.line = line
        try:
            cells = next(self._reader)
        except (_Incomplete, csv.Error) as error:
            yield from self._unsplit(number, line, error)
        else:
            yield self._read(number, cells, line)

    def _unsplit(self, number: int, line: str, error: Exception) -> Iterator[_Record]:
        """What becomes of a line that is no record on its own."""
        if isinstance(error, _Incomplete):
            yield from self._open(number, line)
        else:
            yield self._broken(number, [line])

    def _read(self, number: int, cells: list[str], text: str) -> _Record:
        """A record that is split; its cells as they are meant."""
        if self._escapes and "\\" in text and unclear_escape(text):
            return self._broken(number, [text])
        if self._escapes:
            cells = [escapes_read(cell) for cell in cells]
        if '="' in text:
            cells = [found[1].replace('""', '"') if (found := _FORMULA.fullmatch(cell)) else cell for cell in cells]
        if "\0" in text:
            cells = SpecialRow(
                Cell(cell.replace("\0", "\u2400"), fault=CHARACTERS) if "\0" in cell else cell for cell in cells
            )
        return _Record(number, cells, text)

    def _open(self, number: int, first: str) -> Iterator[_Record]:
        """The record, or what becomes of the lines, where a quote is open at the end of the record's first line."""
        taken = [first]
        records: list[int] = []  # of the lines taken, those that look like a record
        try:
            cells = next(self._csv(self._following(taken, records)))
        except csv.Error:
            yield from self._never_closed(number, taken, records)
            return
        if records or self._swallowed(taken):
            yield from (self._broken(number + index, [line]) for index, line in enumerate(taken))
        else:
            yield self._read(number, cells, "".join(taken))

    def _following(self, taken: list[str], records: list[int]) -> Iterator[str]:
        """The first line and those below, as far as they must be read to know whether the quote is stray."""
        yield taken[0]
        size = len(taken[0])
        while len(records) < _FAR and size < LONGEST_CELL and (line := next(self._lines, None)) is not None:
            if self._look.is_record(line):
                records.append(len(taken))
            taken.append(line)
            size += len(line)
            yield line

    def _swallowed(self, taken: list[str]) -> bool:
        """Whether the lines are records by their number of cells: several, of several cells, with no other quote."""
        return (
            len(taken) > 2
            and self._look.width > 2
            and sum(line.count('"') for line in taken) == 2
            and all(self._look.fits(line) for line in taken[1:])
        )

    def _never_closed(self, number: int, taken: list[str], records: list[int]) -> Iterator[_Record]:
        below = [line for line in taken[1:] if line.strip("\r\n")]
        if not records and all(self._look.fits(line) for line in below):
            records = [1]
        if records:
            self._push(taken[records[0] :])
            yield self._broken(number, taken[: records[0]])
        else:
            raise self._refused(number, "a quote is opened here, and where its cell ends cannot be told")

    def _broken(self, number: int, lines: list[str]) -> _Record:
        text = "".join(lines)
        return _Record(number, BrokenRow(escapes_written(text).replace("\0", "\u2400").rstrip("\r\n")), text)

    def _refused(self, number: int, what: str) -> UploadRefused:
        return self._source.refused(
            f"line {number}: {what}", "quote the cells of this record that hold a quote, a delimiter or a line end"
        )
