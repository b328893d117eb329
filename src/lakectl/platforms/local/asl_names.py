"""Looks at every expression of a loaded machine before it runs: its syntax, its functions, and the names it reads.

Variables live in flows: a flow reads its own and those of the flows around it, and assigns only its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lakectl.platforms.local.asl_jsonata import FUNCTIONS, ExpressionError, expressions_in, variables_used
from lakectl.platforms.local.asl_model import DefinitionError, Flow, State

_RESULT = re.compile(r"\$states\.result\b")
_ERROR = re.compile(r"\$states\.errorOutput\b")
_WITH_RESULT = {"Task", "Map", "Parallel"}
_STRUCTURE = {"Choices", "Catch", "Retry", "Branches", "ItemProcessor"}


def check_names(flow: Flow, outer: frozenset[str] = frozenset()) -> None:
    """Raises DefinitionError on bad JSONata, an unknown function or variable, or an assignment to an outer variable."""
    own = {name for state in flow.states.values() for name in _assigned(state)}
    for state in flow.states.values():
        if taken := sorted(_assigned(state) & outer):
            raise DefinitionError(
                f"state {state.name!r}: Assign of ${taken[0]}, a variable of the flow around this one"
            )
        for field, value in _places(state):
            _check(state, field, value, own | outer)
        for inner in state.flows:
            check_names(inner, outer | own)


def _assigned(state: State) -> set[str]:
    rules = [*state.fields.get("Choices", ()), *state.fields.get("Catch", ())]
    return {name for part in (state.fields, *rules) for name in part.get("Assign", {})}


def _places(state: State) -> Iterator[tuple[str, Any]]:
    """Every field that can hold an expression, by its path within the state."""
    for field, value in state.fields.items():
        if field not in _STRUCTURE:
            yield field, value
    for name in ("Choices", "Catch"):
        rules: list[Mapping[str, Any]] = state.fields.get(name, [])
        for number, rule in enumerate(rules):
            yield from ((f"{name}[{number}].{field}", value) for field, value in rule.items())


def _check(state: State, field: str, value: Any, variables: set[str] | frozenset[str]) -> None:
    where = f"state {state.name!r}: {field}"
    try:
        for text in expressions_in(value):
            unknown = variables_used(text) - variables - FUNCTIONS - {"states"}
            if unknown:
                name = min(unknown)
                raise DefinitionError(f"{where}: ${name} is neither a function nor a variable that is assigned: {text}")
            _check_states(where, state, field, text)
    except ExpressionError as error:
        raise DefinitionError(f"{where}: {error}") from error


def _check_states(where: str, state: State, field: str, text: str) -> None:
    if _ERROR.search(text) and not field.startswith("Catch["):
        raise DefinitionError(f"{where}: $states.errorOutput is only there in Catch: {text}")
    if _RESULT.search(text) and (state.type not in _WITH_RESULT or field not in {"Output", "Assign"}):
        raise DefinitionError(
            f"{where}: $states.result is only there in Output and Assign of a state that calls: {text}"
        )
