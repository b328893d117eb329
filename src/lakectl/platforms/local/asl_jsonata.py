"""JSONata as Step Functions evaluates it, over the jsonata-python library.

A string `{% ... %}` in a state is an expression, everything else is itself. Three things keep local results the ones of
Step Functions: null and undefined are told apart (the library shows both as None unless told otherwise), an undefined
result is an error, and what comes back is plain JSON, not the library's own lists. An expression is parsed for each
evaluation: the library keeps the evaluation's state in the parsed object, and Map runs iterations side by side.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonata import Jsonata, Utils

# Step Functions stops an expression after one second; a laptop under load gets more before it is called a runaway.
LIMIT_MILLIS = 10_000
_EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_OWN = frozenset({"partition", "range", "hash", "random", "uuid", "parse"})
# `eval` is the one function of JSONata that Step Functions leaves out.
FUNCTIONS = frozenset(Jsonata.static_frame.bindings) - {"eval"} | _OWN


class ExpressionError(Exception):
    """An expression that cannot be parsed, fails, or yields something that is not JSON."""


def expression_of(text: str) -> str | None:
    """The JSONata between `{%` and `%}`, or None where the text is only text. Raises ExpressionError on half a pair."""
    stripped = text.strip()
    if found := _EXPRESSION.fullmatch(stripped):
        return found[1].strip()
    if stripped.startswith("{%") or stripped.endswith("%}"):
        raise ExpressionError(f"{stripped!r} opens or closes an expression without its other half")
    return None


def expressions_in(value: Any) -> Iterator[str]:
    """Every expression in a JSON value, at any depth. Raises ExpressionError as `expression_of` does."""
    if isinstance(value, str):
        text = expression_of(value)
        if text is not None:
            yield text
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from expressions_in(item)


def variables_used(expression: str) -> set[str]:
    """Names, without `$`, that an expression reads and does not bind itself; functions are among them.

    Raises ExpressionError where the expression is not JSONata.
    """
    symbols = list(_symbols(_parse(expression).ast, set()))
    bound = {name for symbol in symbols for name in _bound_by(symbol)}
    return {str(symbol.value) for symbol in symbols if symbol.type == "variable"} - bound - {"", "$", "None"}


def evaluate(value: Any, bindings: Mapping[str, Any], random: Callable[[], float]) -> Any:
    """The JSON value with every expression in it replaced by its result.

    `bindings` are variables by name without `$`, as plain JSON; `random` feeds `$random` and `$uuid` and returns a
    float in [0, 1). Raises ExpressionError, naming the expression, where one fails, is undefined or is not JSON.
    """
    if isinstance(value, dict):
        return {key: evaluate(item, bindings, random) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluate(item, bindings, random) for item in value]
    text = expression_of(value) if isinstance(value, str) else None
    return value if text is None else _evaluate_text(text, bindings, random)


def _evaluate_text(text: str, bindings: Mapping[str, Any], random: Callable[[], float]) -> Any:
    parsed = _parse(text)
    frame = {name: _with_nulls(value) for name, value in bindings.items()} | _own_functions(random)
    try:
        result = parsed.evaluate(None, frame)
    except RecursionError as error:
        raise ExpressionError(f"{text}: recursion is too deep") from error
    except Exception as error:  # the library raises whatever Python raises inside it
        raise ExpressionError(f"{text}: {error}") from error
    if result is None:
        raise ExpressionError(f"The JSONata expression '{text}' returned nothing (undefined).")
    return _plain(result, text)


def _parse(text: str) -> Any:
    try:
        parsed = Jsonata(text, timeout=LIMIT_MILLIS)
    except Exception as error:  # as above
        raise ExpressionError(f"{text}: {error}") from error
    if parsed.get_errors():
        raise ExpressionError(f"{text}: {parsed.get_errors()}")
    parsed.set_output_convert_nulls(False)
    return parsed


def _with_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_nulls(item) for item in value]
    return Utils.NULL_VALUE if value is None else value


def _plain(value: Any, text: str) -> Any:
    if value is Utils.NULL_VALUE or value is None:
        return None
    if isinstance(value, dict):
        return {str(key): _plain(item, text) for key, item in value.items()}
    if isinstance(value, list):
        # By position: the library's ranges are lists that are only right when indexed.
        return [_plain(value[index], text) for index in range(len(value))]
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, str | bool | int):
        return value
    raise ExpressionError(f"{text}: the result is not JSON")


def _symbols(node: Any, seen: set[int]) -> Iterator[Any]:
    """The parsed expression's nodes, each once; the library links some of them in circles."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _symbols(item, seen)
    elif hasattr(node, "_outer_instance") and id(node) not in seen:
        seen.add(id(node))
        yield node
        for name, child in vars(node).items():
            if name != "_outer_instance":
                yield from _symbols(child, seen)


def _bound_by(symbol: Any) -> Iterator[str]:
    if symbol.type == "bind":
        yield str(symbol.lhs.value)
    elif symbol.type == "lambda":
        yield from (str(argument.value) for argument in symbol.arguments)
    yield from (str(name) for name in (symbol.focus, symbol.index) if isinstance(name, str))


def _own_functions(random: Callable[[], float]) -> dict[str, Any]:
    """The functions that Step Functions adds to JSONata, by name."""
    functions: dict[str, Callable[..., Any]] = {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "parse": lambda text: _with_nulls(json.loads(text)),
        "random": lambda _seed=None: random(),
        "uuid": lambda: str(uuid.UUID(int=int(random() * 2**53) << 75 | int(random() * 2**53) << 22, version=4)),
    }
    return {name: Jsonata.JLambda(function) for name, function in functions.items()}


def _partition(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + int(size)] for start in range(0, len(items), int(size))]


def _range(first: int, last: int, step: int = 1) -> list[int]:
    """The numbers from first to last, the last included, as Step Functions has it."""
    return list(range(int(first), int(last) + (1 if step > 0 else -1), int(step)))


def _hash(data: str, algorithm: str) -> str:
    return hashlib.new(_HASHES[algorithm], data.encode()).hexdigest()
