"""Arrays and maps that become rows.

Athena's UNNEST gives the fields of a row, and the keys and values of a map, as columns. DuckDB's UNNEST in FROM gives
one column; its UNNEST in SELECT takes rows apart. So an UNNEST of more than one column becomes a subquery:
`UNNEST(faults) AS f (c, v, r)` is `LATERAL (SELECT UNNEST(faults, max_depth := 2)) AS f (c, v, r)`.
"""

from __future__ import annotations

from collections.abc import Set

from sqlglot import exp

from lakectl.platforms.local.templates import fill

_MAP_FUNCTIONS = {
    "map_agg",
    "histogram",
    "multimap_agg",
    "map_filter",
    "map_concat",
    "transform_values",
    "map_from_entries",
    "transform_keys",
    "map",
}


def unnest(node: exp.Unnest | exp.ArraySize, map_columns: Set[str]) -> None:
    """Rewrites one UNNEST or CARDINALITY in place, where it must be."""
    if isinstance(node, exp.ArraySize):
        if _is_map(node.this, map_columns):
            node.replace(fill("CARDINALITY(_1)", node.this))
        return
    arrays, alias = node.expressions, node.args.get("alias")
    names = alias.columns if alias else []
    if len(arrays) != 1 or len(names) > 1 or any(_is_map(array, map_columns) for array in arrays):
        node.replace(_subquery(node, len(names) > len(arrays), map_columns))


def _subquery(node: exp.Unnest, has_fields: bool, map_columns: Set[str]) -> exp.Expr:
    columns = [_rows(array, has_fields, map_columns) for array in node.expressions]
    alias, position = node.args.get("alias"), node.args.get("offset")
    if position:
        longest = [fill("LEN(_1)", _as_list(array, map_columns)) for array in node.expressions]
        columns.append(fill("UNNEST(RANGE(1, _1 + 1))", exp.Greatest(this=longest[0], expressions=longest[1:])))
    if position and alias:
        alias = alias.copy()
        alias.append(
            "columns",
            exp.to_identifier(position.name) if isinstance(position, exp.Expr) else exp.to_identifier("ordinality"),
        )
    return exp.Lateral(this=exp.Subquery(this=exp.select(*columns)), alias=alias)


def _rows(array: exp.Expr, has_fields: bool, map_columns: Set[str]) -> exp.Expr:
    deep = has_fields or _is_map(array, map_columns)
    return fill("UNNEST(_1, max_depth := 2)" if deep else "UNNEST(_1)", _as_list(array, map_columns))


def _as_list(array: exp.Expr, map_columns: Set[str]) -> exp.Expr:
    return fill("MAP_ENTRIES(_1)", array) if _is_map(array, map_columns) else array


def _is_map(node: exp.Expr, map_columns: Set[str]) -> bool:
    match node:
        case exp.Map() | exp.VarMap() | exp.StrToMap() | exp.ToMap() | exp.MapFromEntries():
            return True
        case exp.Anonymous():
            return str(node.name).lower() in _MAP_FUNCTIONS
        case exp.Cast():
            return bool(node.to.this == exp.DataType.Type.MAP)
        case exp.Column():
            return str(node.name).lower() in map_columns
    return False
