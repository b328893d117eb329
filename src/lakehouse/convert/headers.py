"""Where a sheet's table begins: the row, among the first that are not empty, that is a dataset's header.

A row is one for certain if it has every column that a dataset requires, and two that are known. The first such row
counts; a table above it that lacks a column is a table of its own. Without such a row, it is the one that has most of
what is known, and what it lacks is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from lakehouse.contracts.model import header as plain
from lakehouse.convert.model import BrokenRow, Row
from lakehouse.convert.routing import Route, Router

_LOOKED_AT = 25  # rows that are not empty
_LONGEST = 250  # characters of a header


@dataclass(frozen=True)
class Header:
    """A header, where it stands, and what it is the header of."""

    number: int
    cells: list[str]
    route: Route


@dataclass(frozen=True)
class Start:
    """The beginning of a sheet: what stands above its header, the header if there is one, and all rows below.

    Without a header, `above` has the rows that were looked at, and `rows` the others.
    """

    above: list[Row]
    header: Header | None
    rows: Iterator[Row]


def find(rows: Iterator[Row], router: Router, named: dict[int, Router]) -> Start:
    """The start of a sheet. `named` has the datasets whose settings name the header's row, by that row."""
    seen, filled = list[Row](), 0
    for row in rows:
        if seen and _is_empty(row) and _is_empty(seen[-1]):
            continue  # one of many is enough to see that there are some
        seen.append(row)
        filled += not blank(row[1])
        if filled >= _LOOKED_AT and row[0] >= max(named, default=0):
            break
    routed = [_routed(row, router, named) for row in seen]
    chosen = _chosen(seen, routed)
    if chosen is None:
        return Start(seen, None, rows)
    number, cells = seen[chosen]
    route = routed[chosen]
    assert route is not None
    return Start(seen[:chosen], Header(number, cells, route), chain(seen[chosen + 1 :], rows))


def is_header(cells: Sequence[str], route: Route) -> bool:
    """Whether a row can be nothing but a header: most of it is known, and none of it is a number."""
    filled = [text for text in cells if text.strip()]
    if route.status == "ignored" or any(plain(text).isdigit() for text in filled):
        return False
    return route.known * 2 > len(filled) and (route.known > 1 or (route.taken is not None and len(filled) == 1))


def widest(rows: Iterable[Row]) -> list[str]:
    """Of rows without a header, the one that looks most like one: the first of those with the most texts."""
    return max((cells for _, cells in rows), key=lambda cells: sum(_is_text(text) for text in cells), default=[])


def _is_text(text: str) -> bool:
    return bool(text.strip()) and not plain(text).isdigit()


def blank(cells: Sequence[str]) -> bool:
    """Whether there is nothing to see in a row."""
    return not any(cells) or all(not text or text.isspace() for text in cells)


class Watch:
    """Sees headers among the rows below a header: the same one again, or another, which begins another table."""

    def __init__(self, header: Header, router: Router) -> None:
        self._header, self._router = header, router
        self._compared = [plain(text) for text in header.cells]
        self._route = header.route
        self.words = frozenset(_spellings(router.known_names)) | {text for text in header.cells if text.strip()}
        self.known = Known(router.known | {text for text in self._compared if text})

    def may_be_header(self, cells: Sequence[str]) -> bool:
        """Whether it is worth while to compare a row, which has something in it, with headers."""
        first = next(text for text in cells if text.strip())
        return self.known[first] or not self.words.isdisjoint(cells)

    def repeats(self, cells: Sequence[str]) -> bool:
        """Whether a row is the same header again; a column that is not known may be missing."""
        compared = [plain(text) for text in cells]
        compared += [""] * (len(self._compared) - len(compared))
        needed = set((self._route.taken or {}).values())
        pairs = enumerate(zip(self._compared, compared, strict=False))
        same = all(a == b or (not b and i not in needed) for i, (a, b) in pairs)
        return same and any(compared) and not any(compared[len(self._compared) :])

    def begins(self, number: int, cells: list[str]) -> Header | None:
        """The header of another table, if a row is one."""
        route = self._router.route(cells)
        return Header(number, cells, route) if is_header(cells, route) else None


class Known(dict[str, bool]):
    """Whether a text is a header that is known, or nothing. Texts in a column repeat, so answers are kept."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, text: str) -> bool:
        if len(text) > _LONGEST:
            return False
        found = (compared := plain(text)) in self._known or not compared
        if len(self) < 10_000:
            self[text] = found
        return found


def _spellings(names: Iterable[str]) -> Iterator[str]:
    """A name as people mostly write it. They are looked for in every row, where to compare letters would be slow."""
    for name in names:
        for spaced in (name, name.replace("_", " "), name.replace("_", "-"), re.sub(r"[\s_-]", "", name)):
            yield from (spaced, spaced.lower(), spaced.upper(), spaced.title(), spaced.capitalize())


def _is_empty(row: Row) -> bool:
    return not any(row[1]) and not isinstance(row[1], BrokenRow)


def _routed(row: Row, router: Router, named: dict[int, Router]) -> Route | None:
    number, cells = row
    router = named.get(number, router)
    if not cells or not any(plain(text) in router.known for text in cells if text):
        return None
    route = router.route(cells)
    return None if route.status == "ignored" else route


def _chosen(seen: Sequence[Row], routed: Sequence[Route | None]) -> int | None:
    """Which of the rows is the header."""
    known = [(index, route) for index, route in enumerate(routed) if route]
    if not known:
        return None
    sure = [index for index, route in known if route.taken is not None and route.known > 1]
    if not sure:
        return max(known, key=lambda found: (found[1].taken is not None, found[1].known, -found[0]))[0]
    for index, route in known:
        between = any(not blank(cells) for _, cells in seen[index + 1 : sure[0]])
        if index < sure[0] and between and is_header(seen[index][1], route):
            return index
    return _lowest(seen, routed, sure)


def _lowest(seen: Sequence[Row], routed: Sequence[Route | None], sure: Sequence[int]) -> int:
    """Of headers one right below the other, as where cells of the upper are merged, the one that knows more."""
    best = sure[0]
    for index in sure[1:]:
        upper, lower = routed[best], routed[index]
        between = any(not blank(cells) for _, cells in seen[best + 1 : index])
        if between or not upper or not lower or lower.known <= upper.known:
            break
        best = index
    return best
