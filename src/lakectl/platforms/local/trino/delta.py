"""The types of a Delta table's columns, as Athena's tables over it have them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from lakectl.platforms.local.trino.literals import type_of
from lakectl.platforms.local.trino.types import VARCHAR, Type, array, decimal, instant, map_of, row, timestamp

_PLAIN = {
    "string": VARCHAR,
    "byte": Type("tinyint"),
    "short": Type("smallint"),
    "integer": Type("integer"),
    "long": Type("bigint"),
    "float": Type("real"),
    "double": Type("double"),
    "boolean": Type("boolean"),
    "binary": Type("varbinary"),
    "date": Type("date"),
    "timestamp": instant(3),
    "timestamp_ntz": timestamp(6),
}


def trino_type(delta: Any) -> Type:
    """The type of a column, from its type in the table's log."""
    if isinstance(delta, dict):
        match delta["type"]:
            case "array":
                return array(trino_type(delta["elementType"]))
            case "map":
                return map_of(trino_type(delta["keyType"]), trino_type(delta["valueType"]))
        fields = delta["fields"]
        return row(tuple(f["name"].lower() for f in fields), tuple(trino_type(f["type"]) for f in fields))
    if delta.startswith("decimal"):
        precision, scale = delta[len("decimal(") : -1].split(",")
        return decimal(int(precision), int(scale))
    return _PLAIN[delta]


def hive_type(written: str) -> Type:
    """The type of a column, from its type in the catalog."""
    return _of_hive(exp.DataType.build(written, dialect="hive"))


def _of_hive(node: exp.DataType) -> Type:
    match node.this:
        case exp.DType.TEXT:
            return VARCHAR
        case exp.DType.TIMESTAMP | exp.DType.TIMESTAMPTZ:
            return instant(3)
        case exp.DType.ARRAY:
            return array(_of_hive(node.expressions[0]))
        case exp.DType.MAP:
            return map_of(_of_hive(node.expressions[0]), _of_hive(node.expressions[1]))
        case exp.DType.STRUCT:
            return row(
                tuple(field.name for field in node.expressions),
                tuple(_of_hive(field.args["kind"]) for field in node.expressions),
            )
    return type_of(node)
