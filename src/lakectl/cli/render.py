"""What people see: the file that knows Rich (with `progress` and `summary` on top of it).

Talk goes to stderr, results to stdout. Colour, live display and width are three questions: NO_COLOR and TERM=dumb
switch colour off and FORCE_COLOR switches it on, but only a real terminal is live, and only there is a table folded to
a width. Nothing is cut: what does not fit on a line goes on in the next.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import IO, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lakectl.cli import output

STYLES = {
    "ok": "green",
    "loaded": "green",
    "converted": "green",
    "processed": "green",
    "SUCCEEDED": "green",
    "warn": "yellow",
    "skipped": "dim",
    "pending": "yellow",
    "RUNNING": "cyan",
    "blocked": "yellow",
    "ABORTED": "yellow",
    "refused": "red",
    "fail": "red",
    "failed": "red",
    "FAILED": "red",
}
_LEAST_FOLDED = 24  # columns that a folded column needs to be readable
_NO_LIMIT = 100_000  # columns, where no terminal folds a line


def is_live(stream: IO[str]) -> bool:
    """Whether what is printed can be painted over: a terminal, and one that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def console(stream: IO[str]) -> Console:
    """A console that never folds what goes into a file or a pipe."""
    width = None if stream.isatty() else _NO_LIMIT
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=not stream.isatty())


def say(*lines: str | Text) -> None:
    """Talk, on stderr."""
    for line in lines:
        console(sys.stderr).print(line)


def lines(texts: Iterable[str | Text]) -> None:
    """Lines of a result, on stdout."""
    for text in texts:
        _print(text)


def error(message: str, hint: str) -> None:
    """What happened and where; what to do next."""
    say(Text.assemble(("Error: ", "bold red"), message))
    if hint:
        say(Text.assemble(("Next:  ", "bold"), hint))


def count(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """A text from outside, on one line and with nothing in it that a terminal would obey."""
    shown = (c.isprintable() or unicodedata.category(c) == "Zs" for c in text)
    return "".join(c if ok else c.encode("unicode_escape").decode("ascii") for c, ok in zip(text, shown, strict=True))


def records(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A table on stdout; nothing where there are no rows."""
    if rows:
        table([[row.get(column) for column in columns] for row in rows], columns)


def table(rows: Iterable[Sequence[Any]], columns: Sequence[str], right: Collection[int] | None = None) -> None:
    """A table on stdout; the columns in `right`, by default those that hold numbers, go to the right.

    Where it is too wide for the terminal its widest column is folded; where that is not enough, rows become records.
    """
    values = [list(row) for row in rows]
    texts = [[cell(value) for value in row] for row in values]
    widths = [max([cell_len(name), *(text[n].cell_len for text in texts)]) for n, name in enumerate(columns)]
    widest = widths.index(max(widths))
    if not _fits(widths, console(sys.stdout).width):
        return _records_down(texts, columns)
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for n, column in enumerate(columns):
        numeric = n in right if right is not None else any(_is_number(row[n]) for row in values)
        drawn.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=n != widest)
    for text in texts:
        drawn.add_row(*text)
    return _print(drawn)


def _fits(widths: Sequence[int], width: int) -> bool:
    """Whether columns of these widths stand side by side, if need be with the widest of them folded."""
    total = sum(widths) + 2 * (len(widths) - 1)
    return total <= width or total - max(widths) + _LEAST_FOLDED <= width


def _records_down(texts: Sequence[Sequence[Text]], columns: Sequence[str]) -> None:
    """Every row as lines of `column value`, a blank line between rows."""
    for number, row in enumerate(texts):
        if number:
            output.write("\n")
        fields(dict(zip(columns, row, strict=True)))


def fields(values: Mapping[str, Any]) -> None:
    """One thing's fields on stdout, one a line."""
    drawn = Table(box=None, pad_edge=False, show_header=False)
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for name, value in values.items():
        drawn.add_row(name, cell(value))
    _print(drawn)


def footnote(rows: Sequence[Any], noun: str) -> None:
    """How many there are, on stderr."""
    say(Text(f"({count(len(rows), noun)})", style="dim"))


def cell(value: Any) -> Text:
    """A value as a person reads it."""
    match value:
        case None:
            return Text("")
        case Text():
            return value
        case bool():
            return Text("yes" if value else "no")
        case int():
            return Text(f"{value:,}")
        case list() | tuple():
            return Text(", ".join(str(item) for item in value))
        case dict():
            return Text("\n".join(f"{name}: {item}" for name, item in value.items()))
        case _:
            return Text(str(value), style=STYLES.get(str(value), ""))


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__round__")


def _print(drawn: Table | Text | str) -> None:
    out = console(sys.stdout)
    with out.capture() as captured:
        out.print(drawn)
    output.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))
