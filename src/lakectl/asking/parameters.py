"""The values that a query takes: declared with a type, given as text, bound as values.

A query names a value as `:limit`. No text is ever pasted into SQL: an engine gets the values beside the statement, and
the literals of `--show-sql` are built here, from values that have passed their type.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from lakectl.errors import UsageError

ParameterType = Literal["integer", "decimal", "string", "boolean", "date", "timestamp"]
Value = int | Decimal | str | bool | dt.date | dt.datetime

TYPES: tuple[str, ...] = get_args(ParameterType)
_BIGINT = 2**63
_EXAMPLES = {
    "integer": "12",
    "decimal": "1.50",
    "boolean": "true or false",
    "date": "2025-04-01",
    "timestamp": "2025-04-01T10:00:00Z",
}
# How a value of unknown type is read, in this order; whatever fits none of them is a string.
_FORMS: tuple[ParameterType, ...] = ("integer", "decimal", "boolean", "date", "timestamp")


class ParameterError(UsageError):
    """A value that a query needs is missing, is not of its type, or belongs to no parameter."""


@dataclass(frozen=True)
class Parameter:
    """What a named query takes. `default` is text like a user's; None: the user must give one."""

    name: str
    type: ParameterType
    default: str | None = None
    description: str = ""


def read_value(name: str, type: ParameterType, text: str) -> Value:
    """The text as a value of that type. Raises ParameterError."""
    try:
        return _read(type, text)
    except (ValueError, InvalidOperation):
        raise ParameterError(
            f"Parameter {name} takes {_article(type)} {type}, and {text!r} is none.",
            f"Such as -p {name}={_EXAMPLES[type]}",
        ) from None


def _article(type: str) -> str:
    return "an" if type[0] in "aeiou" else "a"


def _read(type: ParameterType, text: str) -> Value:
    match type:
        case "integer":
            return _integer(text)
        case "decimal":
            return _decimal(text)
        case "boolean":
            return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else _no(text)
        case "date":
            return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _no(text)
        case "timestamp":
            return _timestamp(text)
        case "string":
            return text


def _no(text: str) -> Value:
    raise ValueError(text)


def _integer(text: str) -> Value:
    number = int(text) if re.fullmatch(r"[+-]?\d{1,19}", text) else None
    return number if number is not None and -_BIGINT <= number < _BIGINT else _no(text)


def _decimal(text: str) -> Value:
    # Athena's decimals have 38 digits at most; without an exponent what is shown is what is meant.
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text) or sum(map(str.isdigit, text)) > 38:
        return _no(text)
    return Decimal(text)


def _timestamp(text: str) -> Value:
    # An instant without an offset is UTC, as everywhere in the lake.
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", text):
        return _no(text)
    instant = dt.datetime.fromisoformat(text)
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)


def guess_value(name: str, text: str) -> Value:
    """The text as the first type whose form it has; '...' in single quotes is always a string."""
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    for type in _FORMS:
        try:
            return read_value(name, type, text)
        except ParameterError:
            continue
    return text


def bind(declared: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, Value]:
    """The value of every declared parameter: the given one, or its default. Raises ParameterError."""
    names = [parameter.name for parameter in declared]
    for name in given:
        if name not in names:
            raise unknown_parameter(name, names)
    values: dict[str, Value] = {}
    for parameter in declared:
        text = given.get(parameter.name, parameter.default)
        if text is None:
            raise missing_parameter(parameter.name, parameter.type)
        values[parameter.name] = read_value(parameter.name, parameter.type, text)
    return values


def unknown_parameter(name: str, names: Sequence[str]) -> ParameterError:
    """The error for a value that the query does not ask for."""
    takes = f"It takes: {', '.join(names)}" if names else "It takes none."
    return ParameterError(f"The query has no parameter {name}.", takes)


def missing_parameter(name: str, type: str = "") -> ParameterError:
    """The error for a value that the query asks for and nobody gave."""
    kind = f" ({type})" if type else ""
    return ParameterError(f"The query needs a value for its parameter {name}{kind}.", f"Give it with -p {name}=VALUE")


def literal(value: Value) -> str:
    """The value as a literal in Athena's SQL."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"decimal '{value:f}'"
        case dt.datetime():
            return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f} UTC'"
        case dt.date():
            return f"date '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
