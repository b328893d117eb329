"""One property of an ODCS schema becomes a column: its type, and what its values must be.

A rule that nothing would enforce is worse than none, so type options that are not checked are refused. Quality checks
in SQL, in words or of other tools are theirs, and pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from lakehouse.contracts import values
from lakehouse.contracts.model import Column, Type
from lakehouse.contracts.settings import column_reading
from lakehouse.contracts.source import Fields

ELEMENT = ("id", "name", "physicalType", "description", "businessName", "authoritativeDefinitions", "tags")
PROPERTY = (
    *(*ELEMENT, "customProperties", "primaryKey", "primaryKeyPosition", "logicalType", "logicalTypeOptions"),
    *("physicalName", "required", "unique", "partitioned", "partitionKeyPosition", "classification", "encryptedName"),
    *("transformSourceObjects", "transformLogic", "transformDescription", "examples", "criticalDataElement"),
    *("relationships", "quality"),
)
CUSTOM_PROPERTY = ("id", "property", "value", "description")
OUR_PROPERTIES = ("aliases", "derivedFrom", "latestBy")

_TYPES = {
    "string": ("string", Type("string")),
    "bigint": ("integer", Type("integer", bits=64)),
    "int": ("integer", Type("integer", bits=32)),
    "double": ("number", Type("double")),
    "boolean": ("boolean", Type("boolean")),
    "date": ("date", Type("date")),
    "timestamp": ("timestamp", Type("timestamp")),
}
_SUPPORTED = f"{', '.join(_TYPES)} or decimal(p,s)"
_OPTIONS = {"string": ("minLength", "maxLength", "pattern"), "boolean": ()}
_BOUNDS = ("minimum", "maximum")


@dataclass(frozen=True)
class Property:
    """A column and the fields it was read from. Where its type was not understood (`known`), nothing builds on it."""

    column: Column
    of: Fields
    known: bool

    @property
    def never_null(self) -> bool:
        """Whether a row without a value in it is refused."""
        return self.column.required or self.of.flag("primaryKey")


def read_property(of: Fields, dataset: str) -> Property:
    """The column that a property describes; faults are noted in `of.problems`."""
    name = of.text("name", required=True)
    of = of.named(f"{dataset}.{name}".strip("."))
    of.only(PROPERTY)
    kind = _type(of)
    type_ = kind or Type("string")
    options = of.fields("logicalTypeOptions")
    allowed, checked = _quality(of)
    found = Column(
        name=name,
        type=type_,
        required=of.flag("required"),
        aliases=tuple(alias.strip() for alias in custom(of, "aliases")),
        derived_from=next(iter(custom(of, "derivedFrom")), ""),
        minimum=options.text("minimum").strip(),
        maximum=options.text("maximum").strip(),
        min_length=options.count("minLength"),
        max_length=options.count("maxLength"),
        pattern=options.text("pattern") or checked,
        allowed=allowed if type_.kind == "string" else tuple(value.strip() for value in allowed),
        description=of.text("description"),
    )
    if kind:
        found = replace(found, reading=column_reading(of, found))
        _check_options(options, found)
        _check_pattern(of, found)
        _check_allowed(of, found)
    return Property(found, of, kind is not None)


def custom(of: Fields, name: str) -> tuple[str, ...]:
    """The texts of the custom property of that name; a property that is nearly ours is noted as a mistake."""
    found: tuple[str, ...] = ()
    for entry in of.items("customProperties"):
        given = entry.text("property", required=True)
        if given == name:
            entry.only(CUSTOM_PROPERTY)
            found = entry.texts("value")
            if not all(found):
                entry.fault("has an empty entry", "value")
        elif given.lower() == name.lower():
            entry.fault(f"did you mean {name}?", "property")
    return found


def _type(of: Fields) -> Type | None:
    logical = of.text("logicalType", required=True)
    physical = of.text("physicalType") or ("bigint" if logical == "integer" else logical)
    expected, type_ = _TYPES.get(physical.lower(), ("", None))
    decimal = re.fullmatch(r"decimal\(\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*\)", physical.lower())
    if decimal:
        expected, type_ = "number", Type("decimal", precision=int(decimal[1]), scale=int(decimal[2]))
        if not (1 <= type_.precision <= 38 and type_.scale <= type_.precision):
            of.fault("decimal(p,s) takes p from 1 to 38 and s up to p", "physicalType")
            return None
    if type_ is None:
        key = "physicalType" if of.text("physicalType") or logical == "number" else "logicalType"
        if logical:
            of.fault(f"'{physical}' is no type that is supported; say {_SUPPORTED}", key)
    elif expected != logical:
        of.fault(f"a {physical} is {expected}, not '{logical}'", "logicalType")
        return None
    return type_


def _quality(of: Fields) -> tuple[tuple[str, ...], str]:
    allowed: tuple[str, ...] = ()
    pattern = ""
    for check in of.items("quality"):
        if check.text("metric") != "invalidValues":
            continue
        if check.text("mustBe") != "0":
            check.fault("invalidValues is enforced row by row: it needs mustBe: 0", "mustBe")
        arguments = check.fields("arguments")
        for key in set(arguments.names()) - {"validValues", "pattern"}:
            arguments.fault("is not enforced; invalidValues takes validValues or pattern", key)
        allowed = arguments.texts("validValues") or allowed
        pattern = arguments.text("pattern") or pattern
        if not arguments.names():
            check.fault("invalidValues needs validValues or pattern", "arguments")
    return allowed, pattern


def _check_options(options: Fields, column: Column) -> None:
    supported = _OPTIONS.get(column.type.kind, _BOUNDS)
    for key in options.names():
        if key not in supported:
            which = " and ".join(supported) or "no option"
            options.fault(f"is not enforced for a {column.type.kind}, which takes {which}", key)
    if 0 < column.max_length < column.min_length:
        options.fault("is larger than maxLength", "minLength")
    if column.type.kind not in _OPTIONS:
        _check_bounds(options, column)


def _check_bounds(options: Fields, column: Column) -> None:
    given = [key for key in _BOUNDS if options.text(key)]
    wrong = [key for key in given if not values.is_valid(options.text(key), column.type)]
    for key in wrong:
        options.fault(f"'{options.text(key)}' is no valid {column.type.kind}", key)
    if not wrong and any(a > b for a, b in pairwise(values.order(options.text(key), column.type) for key in given)):
        options.fault("is larger than maximum", "minimum")


def _check_pattern(of: Fields, column: Column) -> None:
    if not column.pattern:
        return
    where, key = (of.fields("logicalTypeOptions"), "pattern")
    if not where.text(key):
        where, key = of, "quality"
    if column.type.kind != "string":
        where.fault("a pattern is for strings", key)
    elif trouble := values.portability(column.pattern):
        where.fault(f"'{column.pattern}' is {trouble}", key)


def _check_allowed(of: Fields, column: Column) -> None:
    for value in column.allowed:
        if not value or not values.is_valid(value, column.type):
            of.fault(f"validValues has '{value}', which is no valid {column.type.kind}", "quality")
