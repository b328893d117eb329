"""stdout is data: everything written there goes through here, so that a reader who leaves early is no error."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any


class ReaderGone(Exception):
    """Nobody reads stdout any more, as after `| head`."""


def write(text: str) -> None:
    """Writes to stdout. Raises ReaderGone."""
    with _reader_may_leave():
        sys.stdout.write(text)
        sys.stdout.flush()


@contextlib.contextmanager
def binary() -> Iterator[IO[bytes]]:
    """stdout for bytes. Raises ReaderGone."""
    with _reader_may_leave():
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """Writes one JSON document. Dates and decimals become text."""
    write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def write_json_array(rows: Iterable[Any]) -> None:
    """Writes a JSON array row by row, so that a large one is never in memory."""
    write("[")
    for text in _separated(rows):
        write(text)
    write("\n]\n")


def _separated(rows: Iterable[Any]) -> Iterator[str]:
    separator = "\n"
    for row in rows:
        yield separator + "  " + json.dumps(row, ensure_ascii=False, default=str)
        separator = ",\n"


@contextlib.contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # What Python still holds for stdout would fail again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ReaderGone from None
