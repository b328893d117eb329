"""Trino's aggregates and window functions: their types, and DuckDB's text for them.

A rule gets `call(name, *arguments)`, which writes DuckDB's aggregate with the DISTINCT, ORDER BY, FILTER and OVER that
the query wrote, and the texts of the arguments, already of the types that the form takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lakectl.platforms.local.trino.signatures import table

Call = Callable[..., str]


def _plain(name: str, cast: str = "") -> Callable[..., str]:
    def write(call: Call, *arguments: str) -> str:
        done = call(name, *arguments)
        return f"CAST({done} AS {cast})" if cast else done

    return write


def _entries(call: Call, key: str, value: str) -> str:
    return call("list", f"{{'key': {key}, 'value': {value}}}", where=f"{key} IS NOT NULL")


def _greatest_number(call: Call, x: str) -> str:
    """NaN is the greatest only where there is nothing else."""
    return f"coalesce({call('max', f'CASE WHEN NOT isnan({x}) THEN {x} END')}, {call('max', x)})"


def _with_nulls(call: Call, name: str, x: str, y: str, n: str) -> str:
    """DuckDB leaves out values that are null, but not rows that hold a null."""
    held = f"{{'v': {x}}}"
    return f"list_transform({call(name, held, y, n)}, lambda found: found.v)"


def _skewness(call: Call, x: str) -> str:
    return f"trino_skewness({call('skewness', x)}, {call('count', x)})"


_DOUBLE_ONLY = {
    "stddev": "stddev_samp",
    "stddev_samp": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "variance": "var_samp",
    "var_samp": "var_samp",
    "var_pop": "var_pop",
    "kurtosis": "kurtosis",
}
_PAIRS = ("corr", "covar_samp", "covar_pop", "regr_slope", "regr_intercept")

_RULES: dict[str, Any] = {
    "count(T) -> bigint": _plain("count"),
    "count() -> bigint": _plain("count"),
    "count_if(boolean) -> bigint": lambda call, x: call("count", f"CASE WHEN {x} THEN 1 END"),
    "sum(bigint) -> bigint": _plain("sum", "BIGINT"),
    "sum(decimal(p, s)) -> decimal(38, s)": _plain("sum"),
    "sum(real) -> real": _plain("sum", "FLOAT"),
    "sum(double) -> double": _plain("sum"),
    "sum(days) -> days": _plain("sum", "BIGINT"),
    "sum(months) -> months": _plain("sum", "BIGINT"),
    "avg(bigint) -> double": lambda call, x: call("avg", x),
    "avg(decimal(p, s)) -> decimal(p, s)": None,  # written by `special_forms`: it needs the numbers
    "avg(real) -> real": _plain("avg", "FLOAT"),
    "avg(double) -> double": _plain("avg"),
    "avg(days) -> days": lambda call, x: f"CAST(round({call('avg', x)}) AS BIGINT)",
    "max(double) -> double": _greatest_number,
    "max(real) -> real": _greatest_number,
    "max(T) -> T": _plain("max"),
    "min(T) -> T": _plain("min"),
    "max(T, bigint) -> array(T)": _plain("max"),
    "min(T, bigint) -> array(T)": _plain("min"),
    "max_by(T, U) -> T": _plain("arg_max_null"),
    "min_by(T, U) -> T": _plain("arg_min_null"),
    "max_by(T, U, bigint) -> array(T)": lambda call, x, y, n: _with_nulls(call, "arg_max", x, y, n),
    "min_by(T, U, bigint) -> array(T)": lambda call, x, y, n: _with_nulls(call, "arg_min", x, y, n),
    "arbitrary(T) -> T": _plain("any_value"),
    "any_value(T) -> T": _plain("any_value"),
    "array_agg(T) -> array(T)": None,  # written by `special_forms`: DISTINCT keeps the order
    "bool_and(boolean) -> boolean": _plain("bool_and"),
    "bool_or(boolean) -> boolean": _plain("bool_or"),
    "every(boolean) -> boolean": _plain("bool_and"),
    "approx_distinct(T) -> bigint": lambda call, x: f"trino_few_distinct({call('count', f'DISTINCT {x}')})",
    "map_union(map(K, V)) -> map(K, V)": lambda call, x: (
        f"trino_first_of_each(flatten({call('list', f'map_entries({x})', where=f'{x} IS NOT NULL')}))"
    ),
    "approx_percentile(bigint, double) -> bigint": None,
    "map_agg(K, V) -> map(K, V)": lambda call, k, v: f"trino_first_of_each({_entries(call, k, v)})",
    "multimap_agg(K, V) -> map(K, array(V))": lambda call, k, v: f"trino_gathered({_entries(call, k, v)})",
    "bitwise_and_agg(bigint) -> bigint": _plain("bit_and"),
    "bitwise_or_agg(bigint) -> bigint": _plain("bit_or"),
    "bitwise_xor_agg(bigint) -> bigint": _plain("bit_xor"),
    **{f"{name}(double) -> double": _plain(duckdb) for name, duckdb in _DOUBLE_ONLY.items()},
    "skewness(double) -> double": _skewness,
    # Where there is no form for decimals or whole numbers, they become real, the first type that fits.
    "geometric_mean(bigint) -> double": _plain("geomean"),
    "geometric_mean(real) -> real": _plain("geomean", "FLOAT"),
    "geometric_mean(double) -> double": _plain("geomean"),
    **{f"{name}(real, real) -> real": _plain(name, "FLOAT") for name in _PAIRS},
    **{f"{name}(double, double) -> double": _plain(name) for name in _PAIRS},
    "regr_count(double, double) -> bigint": _plain("regr_count", "BIGINT"),
}

AGGREGATES = table(_RULES)

WINDOWS = table(
    {
        "row_number() -> bigint": "row_number()",
        "rank() -> bigint": "rank()",
        "dense_rank() -> bigint": "dense_rank()",
        "percent_rank() -> double": "percent_rank()",
        "cume_dist() -> double": "cume_dist()",
        "ntile(bigint) -> bigint": "ntile({1})",
        "first_value(T) -> T": "first_value({1}{nulls})",
        "last_value(T) -> T": "last_value({1}{nulls})",
        "nth_value(T, bigint) -> T": "nth_value({1}, {2}{nulls})",
        "lag(T) -> T": "lag({1}{nulls})",
        "lag(T, bigint) -> T": "lag({1}, CAST({2} AS INTEGER){nulls})",
        "lag(T, bigint, T) -> T": "lag({1}, CAST({2} AS INTEGER), {3}{nulls})",
        "lead(T) -> T": "lead({1}{nulls})",
        "lead(T, bigint) -> T": "lead({1}, CAST({2} AS INTEGER){nulls})",
        "lead(T, bigint, T) -> T": "lead({1}, CAST({2} AS INTEGER), {3}{nulls})",
    }
)
