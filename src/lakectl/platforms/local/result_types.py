"""DuckDB's types by the names that Athena gives them, so that a result looks alike on both targets."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "hugeint": "decimal(38,0)",
    "float": "real",
    "blob": "varbinary",
    "timestamp": "timestamp(6)",
    "timestamp_s": "timestamp(0)",
    "timestamp_ms": "timestamp(3)",
    "timestamp_ns": "timestamp(9)",
    "timestamp with time zone": "timestamp(6) with time zone",
    "time": "time(6)",
    "interval": "interval day to second",
}


def athena_type(type: Any) -> str:
    """The name in Athena of a `duckdb.sqltypes.DuckDBPyType`, nested types included."""
    match type.id:
        case "list" | "array":
            return f"array({athena_type(type.children[0][1])})"
        case "map":
            (_, key), (_, value) = type.children
            return f"map({athena_type(key)}, {athena_type(value)})"
        case "struct":
            return "row(" + ", ".join(f"{name} {athena_type(child)}" for name, child in type.children) + ")"
    name = str(type).lower()
    return _NAMES.get(name, name)
