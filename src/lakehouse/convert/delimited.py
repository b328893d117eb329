"""Delimited text (.csv, .csv.gz), as programs write it: four encodings, four delimiters, quoted newlines.

UTF-8 and UTF-16 are known by their byte order mark; without one it is UTF-8 if all of it decodes as such, else
Windows-1252. The delimiter is the one that makes most sense of the header. A row's number is the line on which it
begins. A row that cannot be split for certain (a quote never closed, more cells than the header) refuses the file with
its line, because guessing would shift values into other columns. Streams: memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from lakehouse.contracts.model import header as plain
from lakehouse.convert.model import Grid, Row
from lakehouse.errors import UploadRefused

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = ",;\t|"
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHUNK = 1 << 20
# csv's own limit of 131,072 characters is too small for real text. No cell is as long as this one; what a quote
# that is never closed swallows may be, and must not fill the memory.
_LONGEST_CELL = 1 << 28


def read(path: Path, name: str, form: str, known: frozenset[str]) -> Iterator[Grid]:
    """The one nameless sheet of a delimited file; `known` headers (see `routing.plain`) tell its delimiter.

    Raises UploadRefused, also while rows are read, for what cannot be decoded or split.
    """
    with _refusing(name, form):
        encoding = _encoding(path, name, form)
        with _text(path, form, encoding) as file:
            delimiter = _delimiter(file, known)

        def rows() -> Iterator[Row]:
            with _refusing(name, form), _text(path, form, encoding) as file:
                yield from _rows(file, name, delimiter)

        yield Grid("", 1, rows, plain_text=True)


def _open(path: Path, form: str) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if form == "csv.gz" else path.open("rb")


def _text(path: Path, form: str, encoding: str) -> IO[str]:
    return io.TextIOWrapper(_open(path, form), encoding=encoding, newline="")


def _encoding(path: Path, name: str, form: str) -> str:
    with _open(path, form) as file:
        head = file.read(4)
    marked = next((encoding for bom, encoding in _BOMS.items() if head.startswith(bom)), "")
    for encoding in [marked] if marked else ["utf-8", "cp1252"]:
        if _decodes(path, name, form, encoding):
            return encoding
    kinds = "UTF-16" if marked == "utf-16" else "UTF-8" if marked else "UTF-8 or Windows-1252"
    raise UploadRefused(f"{name}: not {kinds} text", "save it as CSV UTF-8 and send it again")


def _decodes(path: Path, name: str, form: str, encoding: str) -> bool:
    line = 1
    try:
        with _text(path, form, encoding) as file:
            while chunk := file.read(_CHUNK):
                if "\0" in chunk:
                    line += chunk[: chunk.index("\0")].count("\n")
                    raise UploadRefused(f"{name}: line {line}: a NUL byte", "save it as CSV UTF-8 and send it again")
                line += chunk.count("\n")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(file: IO[str], known: frozenset[str]) -> str:
    start = io.StringIO(file.read(_CHUNK), newline="").readlines()

    def sense(delimiter: str) -> tuple[int, int]:
        header = next((cells for cells in _reader(start, delimiter, strict=False) if any(cells)), [])
        return sum(plain(cell) in known for cell in header), len(header)

    return max(_DELIMITERS, key=sense)


def _reader(lines: Iterable[str], delimiter: str, *, strict: bool) -> Reader:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def _rows(file: IO[str], name: str, delimiter: str) -> Iterator[Row]:
    reader = _reader(file, delimiter, strict=True)
    width, line = 0, 1
    try:
        for cells in reader:
            width = width or (len(cells) if any(cells) else 0)  # the first record that is not empty is the header
            if len(cells) > width and any(cells[width:]):
                raise UploadRefused(
                    f"{name}: line {line}: {len(cells)} cells under a header of {width}",
                    "quote cells that contain the delimiter",
                )
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "check the quotes of this record: one may never be closed"
        raise UploadRefused(f"{name}: line {line}: not well-formed ({error})", hint) from None


@contextmanager
def _refusing(name: str, form: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UploadRefused(f"{name}: the {form} file is damaged or cut short ({error})", "send it again") from error
