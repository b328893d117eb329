"""The kinds of notes that a conversion makes, each with what it means: the one list, for the code and for the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lakehouse.convert.model import BrokenRow, Note
from lakehouse.convert.nearly import hint
from lakehouse.convert.routing import Route

KINDS = {
    "header_row": "the header is not in the first row; what stands above it is left out",
    "header_again": "rows that repeat the header (a page's, a file's put behind another) are left out",
    "block": "a second table below the first, with a header of its own",
    "merged": "merged cells give their value to each row that they span, and to the first of their columns",
    "totals_row": "the totals row of an Excel table is left out",
    "footer": "a line below the table that is no row of it is left out",
    "blanks": "rows that hold nothing but blanks are skipped",
    "kept_out": "a column that the contract does not know is kept out",
    "no_header": "a column without a header holds data, which is kept out",
    "did_you_mean": "a header almost is one that the contract knows",
    "encoding": "which encoding the text was read in, where that was not said in the file",
    "delimiter": "which delimiter the file itself names (`sep=`)",
    "escapes": "how quotes were escaped, where that is not by doubling them",
    "format": "the file is of another kind than its name says, and was read as what it is",
    "password": "the workbook was opened with Excel's default password",
    "serial_60": "29 February 1900, which Excel has and the calendar has not",
    "errors_only": "the sheet holds nothing but error values",
    "read_as": "values were read by a setting of the contract or of the call",
}

_NAMED = 5  # rows
_SHOWN = 80  # characters of a text


def route_notes(route: Route) -> Iterator[Note]:
    """The columns of a header that its dataset does not know."""
    for text in route.unknown:
        yield Note("kept_out", f"column {text[:_SHOWN]!r} is not known, and is kept out", text)
    yield from near_notes(route)


def near_notes(route: Route) -> Iterator[Note]:
    """The columns of a header that almost are known."""
    for text, miss in route.near.items():
        yield Note("did_you_mean", hint(text, miss), text)


def rows_note(kind: str, rows: Sequence[int], what: str) -> Iterator[Note]:
    """A note on rows, if there are any; it names the first of them."""
    if rows:
        shown = ", ".join(map(str, rows[:_NAMED])) + (f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else "")
        yield Note(kind, f"{'row' if len(rows) == 1 else 'rows'} {shown}: {what}", rows=tuple(rows[:_NAMED]))


def header_note(header_row: int, above: Sequence[tuple[int, Sequence[str]]]) -> Iterator[Note]:
    """What stands above a header, if anything does."""
    filled = [(number, _texts(cells)) for number, cells in above]
    filled = [(number, texts) for number, texts in filled if texts]
    if filled:
        shown = "; ".join(", ".join(texts)[:_SHOWN] for _, texts in filled[:_NAMED])
        more = f" and {len(filled) - _NAMED} rows more" if len(filled) > _NAMED else ""
        message = f"the header is in row {header_row}; what stands above it is left out: {shown}{more}"
        yield Note("header_row", message, rows=(header_row, *(number for number, _ in filled)))


def _texts(cells: Sequence[str]) -> list[str]:
    return [cells.text] if isinstance(cells, BrokenRow) else [text.strip() for text in cells if text.strip()]
