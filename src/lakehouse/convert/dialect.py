"""How a delimited file is written, told by its first lines: its delimiter, its quotes, the look of its records.

The delimiter is said by a setting, by the file itself (`sep=;`), or it is the one that makes most sense of the first 25
records: it gives the most headers that some contract knows, then the most records as wide as the header.

A record's look is what the rest of the file is judged by where its quotes or line ends are not those of a CSV: how many
cells a record has, and the shape of its cells (`A-1001` is `a-9`) in columns where all have a digit and few shapes.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lakehouse.contracts.model import header as plain

DELIMITERS = ",;\t|"
# csv's own limit of 131,072 characters is too small for real text. No cell is as long as this one; what a quote
# that is never closed swallows may be, and must not fill the memory.
LONGEST_CELL = 1 << 28

_RECORDS = 25  # in which the header is looked for
_LOOKED_AT = 2_000  # lines that tell the look of records
_SHAPES = 3  # a column of more is free text
_LONG = 200  # characters
_SEP = re.compile(r'\ufeff?"?sep=([^"\r\n])"?[\r\n]*', re.IGNORECASE)
_NAMED = {"tab": "\t", "\\t": "\t"}


def named(delimiter: str) -> str:
    """The character that a setting means; `tab` and `\\t` are one, too."""
    return _NAMED.get(delimiter.lower(), delimiter)


def said_by(line: str) -> str:
    """The delimiter that a file's first line says, as Excel understands it (`sep=;`), or ""."""
    found = _SEP.fullmatch(line)
    return found[1] if found else ""


def delimiter_of(lines: Sequence[str], known: frozenset[str]) -> str:
    """The delimiter that makes most sense of the lines at a file's start."""

    def sense(delimiter: str) -> tuple[int, int, int]:
        records = first_records(lines, delimiter)
        widths = [len(cells) for cells in records]
        header = header_among(records, known)
        usual = widths[header] if header >= 0 else _usual([width for width in widths if width > 1])
        known_cells = sum(plain(cell) in known for cell in records[header]) if header >= 0 else 0
        return known_cells, widths.count(usual) if usual > 1 else 0, usual

    return max(DELIMITERS, key=sense)


def first_records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first records that are not empty. Where quotes are wrong, anything."""
    csv.field_size_limit(LONGEST_CELL)
    records = (cells for cells in csv.reader(lines, delimiter=delimiter) if any(cells))
    return [cells for cells, _ in zip(records, range(_RECORDS), strict=False)]


def header_among(records: Sequence[Sequence[str]], known: frozenset[str]) -> int:
    """The index of the first of the records that have the most known headers; -1 if none has any."""
    counts = [sum(plain(cell) in known for cell in cells) for cells in records]
    most = max(counts, default=0)
    return counts.index(most) if most else -1


@dataclass(frozen=True)
class Look:
    """What the records of a file look like.

    header    the text of the header's line, "" where no header is known
    width     cells of a record; 0 where that is not known
    shapes    per column, those of its cells; empty for free text
    quoted    whether a record begins with a quote; None where some do
    full      whether no record lacks its last cells
    """

    delimiter: str
    header: str = ""
    width: int = 0
    shapes: tuple[frozenset[str], ...] = ()
    quoted: bool | None = None
    full: bool = False

    def begins(self, cells: Sequence[str]) -> bool:
        """Whether cells begin a record, by the first one, or, where that is free text, because there are several."""
        first = self.shapes[0] if self.shapes else frozenset()
        return bool(cells) and (shape(cells[0]) in first if first else len(cells) > 1)

    def fits(self, line: str) -> bool:
        """Whether the line alone has as many cells as a record."""
        return self._cells(line) is not None

    def is_record(self, line: str) -> bool:
        """Whether the line alone is a record for certain: it has the shape of one where shapes tell something."""
        cells = self._cells(line)
        told = [(shape(cell), shapes) for cell, shapes in zip(cells or (), self.shapes, strict=False) if shapes]
        return any(found for found, _ in told) and all(found in shapes for found, shapes in told)

    def _cells(self, line: str) -> list[str] | None:
        if not self.width or line.count(self.delimiter) + 1 < self.width:
            return None
        if self.quoted is not None and line.startswith('"') != self.quoted:
            return None
        cells = alone(line, self.delimiter)
        return cells if cells is not None and len(cells) == self.width else None


def look_of(lines: Sequence[str], delimiter: str, known: frozenset[str]) -> Look:
    """The look of the records of one line at a file's start."""
    lines = lines[:_LOOKED_AT]
    records = _by_quotes(lines, delimiter)
    if records is None:
        records = [(line, cells) for line in lines if (cells := alone(line, delimiter))]
    records = [(line, cells) for line, cells in records if any(cells)]
    header = header_among([cells for _, cells in records[:_RECORDS]], known)
    body = [cells for _, cells in records[header + 1 :]] if header >= 0 else [cells for _, cells in records]
    widths = [len(cells) for cells in body]
    least = len(records[header][1]) if header >= 0 else 2
    width = _usual([width for width in widths if width >= least])
    if not width:
        return Look(delimiter)
    full = [cells for cells in body if len(cells) == width]
    begun = Counter(line.startswith('"') for line, cells in records[header + 1 :] if len(cells) == width)
    shapes = tuple(_shapes(cells[column] for cells in full) for column in range(width))
    return Look(
        delimiter,
        records[header][0].strip("\ufeff\r\n") if header >= 0 else "",
        width,
        shapes,
        next(iter(begun)) if len(begun) == 1 else None,
        _full(body, width, shapes[0]),
    )


def _by_quotes(lines: Sequence[str], delimiter: str) -> list[tuple[str, list[str]]] | None:
    """The records of one line, where the quotes of all lines are as they must be; the last record may be cut."""
    found = []
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            if reader.line_num == before + 1:
                found.append((lines[before], cells))
            before = reader.line_num
    except csv.Error:
        is_cut = reader.line_num == len(lines) and len(lines) - before < len(lines) // 10
        return found if is_cut else None
    return found


def well_quoted(lines: Iterable[str], delimiter: str) -> bool:
    """Whether all quotes are as they must be where a quote inside quotes is doubled."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        deque(csv.reader(lines, delimiter=delimiter, strict=True), maxlen=0)
    except csv.Error:
        return False
    return True


def shape(cell: str) -> str:
    """What a cell looks like: runs of digits are a 9, runs of letters an a. One that is long is just that."""
    if len(cell) > _LONG:
        return "long"
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", cell.strip()))


def alone(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line that is a record on its own, else None."""
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _usual(widths: Iterable[int]) -> int:
    return max(Counter(widths).items(), key=lambda item: (item[1], item[0]), default=(0, 0))[0]


def _shapes(cells: Iterable[str]) -> frozenset[str]:
    shapes = {shape(cell) for cell in cells}
    return frozenset(shapes) if len(shapes) <= _SHAPES and all("9" in found for found in shapes) else frozenset()


def _full(body: Sequence[Sequence[str]], width: int, first: frozenset[str]) -> bool:
    """Whether records have all their cells: those that have less are torn apart, or do not begin like one."""
    short = [len(cells) < width for cells in body]
    if not first:
        return sum(short) * 3 <= len(body) and all(len(cells) in (1, width) for cells in body if len(cells) <= width)
    begins = [shape(cells[0]) in first for cells in body]
    torn = [is_short and not begun for is_short, begun in zip(short[1:], begins[1:], strict=True)]
    return not any(map(all, zip(short, begins, [not rest for rest in [*torn, False]], strict=True)))


@dataclass
class Escapes:
    """Whether a file writes a quote inside quotes as backslash and quote, as MySQL and Spark do.

    It is told by its lines: some can only be split so, and none can only be split otherwise. Where a line end may be
    inside quotes that is not certain yet: the file must not be `well_quoted`.
    """

    delimiter: str
    width: int
    rows: list[int] = field(default_factory=list)
    doubled: bool = False

    def see(self, number: int, line: str) -> None:
        """Takes a line with a backslash and a quote into account."""
        usual, escaped = (self._fits(text) for text in (line, escapes_marked(line)))
        if escaped and not usual:
            self.rows.append(number)
        self.doubled = self.doubled or (usual and not escaped)

    @cached_property
    def certain(self) -> bool:
        """Whether it is so, after all lines are seen."""
        return bool(self.rows) and not self.doubled

    def _fits(self, line: str) -> bool:
        cells = alone(line, self.delimiter)
        return cells is not None and len(cells) == self.width


# Characters of no language (Unicode, 23.7) stand for an escaped quote and an escaped backslash while a line is split.
_QUOTE, _BACKSLASH = "\ufdd1", "\ufdd2"
_RUN = re.compile(r'(\\+)"')


def escapes_marked(line: str) -> str:
    """The line with its escaped quotes, and the escaped backslashes before quotes, out of the way."""

    def run(found: re.Match[str]) -> str:
        pairs, odd = divmod(len(found[1]), 2)
        return _BACKSLASH * pairs + (_QUOTE if odd else '"')

    return _RUN.sub(run, line)


def escapes_read(cell: str) -> str:
    """A cell of such a line as it is meant."""
    return cell.replace(_QUOTE, '"').replace(_BACKSLASH, "\\")


def escapes_written(text: str) -> str:
    """Such a line as it stands in the file."""
    return text.replace(_QUOTE, '\\"').replace(_BACKSLASH, "\\\\")


def unclear_escape(line: str) -> bool:
    """Whether it is MySQL's escaped backslash or two of Spark's, or a line end that is escaped: not certain."""
    return "\\\\" in line or line.rstrip("\r\n").endswith("\\")
