"""Which column refers to another dataset: it is called like that dataset's key, and all of its values are in there.

Names alone are no proof, and values alone are none either: quantities are always among the product ids. Where the
other dataset's values are not known, the reference is only suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from lakehouse.contracts.model import Type
from lakehouse.contracts.model import header as plain


@dataclass(frozen=True)
class Parent:
    """A dataset that others may refer to. `values` are its key's, as text; None where they are not known."""

    dataset: str
    key: str
    type: Type
    called: Collection[str]  # the key's name and aliases
    values: Callable[[], frozenset[str] | None]

    def is_called(self, names: Collection[str]) -> bool:
        """Whether a column of one of these names is called like the key, or like the key behind the dataset's name."""
        ours = {*map(plain, self.called)}
        if plain(self.key) == "id":
            ours = {plain(singular + self.key) for singular in (self.dataset, self.dataset.removesuffix("s"))}
        return not ours.isdisjoint(map(plain, names))


@dataclass(frozen=True)
class Child:
    """A column that may refer to another dataset. `values` are its own, as text."""

    dataset: str
    column: str
    called: Collection[str]
    type: Type
    values: frozenset[str]
    key: bool  # whether it alone is its dataset's key


@dataclass(frozen=True)
class Found:
    """A reference; where it is not `proven`, by the names alone."""

    child: Child
    parent: Parent
    proven: bool


def find_references(
    children: Sequence[Child], parents: Sequence[Parent], known: Mapping[str, Collection[str]]
) -> list[Found]:
    """The references of the columns, none of which closes a circle with another or a `known` one."""
    edges = {dataset: set(others) for dataset, others in known.items()}
    found: list[Found] = []
    for child in children:
        fitting = [parent for parent in parents if _may_refer(child, parent)]
        judged = [each for parent in fitting if (each := _judged(child, parent))]
        for best in sorted(judged, key=lambda each: not each.proven)[:1]:
            further = {**edges, child.dataset: edges.get(child.dataset, set()) | {best.parent.dataset}}
            if not best.proven or not _circle(further):
                found.append(best)
                edges = further if best.proven else edges
    return found


def _may_refer(child: Child, parent: Parent) -> bool:
    return (
        child.dataset != parent.dataset
        and bool(child.values)
        and child.type == parent.type
        and parent.is_called(child.called)
    )


def _judged(child: Child, parent: Parent) -> Found | None:
    theirs = parent.values()
    if theirs is None:
        return None if child.key else Found(child, parent, proven=False)
    # Two tables with one key: what has fewer rows refers to what has all of them.
    smaller = not child.key or len(child.values) < len(theirs)
    return Found(child, parent, proven=True) if smaller and child.values <= theirs else None


def _circle(edges: Mapping[str, Collection[str]]) -> bool:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        return True
    return False
