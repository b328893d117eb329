"""Which dataset a sheet belongs to, by its header alone: never by its name or position.

Headers are compared by their letters and digits, so `Order ID`, ` ORDER_ID` and `order-id` are one. The dataset that
knows most of the header's columns is the one that was meant, complete or not: a sheet of items that lost its `id` has
every column that an order must have, and still is no sheet of orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lakehouse.contracts.model import Contract
from lakehouse.contracts.model import header as plain
from lakehouse.convert.extent import letters
from lakehouse.convert.nearly import Miss, hint, near_misses
from lakehouse.errors import ContractError


@dataclass(frozen=True)
class Route:
    """Where a sheet goes. `taken` gives the position in the header of each contract column that is there.

    `near` says of headers that are not known which column of the dataset they almost are, and why they are not.
    """

    status: Literal["converted", "refused", "ignored"]
    reason: str = ""
    dataset: str = ""
    taken: Mapping[str, int] | None = None
    unknown: tuple[str, ...] = ()
    near: Mapping[str, Miss] = field(default_factory=dict)
    known: int = 0  # how many of the header's columns the dataset knows


@dataclass(frozen=True)
class _Match:
    contract: Contract
    found: tuple[tuple[str, int], ...]  # contract column, position in the header; derived columns too
    unknown: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.found)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.contract.required_columns if name not in self.names)

    @property
    def rank(self) -> tuple[int, bool, int]:
        return len(self.names), not self.missing, len(self.contract.required_columns) - len(self.missing)


class Router:
    """The contracts, ready to say of many rows which of them it could be the header of."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        """Raises ContractError for a contract whose columns cannot be told apart."""
        self._contracts = [(contract, _headers(contract)) for contract in contracts]
        self.known = frozenset(header for _, headers in self._contracts for header in headers)
        columns = (column for contract, _ in self._contracts for column in contract.columns)
        self.known_names = frozenset(name for column in columns for name in (column.name, *column.aliases))

    def route(self, header: Sequence[str]) -> Route:
        """The dataset of a sheet with this header, or why there is none."""
        matches = [_match(header, contract, headers) for contract, headers in self._contracts]
        recognised = [match for match in matches if match.names & {c.name for c in match.contract.source_columns}]
        if not recognised:
            return _ignored(header, [contract for contract, _ in self._contracts])
        best = max(match.rank for match in recognised)
        winners = [match for match in recognised if match.rank == best]
        beside = self._beside(header, winners[0])
        return beside or (_undecided(winners) if len(winners) > 1 else _settle(winners[0]))

    def unsplit(self, header: Sequence[str]) -> str:
        """The cell of a header that is alone and names more than one column; else empty."""
        filled = [text for text in header if text.strip()]
        words = re.split(r"[^\w -]+|\s{2,}", filled[0]) if len(filled) == 1 else []
        return filled[0] if len({plain(word) for word in words} & self.known) > 1 else ""

    def _beside(self, header: Sequence[str], match: _Match) -> Route | None:
        """The refusal of a header that is the header of two tables, side by side, with a blank column between."""
        tables = [(run, self.complete([header[i] for i in run])) for run in _runs(header)]
        whole = [f"{letters(run[0])} to {letters(run[-1])} ({dataset})" for run, dataset in tables if dataset]
        if len(whole) < 2:
            return None
        reason = f"tables stand side by side, in columns {' and '.join(whole)}: give each a sheet of its own"
        return Route("refused", reason, known=len(match.names))

    def complete(self, header: Sequence[str]) -> str:
        """The dataset whose complete header this is; else empty."""
        matches = [_match(header, contract, headers) for contract, headers in self._contracts]
        complete = [match for match in matches if len(match.names) > 1 and not match.missing]
        return max(complete, key=lambda match: len(match.names)).contract.dataset if complete else ""


def known_headers(contracts: Iterable[Contract]) -> frozenset[str]:
    """Every header that some contract knows, as it is compared."""
    return Router(contracts).known


def route(header: Sequence[str], contracts: Iterable[Contract]) -> Route:
    """The dataset of a sheet with this header, or why there is none. Raises ContractError for an ambiguous contract."""
    return Router(contracts).route(header)


def quoted(names: Sequence[str], most: int = 5) -> str:
    """The names in quotes, the first of them where there are many."""
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _settle(match: _Match) -> Route:
    dataset, twice = match.contract.dataset, _repeated(name for name, _ in match.found)
    near = near_misses(match.unknown, [c for c in match.contract.columns if c.name not in match.names])
    known = len(match.names)
    if match.missing:
        reason = f"{dataset}: no column {quoted(match.missing)}"
        told = [hint(header, miss) for header, miss in near.items() if miss.column in match.missing]
        reason = "; ".join([reason, *told])
    elif twice:
        reason = f"{dataset}: more than one column is {quoted(twice)}"
    else:
        sources = {column.name for column in match.contract.source_columns}
        taken = {name: position for name, position in match.found if name in sources}
        return Route("converted", "", dataset, taken, match.unknown, near, known)
    return Route("refused", reason, dataset, None, match.unknown, near, known)


def _ignored(header: Sequence[str], contracts: Sequence[Contract]) -> Route:
    unknown = tuple(text.strip() for text in header if text.strip())
    near = near_misses(unknown, [column for contract in contracts for column in contract.source_columns])
    told = [hint(header, miss) for header, miss in near.items()]
    reason = "; ".join([f"no dataset has a column called {quoted(unknown)}", *told[:1]])
    return Route("ignored", reason, unknown=unknown, near=near)


def _undecided(matches: Sequence[_Match]) -> Route:
    what = ", ".join(
        f"{m.contract.dataset} (no column {quoted(m.missing)})" if m.missing else m.contract.dataset for m in matches
    )
    missing = [column for match in matches for column in match.contract.columns if column.name in match.missing]
    near = near_misses(matches[0].unknown, missing)
    told = [hint(header, miss) for header, miss in near.items()]
    reason = "; ".join([f"the header fits more than one dataset equally well: {what}", *told])
    return Route("refused", reason, unknown=matches[0].unknown, near=near, known=len(matches[0].names))


def _match(header: Sequence[str], contract: Contract, known: Mapping[str, str]) -> _Match:
    compared = [plain(text) for text in header]
    found = tuple((known[text], i) for i, text in enumerate(compared) if text in known)
    unknown = tuple(
        text.strip() for text, form in zip(header, compared, strict=True) if text.strip() and form not in known
    )
    return _Match(contract, found, unknown)


def _headers(contract: Contract) -> dict[str, str]:
    headers: dict[str, str] = {}
    for column in contract.columns:
        for header in (column.name, *column.aliases):
            if headers.setdefault(plain(header), column.name) != column.name:
                raise ContractError(
                    f"{contract.dataset}: {header!r} could be {headers[plain(header)]} or {column.name}",
                    "headers are compared by letters and digits only: rename one of the columns or drop the alias",
                )
    return headers


def _runs(header: Sequence[str]) -> list[list[int]]:
    """The positions of the header's cells, parted where a cell is blank."""
    runs: list[list[int]] = [[]]
    for position, text in enumerate(header):
        if text.strip():
            runs[-1].append(position)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _repeated(names: Iterable[str]) -> list[str]:
    seen: list[str] = list(names)
    return sorted({name for name in seen if seen.count(name) > 1})
