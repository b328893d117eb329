"""Where contracts meet: every foreign key has a parent that fits, and parents can be loaded before their children."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from lakehouse.contracts.dataset import Draft, Reference
from lakehouse.contracts.model import Contract


def check_references(drafts: Mapping[str, Draft]) -> None:
    """Note, in the drafts' problems, each reference to nothing, to another type, or in a circle."""
    for draft in drafts.values():
        for reference in draft.references:
            _check_target(draft.contract, reference, drafts)
    _check_circles(drafts)


def levels(contracts: Mapping[str, Contract]) -> list[list[str]]:
    """Datasets in the order of loading: a level's foreign keys point to earlier levels only; names sorted in a level.

    Raises graphlib.CycleError where foreign keys form a circle, which `load_contracts` lets nobody have.
    """
    sorter = TopologicalSorter({name: _parents(contract) & contracts.keys() for name, contract in contracts.items()})
    sorter.prepare()
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(sorted(ready))
        sorter.done(*ready)
    return found


def _parents(contract: Contract) -> set[str]:
    return {key.parent for key in contract.foreign_keys}


def _check_target(child: Contract, reference: Reference, drafts: Mapping[str, Draft]) -> None:
    key, of = reference.key, reference.of
    if key.parent not in drafts:
        of.fault(f"there is no dataset {key.parent}; there are {', '.join(sorted(drafts))}", "to")
        return
    ours = {column.name: column for column in child.columns}
    theirs = {column.name: column for column in drafts[key.parent].contract.columns}
    for name, target in zip(key.columns, key.parent_columns, strict=True):
        if name not in ours:
            of.fault(f"there is no column {name}", "from")
        elif ours[name].derived_from:
            of.fault(f"{name} is derived, and cannot refer to another dataset", "from")
        elif target not in theirs:
            of.fault(f"{key.parent} has no column {target}", "to")
        elif ours[name].type != theirs[target].type:
            of.fault(f"{name} is {ours[name].type}, but {key.parent}.{target} is {theirs[target].type}", "to")


def _check_circles(drafts: Mapping[str, Draft]) -> None:
    try:
        levels({name: draft.contract for name, draft in drafts.items()})
    except CycleError as error:
        circle = error.args[1]
        # The list runs from a parent to its child, and ends where it began.
        for reference in drafts[circle[1]].references:
            if reference.key.parent == circle[0]:
                reference.of.fault(f"foreign keys go in a circle: {' -> '.join(reversed(circle))}", "to")
