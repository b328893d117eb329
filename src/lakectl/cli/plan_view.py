"""A plan on one screen: what changes, grouped by kind, and what waits to be loaded.

What is only created needs no explanation, so it is told by type, many on a line; what is changed, replaced or deleted
has a line of its own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.text import Text

from lakectl.deploying import Action, Change, Kind, Plan

SYMBOLS: Mapping[Action, str] = {"create": "+", "update": "~", "replace": "-/+", "delete": "-"}
_STYLES: Mapping[Action, str] = {"create": "green", "update": "yellow", "replace": "red", "delete": "red"}
_TITLES: Mapping[Kind, str] = {
    "stack": "Stacks",
    "resource": "Resources",
    "job": "Jobs",
    "state": "States of the state machine",
    "contract": "Contracts",
    "artifact": "Uploads to the bucket",
}
_WIDEST_NAME = 34
_GROUPED = ("resource", "job", "artifact")  # kinds whose detail begins with a type, where they are created


def plan_lines(plan: Plan, width: int) -> list[Text]:
    """The lines of a plan, none longer than `width` unless a word is."""
    lines = list(changes_lines(plan.changes, width))
    if plan.waiting:
        lines += [Text("Waiting to be loaded by the next run", style="bold")]
        lines += [Text(f"      {line}") for key in plan.waiting for line in textwrap.wrap(key, width - 6)]
    return [*lines, *([Text("")] if lines else []), Text(summary(plan))]


def changes_lines(changes: Sequence[Change], width: int, grouped: bool = True) -> Iterator[Text]:
    """The changes under the titles of their kinds; `grouped`: what is created is told by type."""
    for kind, title in _TITLES.items():
        rows = list(_rows([change for change in changes if change.kind == kind], grouped))
        if rows:
            yield Text(title, style="bold")
            names = min(max(len(name) for _, name, _ in rows), _WIDEST_NAME)
            for action, name, detail in rows:
                yield from _row(action, name, detail, names, width)


def summary(plan: Plan) -> str:
    """How much there is to do, in one line."""
    if not plan.changes:
        done = "Nothing to do: what is deployed is what the settings and files say."
    else:
        counts = {action: sum(change.action == action for change in plan.changes) for action in SYMBOLS}
        done = "Plan: " + ", ".join(f"{number} to {action}" for action, number in counts.items() if number) + "."
    return f"{done} {len(plan.waiting)} uploads wait." if len(plan.waiting) > 1 else _one(done, plan.waiting)


def _one(done: str, waiting: Sequence[str]) -> str:
    return f"{done} 1 upload waits." if waiting else done


def _rows(changes: Sequence[Change], grouped: bool) -> Iterator[tuple[Action, str, str]]:
    alike = [change for change in changes if grouped and change.action == "create" and change.kind in _GROUPED]
    single = [change for change in changes if change not in alike]
    for type_, group in groupby(sorted(alike, key=_type), key=_type):
        yield "create", type_, ", ".join(change.name for change in group)
    for change in single:
        yield change.action, change.name, change.detail.replace("AWS::", "")


def _type(change: Change) -> str:
    """`Lambda::Function` of a resource, `glue_jobs` of an artifact."""
    return change.detail.partition(": ")[0].removeprefix("AWS::")


def _row(action: Action, name: str, detail: str, names: int, width: int) -> Iterator[Text]:
    room = width - names - 8
    told = "red" if "BREAKS " in detail else ""
    first, *rest = textwrap.wrap(detail, room, break_long_words=False, break_on_hyphens=False) or [""]
    if len(name) > names:
        yield Text(f"  {SYMBOLS[action]:<4}{name}", style=_STYLES[action])
        rest = [first, *rest] if detail else []
    else:
        style = _STYLES[action]
        yield Text.assemble((f"  {SYMBOLS[action]:<4}{name:<{names}}", style), (f"  {first}".rstrip(), told))
    yield from (Text(f"{'':{names + 8}}{line}", style=told) for line in rest)
