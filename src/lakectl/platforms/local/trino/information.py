"""information_schema: which tables and columns there are, as a relation."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from lakectl.asking.statement import CATALOG
from lakectl.platforms.local.trino.types import BIGINT, VARCHAR, Type
from lakectl.platforms.local.trino.values import quoted, text, unsupported
from lakehouse.layout import DATABASE

_COLUMNS = {
    "tables": ("table_catalog", "table_schema", "table_name", "table_type"),
    "columns": (
        "table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default",
        "is_nullable", "data_type",
    ),
}  # fmt: skip


def information_schema(
    name: str, tables: Mapping[str, Mapping[str, Type]], node: exp.Expr
) -> tuple[str, list[tuple[str, str, Type]]]:
    """The text of the relation and its columns. Raises QueryError for one that is not here."""
    if name not in _COLUMNS:
        raise unsupported(f"has no information_schema.{name}", node, "There are tables and columns.")
    here = f"{text(CATALOG)}, {text(DATABASE)}"
    rows = [f"({here}, {text(table)}, 'BASE TABLE')" for table in tables]
    if name == "columns":
        rows = [
            f"({here}, {text(table)}, {text(column)}, CAST({place} AS BIGINT), NULL, 'YES', {text(str(kind))})"
            for table, columns in tables.items()
            for place, (column, kind) in enumerate(columns.items(), start=1)
        ]
    names = _COLUMNS[name]
    kinds = [BIGINT if column == "ordinal_position" else VARCHAR for column in names]
    listed = ", ".join(map(quoted, names))
    empty = f"SELECT {', '.join(f'NULL AS {quoted(column)}' for column in names)} WHERE false"
    body = f"VALUES {', '.join(rows)}" if rows else empty
    sql = f"(SELECT * FROM ({body}) AS known({listed}))"
    return sql, [(column, column, kind) for column, kind in zip(names, kinds, strict=True)]
