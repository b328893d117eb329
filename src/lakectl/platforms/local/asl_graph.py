"""The graph of a flow: targets are there, every state can be reached, and every state has a way to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lakectl.platforms.local.asl_model import DefinitionError, Flow, State


def check_graph(where: str, flow: Flow) -> None:
    """Raises DefinitionError on a missing target, a state nothing leads to, or one from which no end can be reached."""
    if flow.start_at not in flow.states:
        raise DefinitionError(f"{where}: StartAt {flow.start_at!r} is not one of its states")
    for state in flow.states.values():
        for field, target in _targets(state):
            if target not in flow.states:
                raise DefinitionError(f"state {state.name!r}: {field} {target!r} is not a state of the same flow")
    reached = _closure({flow.start_at}, lambda name: {target for _, target in _targets(flow.states[name])})
    if lost := [name for name in flow.states if name not in reached]:
        raise DefinitionError(f"state {lost[0]!r}: cannot be reached")
    _ends(flow)


def _ends(flow: Flow) -> None:
    ends = {name for name, state in flow.states.items() if not list(_targets(state))}
    ends |= {name for name, state in flow.states.items() if state.fields.get("End")}
    before = {
        name: {state.name for state in flow.states.values() if name in {target for _, target in _targets(state)}}
        for name in flow.states
    }
    if endless := [name for name in flow.states if name not in _closure(ends, lambda name: before[name])]:
        raise DefinitionError(f"state {endless[0]!r}: no end can be reached from here")


def _closure(start: set[str], following: Callable[[str], set[str]]) -> set[str]:
    reached, new = set(start), set(start)
    while new:
        new = {target for name in new for target in following(name)} - reached
        reached |= new
    return reached


def _targets(state: State) -> Iterator[tuple[str, str]]:
    """Fields that lead to other states of the flow, and where."""
    fields = state.fields
    for name in ("Next", "Default"):
        if name in fields:
            yield name, fields[name]
    for name in ("Choices", "Catch"):
        for number, rule in enumerate(fields.get(name, ())):
            yield f"{name}[{number}].Next", rule["Next"]
