"""A column's type as a Delta table's log writes it in JSON, spelled as Hive, Athena or DuckDB spell it.

Format: https://github.com/delta-io/delta/blob/v4.2.0/PROTOCOL.md, "Schema Serialization Format".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# The names of the Delta log that differ from Hive's and Spark's.
HIVE_NAMES = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}
_ATHENA_NAMES = {
    "string": "varchar",
    "long": "bigint",
    "short": "smallint",
    "byte": "tinyint",
    "float": "real",
    "binary": "varbinary",
    "timestamp": "timestamp(3) with time zone",
    "timestamp_ntz": "timestamp(3)",
}


@dataclass(frozen=True)
class Spelling:
    """How types are written: a plain one by its name in the log, nested ones by formats of what is inside them."""

    plain: Callable[[str], str]
    array: str
    map: str
    struct: str
    field: Callable[[str, str], str]  # of a struct: name and type
    comma: str = ", "


def spelled(of: str | Mapping[str, Any], how: Spelling) -> str:
    """The type in that spelling."""
    if isinstance(of, str):
        return how.plain(of)
    match of["type"]:
        case "array":
            return how.array.format(spelled(of["elementType"], how))
        case "map":
            return how.map.format(spelled(of["keyType"], how), spelled(of["valueType"], how))
        case _:
            fields = (how.field(field["name"], spelled(field["type"], how)) for field in of["fields"])
            return how.struct.format(how.comma.join(fields))


HIVE = Spelling(
    lambda name: HIVE_NAMES.get(name, name), "array<{}>", "map<{},{}>", "struct<{}>", "{}:{}".format, comma=","
)
ATHENA = Spelling(lambda name: _ATHENA_NAMES.get(name, name), "array({})", "map({}, {})", "row({})", "{} {}".format)
