"""Which dataset a sheet belongs to, by its header alone: never by its name or position.

Headers are compared by their letters and digits, so `Order ID`, ` ORDER_ID` and `order-id` are one. The dataset that
knows most of the header's columns is the one that was meant, complete or not: a sheet of items that lost its `id` has
every column that an order must have, and still is no sheet of orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lakehouse.contracts.model import Contract
from lakehouse.contracts.model import header as plain
from lakehouse.errors import ContractError


@dataclass(frozen=True)
class Route:
    """Where a sheet goes. `taken` gives the position in the header of each contract column that is there."""

    status: Literal["converted", "refused", "ignored"]
    reason: str = ""
    dataset: str = ""
    taken: Mapping[str, int] | None = None
    unknown: tuple[str, ...] = ()


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


def known_headers(contracts: Iterable[Contract]) -> frozenset[str]:
    """Every header that some contract knows, as it is compared."""
    return frozenset(header for contract in contracts for header in _headers(contract))


def route(header: Sequence[str], contracts: Iterable[Contract]) -> Route:
    """The dataset of a sheet with this header, or why there is none. Raises ContractError for an ambiguous contract."""
    matches = [_match(header, contract) for contract in contracts]
    recognised = [match for match in matches if match.names & {c.name for c in match.contract.source_columns}]
    if not recognised:
        return Route("ignored", f"no dataset has a column called {_quoted([h for h in header if h.strip()])}")
    best = max(match.rank for match in recognised)
    winners = [match for match in recognised if match.rank == best]
    return _settle(winners[0]) if len(winners) == 1 else _undecided(winners)


def _settle(match: _Match) -> Route:
    dataset, twice = match.contract.dataset, _repeated(name for name, _ in match.found)
    if match.missing:
        reason = f"{dataset}: no column {_quoted(match.missing)}"
    elif twice:
        reason = f"{dataset}: more than one column is {_quoted(twice)}"
    else:
        sources = {column.name for column in match.contract.source_columns}
        taken = {name: position for name, position in match.found if name in sources}
        return Route("converted", "", dataset, taken, match.unknown)
    return Route("refused", reason, dataset, None, match.unknown)


def _undecided(matches: Sequence[_Match]) -> Route:
    what = ", ".join(
        f"{m.contract.dataset} (no column {_quoted(m.missing)})" if m.missing else m.contract.dataset for m in matches
    )
    return Route("refused", f"the header fits more than one dataset equally well: {what}")


def _match(header: Sequence[str], contract: Contract) -> _Match:
    known = _headers(contract)
    found = tuple((known[plain(text)], i) for i, text in enumerate(header) if plain(text) in known)
    unknown = tuple(text.strip() for text in header if text.strip() and plain(text) not in known)
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


def _repeated(names: Iterable[str]) -> list[str]:
    seen: list[str] = list(names)
    return sorted({name for name in seen if seen.count(name) > 1})


def _quoted(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
