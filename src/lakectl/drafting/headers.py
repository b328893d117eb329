"""Which row of a sheet is its header, without knowing any contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from lakehouse.contracts.model import header as plain
from lakehouse.convert.model import Row

FIRST_ROWS = 25  # among which a header is looked for
_VALUE = re.compile(r"[-+]?[\d.,'  ]*\d[\d.,:/-]*%?|true|false", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """The header of a sheet: the row's number as a person counts, and its cells from column A on."""

    row: int
    cells: tuple[str, ...]


def find_header(rows: Iterable[Row]) -> Header | None:
    """The first row that has nothing but texts, is about as wide as what follows, and has a row below it."""
    first = [(number, list(cells)) for number, cells in islice(rows, 2 * FIRST_ROWS) if any(c.strip() for c in cells)]
    widest = max((_filled(cells) for _, cells in first), default=0)
    for number, cells in first[:-1][:FIRST_ROWS]:
        names = [cell for cell in cells if cell.strip()]
        wide = len(names) >= min(2, widest) and 2 * len(names) >= widest
        if wide and not any(map(_is_value, names)) and 2 * len({*map(plain, names)}) > len(names):
            return Header(number, tuple(cells))
    return None


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _is_value(text: str) -> bool:
    """Whether a text is rather a value than a name. A year may be either, and heads many a column."""
    return bool(_VALUE.fullmatch(text.strip())) and not re.fullmatch(r"(?:19|20)\d\d", text.strip())
