"""Delimited text as programs write it becomes one grid of text.

    source      its bytes, gzipped or not
    encodings   which encoding it is in           (detect, alphabets)
    dialect     its delimiter, its quotes, the look of its records
    splitting   its lines as records, and what is wrong with one of them

A row's number is the line on which its record begins, as an editor counts: LF, CR and CR LF each end one. The file is
read twice, once to learn what is in it. Streams: memory does not grow with the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import Reading
from lakehouse.convert.dialect import (
    DELIMITERS,
    Escapes,
    Look,
    delimiter_of,
    first_records,
    look_of,
    named,
    said_by,
    well_quoted,
)
from lakehouse.convert.encodings import encoding_of
from lakehouse.convert.model import Grid, Note, Row
from lakehouse.convert.routing import known_headers, route
from lakehouse.convert.source import CHUNK, Source
from lakehouse.convert.splitting import Records

_ODD = '"\0\x1a\ufeff'  # needs care where it stands in a line


@dataclass(frozen=True)
class _File:
    """What was learned of a file at a first reading. `skipped` lines stand before its first record."""

    encoding: str
    look: Look
    odd: str
    escapes: bool
    skipped: int
    notes: list[Note]


def read(path: Path, name: str, form: str, contracts: Iterable[Contract], reading: Reading) -> Iterator[Grid]:
    """The one nameless sheet of a delimited file. `reading` wins over what the contracts say.

    Its rows are lists of text, SpecialRows and BrokenRows. Raises UploadRefused, also while rows are read, for what
    cannot be decoded, unpacked or split.
    """
    source, contracts = Source(path, name, form), tuple(contracts)
    known = known_headers(contracts)
    with source.refusing():
        file = _learn(source, contracts, known, reading)

    def rows() -> Iterator[Row]:
        with source.refusing(), source.text(file.encoding) as lines:
            skipped = [next(lines) for _ in range(file.skipped)]
            blank = ("\n" for _ in skipped)
            yield from Records(source, chain(blank, lines), file.look, known, file.odd, escapes=file.escapes)

    yield Grid("", 1, rows, plain_text=True, record=_written(file.look.delimiter), notes=file.notes)


def _learn(source: Source, contracts: Sequence[Contract], known: frozenset[str], reading: Reading) -> _File:
    encoding, notes = encoding_of(
        source,
        reading.encoding,
        dict.fromkeys(contract.reading.encoding for contract in contracts if contract.reading.encoding),
        _belongs(contracts),
    )
    lines = _start(source, encoding)
    said = said_by(lines[0]) if lines else ""
    start = lines[bool(said) :]
    if said:
        notes.append(Note("delimiter", f"the file says that its delimiter is {said!r}", rows=(1,)))
    delimiter = named(reading.delimiter) or _of_contract(start, contracts) or said or delimiter_of(start, known)
    look = look_of(start, delimiter, known)
    odd, escaped = _survey(source, encoding, look)
    if escaped:
        notes.append(Note("escapes", 'quotes inside quotes are written as \\"', rows=tuple(escaped)))
    return _File(encoding, look, odd, bool(escaped), int(bool(said)), notes)


def _start(source: Source, encoding: str) -> list[str]:
    with source.text(encoding) as file:
        return file.readlines(CHUNK)


def _survey(source: Source, encoding: str, look: Look) -> tuple[str, list[int]]:
    """Which characters are somewhere in the file that need care, and the first lines whose quotes are escaped."""
    found, backslash, rows = set[str](), False, list[int]()
    with source.text(encoding) as file:
        while chunk := file.read(CHUNK):
            found |= {char for char in _ODD if char in chunk}
            backslash = backslash or "\\" in chunk
    if backslash and '"' in found and (rows := _escaped(source, encoding, look)):
        found.add("\\")
    return "".join(sorted(found)), rows


def _escaped(source: Source, encoding: str, look: Look) -> list[int]:
    escapes = Escapes(look.delimiter, look.width)
    with source.text(encoding) as file:
        for number, line in enumerate(file, start=1):
            if '\\"' in line:
                escapes.see(number, line)
    if not escapes.certain:
        return []
    with source.text(encoding) as file:
        return [] if well_quoted(file, look.delimiter) else escapes.rows[:5]


def _belongs(contracts: Sequence[Contract]) -> Callable[[str, str], bool]:
    """Whether text in an encoding is of a contract that says so."""

    def belongs(encoding: str, text: str) -> bool:
        lines = io.StringIO(text, newline="").readlines()
        return any(
            contract.dataset in _datasets(lines, delimiter, contracts)
            for contract in contracts
            if contract.reading.encoding == encoding
            for delimiter in (*filter(None, [named(contract.reading.delimiter)]), *DELIMITERS)
        )

    return belongs


def _of_contract(lines: Sequence[str], contracts: Sequence[Contract]) -> str:
    """The delimiter of the contract whose header is among the lines, split by it."""
    said = ((contract, named(contract.reading.delimiter)) for contract in contracts if contract.reading.delimiter)
    return next((char for contract, char in said if contract.dataset in _datasets(lines, char, contracts)), "")


def _datasets(lines: Sequence[str], delimiter: str, contracts: Sequence[Contract]) -> set[str]:
    """The datasets that the first records could be headers of."""
    return {route(record, contracts).dataset for record in first_records(lines, delimiter)}


def _written(delimiter: str) -> Callable[[Sequence[str]], str]:
    """Cells as a line of this file."""

    def record(cells: Sequence[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
        return line.getvalue()

    return record
