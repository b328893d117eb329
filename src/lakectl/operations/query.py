"""Asking: a named query or SQL in, a result out. Where it runs is behind the port `Queries`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lakectl.asking.parameters import Value, bind, guess_value, missing_parameter, unknown_parameter
from lakectl.asking.statement import Statement, parse
from lakectl.operations.queries import NamedQuery, find_query, is_name


@dataclass(frozen=True)
class Question:
    """A statement and the value of each of its parameters: all that a target needs."""

    statement: Statement
    values: dict[str, Value]


def prepare(text: str, given: Mapping[str, str], named: Mapping[str, NamedQuery]) -> Question:
    """The question behind a query's name or SQL, its parameters read by type, declared or by their form.

    Raises QueryUnknown, ParameterError, QueryError.
    """
    if is_name(text):
        query = find_query(named, text.strip())
        return Question(parse(query.sql), bind(query.parameters, given))
    statement = parse(text)
    return Question(statement, _bind_by_form(statement, given))


def _bind_by_form(statement: Statement, given: Mapping[str, str]) -> dict[str, Value]:
    for name in given:
        if name not in statement.parameters:
            raise unknown_parameter(name, tuple(dict.fromkeys(statement.parameters)))
    for name in statement.parameters:
        if name not in given:
            raise missing_parameter(name)
    return {name: guess_value(name, text) for name, text in given.items()}
