"""Reads a definition into flows and states, and refuses here, not at run time, whatever the runner does not do.

Three passes: structure (types, fields, values), the graph (targets, unreachable states, ways to an end) and, in
`asl_names`, the expressions with the variables they name. Each refusal names the state and the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lakectl.platforms.local.asl_graph import check_graph
from lakectl.platforms.local.asl_jsonata import ExpressionError, expression_of
from lakectl.platforms.local.asl_model import GLUE, LAMBDA, SNS, DefinitionError, Flow, State

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_EVERYWHERE = {"Type", "Comment", "QueryLanguage"}
_STEP = {"Next", "End", "Output", "Assign"}

# Per type: the fields it must have, and those it may have besides.
_FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "Task": ({"Resource"}, {"Arguments", "TimeoutSeconds", "Retry", "Catch"} | _STEP),
    "Pass": (set(), _STEP),
    "Wait": (set(), {"Seconds", "Timestamp"} | _STEP),
    "Choice": ({"Choices"}, {"Default", "Output", "Assign"}),
    "Succeed": (set(), {"Output"}),
    "Fail": (set(), {"Error", "Cause"}),
    "Parallel": ({"Branches"}, {"Arguments", "Retry", "Catch"} | _STEP),
    "Map": ({"ItemProcessor"}, {"Items", "ItemSelector", "MaxConcurrency", "Retry", "Catch"} | _STEP),
}

# Per resource: the arguments it must have, and those it may have besides.
_ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    LAMBDA: ({"FunctionName"}, {"Payload"}),
    GLUE: ({"JobName"}, {"Arguments"}),
    SNS: ({"TopicArn", "Message"}, {"Subject"}),
}

_RETRY = {"IntervalSeconds": 1, "MaxAttempts": 0, "BackoffRate": 1, "MaxDelaySeconds": 1}


def load_flow(definition: Mapping[str, Any], substitutions: Mapping[str, str]) -> Flow:
    """The machine's own flow. Raises DefinitionError."""
    whole = substituted(definition, substitutions)
    _language("the state machine", whole)
    _only("the state machine", whole, {"StartAt", "States"}, {"Comment", "QueryLanguage", "TimeoutSeconds", "Version"})
    if "TimeoutSeconds" in whole:
        _whole_number("the state machine", "TimeoutSeconds", whole["TimeoutSeconds"], 1)
    flow = _flow("the state machine", whole)
    _unique([state.name for state in every_state(flow)])
    return flow


def substituted(value: Any, substitutions: Mapping[str, str]) -> Any:
    """The value with every `${name}` in its strings replaced, as DefinitionSubstitutions are.

    Raises DefinitionError on a name that is not given.
    """
    if isinstance(value, Mapping):
        return {key: substituted(item, substitutions) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item, substitutions) for item in value]
    return _SUBSTITUTION.sub(lambda found: _given(found[1], substitutions), value) if isinstance(value, str) else value


def _given(name: str, substitutions: Mapping[str, str]) -> str:
    if name not in substitutions:
        known = ", ".join(sorted(substitutions)) or "none"
        raise DefinitionError(f"${{{name}}} has no value; substitutions given: {known}")
    return substitutions[name]


def every_state(flow: Flow) -> Iterator[State]:
    """The states of a flow and of all flows inside it."""
    for state in flow.states.values():
        yield state
        for inner in state.flows:
            yield from every_state(inner)


def _flow(where: str, value: Mapping[str, Any]) -> Flow:
    states = value.get("States")
    if not isinstance(states, dict) or not states:
        raise DefinitionError(f"{where}: States must be an object with at least one state")
    flow = Flow(str(value.get("StartAt")), {name: _state(name, fields) for name, fields in states.items()})
    check_graph(where, flow)
    return flow


def _state(name: str, fields: Any) -> State:
    where = f"state {name!r}"
    if len(name) > 80:
        raise DefinitionError(f"{where}: a name has at most 80 characters")
    kind = fields.get("Type") if isinstance(fields, dict) else None
    if kind not in _FIELDS:
        raise DefinitionError(f"{where}: Type {kind!r} is not supported")
    _language(where, {"QueryLanguage": "JSONata", **fields})
    required, allowed = _FIELDS[kind]
    _only(where, fields, required, allowed | _EVERYWHERE)
    _ending(where, kind, fields)
    for field, value in fields.items():
        _CHECKS.get(field, _anything)(where, field, value)
    if kind == "Task":
        _task(where, fields)
    if kind == "Wait" and len({"Seconds", "Timestamp"} & set(fields)) != 1:
        raise DefinitionError(f"{where}: a Wait has either Seconds or Timestamp")
    return State(name, kind, fields, tuple(_flow(where, inner) for inner in _inner(fields)))


def _inner(fields: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    branches: Sequence[Mapping[str, Any]] = fields.get("Branches", ())
    return [fields["ItemProcessor"]] if "ItemProcessor" in fields else branches


def _language(where: str, fields: Mapping[str, Any]) -> None:
    language = fields.get("QueryLanguage")
    if language != "JSONata":
        raise DefinitionError(f"{where}: QueryLanguage must be JSONata, not {language or 'JSONPath'}")


def _only(where: str, fields: Any, required: set[str], allowed: set[str]) -> None:
    if not isinstance(fields, Mapping):
        raise DefinitionError(f"{where}: must be an object")
    if missing := sorted(required - set(fields)):
        raise DefinitionError(f"{where}: {missing[0]} is missing")
    if unknown := sorted(set(fields) - required - allowed):
        raise DefinitionError(f"{where}: field {unknown[0]} is not supported")


def _ending(where: str, kind: str, fields: Mapping[str, Any]) -> None:
    if "Next" not in _FIELDS[kind][1]:
        return
    if ("Next" in fields) == (fields.get("End") is True):
        raise DefinitionError(f"{where}: needs either Next or End: true")


def _anything(where: str, field: str, value: Any) -> None:
    """Values of which any JSON is right; their expressions are looked at later."""


def _text(where: str, field: str, value: Any) -> None:
    if not isinstance(value, str):
        raise DefinitionError(f"{where}: {field} must be a string")


def _object(where: str, field: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise DefinitionError(f"{where}: {field} must be an object")


def _is_expression(where: str, field: str, value: Any) -> bool:
    try:
        return isinstance(value, str) and expression_of(value) is not None
    except ExpressionError as error:
        raise DefinitionError(f"{where}: {field}: {error}") from error


def _condition(where: str, field: str, value: Any) -> None:
    if not isinstance(value, bool) and not _is_expression(where, field, value):
        raise DefinitionError(f"{where}: {field} must be a JSONata expression or a boolean")


def _items(where: str, field: str, value: Any) -> None:
    if not isinstance(value, list) and not _is_expression(where, field, value):
        raise DefinitionError(f"{where}: {field} must be a JSONata expression or an array")


def _count(least: int) -> Callable[[str, str, Any], None]:
    def check(where: str, field: str, value: Any) -> None:
        if not _is_expression(where, field, value):
            _whole_number(where, field, value, least)

    return check


def _whole_number(where: str, field: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DefinitionError(f"{where}: {field} must be a whole number from {least}")


def _choices(where: str, field: str, value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise DefinitionError(f"{where}: {field} must be an array with at least one rule")
    for number, rule in enumerate(value):
        place = f"{where}: {field}[{number}]"
        _only(place, rule, {"Condition", "Next"}, {"Output", "Assign", "Comment"})
        _condition(place, "Condition", rule["Condition"])
        _object(place, "Assign", rule.get("Assign", {}))


def _retry(where: str, field: str, value: Any) -> None:
    _errors(where, field, value)
    for number, retrier in enumerate(value):
        place = f"{where}: {field}[{number}]"
        _only(place, retrier, {"ErrorEquals"}, {"JitterStrategy", "Comment", *_RETRY})
        for name in _RETRY.keys() & retrier.keys():
            _rate(place, name, retrier[name])
        if retrier.get("JitterStrategy", "NONE") not in {"NONE", "FULL"}:
            raise DefinitionError(f"{place}: JitterStrategy must be FULL or NONE")


def _rate(where: str, field: str, value: Any) -> None:
    if field != "BackoffRate":
        _whole_number(where, field, value, _RETRY[field])
    elif isinstance(value, bool) or not isinstance(value, int | float) or value < 1:
        raise DefinitionError(f"{where}: BackoffRate must be a number from 1")


def _catch(where: str, field: str, value: Any) -> None:
    _errors(where, field, value)
    for number, catcher in enumerate(value):
        place = f"{where}: {field}[{number}]"
        _only(place, catcher, {"ErrorEquals", "Next"}, {"Output", "Assign", "Comment"})
        _object(place, "Assign", catcher.get("Assign", {}))


def _errors(where: str, field: str, value: Any) -> None:
    if not isinstance(value, list):
        raise DefinitionError(f"{where}: {field} must be an array")
    for number, item in enumerate(value):
        names = item.get("ErrorEquals") if isinstance(item, dict) else None
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise DefinitionError(f"{where}: {field}[{number}]: ErrorEquals must be an array of error names")
        if "States.ALL" in names and (len(names) > 1 or number < len(value) - 1):
            raise DefinitionError(f"{where}: {field}[{number}]: States.ALL must stand alone, and last")


def _branches(where: str, field: str, value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise DefinitionError(f"{where}: {field} must be an array with at least one branch")
    for number, branch in enumerate(value):
        _only(f"{where}: {field}[{number}]", branch, {"StartAt", "States"}, {"Comment", "QueryLanguage"})


def _processor(where: str, field: str, value: Any) -> None:
    _only(f"{where}: {field}", value, {"StartAt", "States"}, {"Comment", "ProcessorConfig"})
    if value.get("ProcessorConfig", {"Mode": "INLINE"}) != {"Mode": "INLINE"}:
        raise DefinitionError(f"{where}: {field}.ProcessorConfig: only Mode INLINE is supported")


def _task(where: str, fields: Mapping[str, Any]) -> None:
    resource, arguments = fields["Resource"], fields.get("Arguments", {})
    if resource not in _ARGUMENTS:
        raise DefinitionError(f"{where}: Resource {resource} is not supported")
    if not _is_expression(where, "Arguments", arguments):
        required, allowed = _ARGUMENTS[resource]
        _only(f"{where}: Arguments", arguments, required, allowed)


_CHECKS: dict[str, Callable[[str, str, Any], None]] = {
    "Comment": _text,
    "Resource": _text,
    "Next": _text,
    "Default": _text,
    "Error": _text,
    "Cause": _text,
    "Timestamp": _text,
    "Assign": _object,
    "Items": _items,
    "Seconds": _count(0),
    "TimeoutSeconds": _count(1),
    "MaxConcurrency": _count(0),
    "Choices": _choices,
    "Retry": _retry,
    "Catch": _catch,
    "Branches": _branches,
    "ItemProcessor": _processor,
}


def _unique(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DefinitionError(f"state {name!r}: there is more than one state of this name")
