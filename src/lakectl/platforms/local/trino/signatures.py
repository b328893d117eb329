"""Signatures of functions as Trino's documentation writes them, and which of them fits a call.

`substr(varchar(x), bigint) -> varchar(x)`: small letters inside of `(...)` of a type are variables for numbers, T, U, K
and V stand for types, `T...` takes any number of arguments, and `function(T, U)` is a lambda.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from lakectl.platforms.local.trino.types import Type, as_decimal, coerces, common

_TOKEN = re.compile(r"[a-z]\*12|x\+z\*\(x\+1\)|[A-Za-z_]\w*|\d+|\.\.\.|->|[(),]")
_SHORT = {"instant": "timestamp with time zone", "days": "interval day to second", "months": "interval year to month"}
_VARIABLES = ("T", "U", "K", "V", "E", "R", "S")


@dataclass(frozen=True)
class Signature:
    """One form of a function. `sql` is DuckDB's text: `{1}`, `{2}`... for the arguments, `{*}` for all of them."""

    name: str
    takes: tuple[Type, ...]
    gives: Type
    sql: str | Callable[..., str]
    variadic: bool = False


@dataclass
class Bound:
    """What the variables of a signature stand for in one call."""

    types: dict[str, Type] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    zone: str = "UTC"


@cache
def signature(written: str) -> tuple[str, tuple[Type, ...], Type, bool]:
    """Name, what it takes, what it gives, whether the last repeats."""
    tokens = _TOKEN.findall(written)
    name = tokens.pop(0)
    takes, variadic = [], False
    tokens.pop(0)
    while tokens[0] != ")":
        takes.append(_type(tokens))
        if tokens[0] == "...":
            variadic = True
            tokens.pop(0)
        if tokens[0] == ",":
            tokens.pop(0)
    tokens.pop(0)
    assert tokens.pop(0) == "->", written
    return name, tuple(takes), _type(tokens), variadic


def _type(tokens: list[str]) -> Type:
    word = tokens.pop(0)
    base = _SHORT.get(word, word)
    if not tokens or tokens[0] != "(":
        return Type(base)
    tokens.pop(0)
    args: list[str] = []
    of: list[Type] = []
    while tokens[0] != ")":
        if base in ("array", "map", "row", "function"):
            of.append(_type(tokens))
        else:
            args.append(tokens.pop(0))
        if tokens[0] == ",":
            tokens.pop(0)
    tokens.pop(0)
    # Numbers that are variables wait in `names` until a call says what they are.
    if all(arg.isdigit() for arg in args):
        return Type(base, tuple(map(int, args)), tuple(of), ("",) * len(of) if base == "row" else ())
    return Type(base, (), tuple(of), tuple(args))


def matches(takes: Type, given: Type, bound: Bound) -> bool:
    """True if a value of `given` can be that argument; what variables stand for is noted in `bound`."""
    if takes.base in _VARIABLES:
        known = bound.types.get(takes.base)
        meeting = given if known is None else common(known, given)
        if meeting is not None:
            bound.types[takes.base] = meeting
        return meeting is not None
    if given.base == "unknown":
        if takes.names and not takes.of:
            for name in takes.names:
                bound.numbers.setdefault(name, 0)
        for part in takes.of:
            matches(part, given, bound)
        return True
    if takes.base == "function":
        return given.base == "function"
    if takes.of:
        return (
            takes.base == given.base
            and len(takes.of) == len(given.of)
            and all(matches(a, b, bound) for a, b in zip(takes.of, given.of, strict=True))
        )
    if takes.base == "row" and given.base == "row":
        return True
    if takes.names or (takes.base in ("varchar", "char", "decimal", "timestamp", "time") and not takes.args):
        return _matches_numbers(takes, given, bound)
    if takes.base == "timestamp with time zone" and given.base == "timestamp with time zone":
        bound.zone = given.zone
        return True
    return coerces(given, takes)


def _matches_numbers(takes: Type, given: Type, bound: Bound) -> bool:
    """A type with variables for its numbers, such as `varchar(x)` or `decimal(p, s)`."""
    if takes.base == "decimal":
        given = as_decimal(given)
    if takes.base == "varchar" and given.base == "char":
        given = Type("varchar", given.args)
    if given.base == "date" and takes.base in ("timestamp", "timestamp with time zone"):
        given = Type(takes.base, (0 if takes.base == "timestamp" else 3,), zone="UTC")
    if given.base == "timestamp" and takes.base == "timestamp with time zone":
        given = Type(takes.base, given.args, zone="UTC")
    if takes.base != given.base:
        return False
    if given.zone:
        bound.zone = given.zone
    for name, number in zip(takes.names, given.args, strict=False):
        bound.numbers[name] = max(bound.numbers.get(name, 0), number)
    if takes.names and not given.args:
        bound.numbers[takes.names[0]] = -1  # varchar without a length
    return True


def filled(type: Type, bound: Bound) -> Type:
    """The type with what its variables stand for."""
    if type.base in _VARIABLES:
        return bound.types.get(type.base, Type("unknown"))
    zone = bound.zone if type.base == "timestamp with time zone" else ""
    if type.of:
        return replace(type, of=tuple(filled(part, bound) for part in type.of))
    if type.names:
        numbers = [_number(name, bound) for name in type.names]
        return Type(type.base, () if -1 in numbers else tuple(numbers), zone=zone)
    return replace(type, zone=zone) if zone else type


def _number(written: str, bound: Bound) -> int:
    """A length: a number, a variable, or what comes of variables; -1 for one without a limit."""
    if written.isdigit():
        return int(written)
    known = bound.numbers
    if written == "x+z*(x+1)":
        return known["x"] + known["z"] * (known["x"] + 1) if -1 not in (known["x"], known["z"]) else -1
    if written.endswith("*12"):
        return known[written[0]] * 12 if known[written[0]] != -1 else -1
    return known.get(written, -1)


def is_exact(takes: Type, given: Type) -> bool:
    """True if the value needs no coercion to be that argument, but for its numbers."""
    return takes.base in _VARIABLES or takes.base == given.base


Table = Mapping[str, Sequence[Signature]]


def table(rules: Mapping[str, Any]) -> dict[str, list[Signature]]:
    """The signatures by name, in their order; a rule is a template or a function that gives DuckDB's text."""
    known: dict[str, list[Signature]] = {}
    for written, sql in rules.items():
        name, takes, gives, variadic = signature(written)
        known.setdefault(name, []).append(Signature(name, takes, gives, sql, variadic))
    return known
