"""Athena's functions that DuckDB lacks, or has under a name or with an answer of its own.

`NAMED` are the functions that sqlglot passes through unread, by name; `FUNCTIONS` those that it reads, by its class.
Most are templates of DuckDB's SQL, in which `_1`, `_2`... are the arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from lakectl.asking.statement import QueryError, place
from lakectl.platforms.local.templates import call, fill

# Joda's pattern letters, as format_datetime and parse_datetime take them, in DuckDB's strftime.
_JODA = {
    "yyyy": "%Y", "y": "%Y", "yy": "%y", "xxxx": "%G", "ww": "%V", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "DDD": "%j", "D": "%-j", "EEEE": "%A", "EEE": "%a", "E": "%a", "e": "%u", "a": "%p",
    "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSS": "%g",
}  # fmt: skip
_JODA_TOKEN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")


def _pattern(joda: exp.Expr) -> exp.Expr:
    if not isinstance(joda, exp.Literal):
        raise QueryError(f"The local engine needs a date pattern in quotes{place(joda)}.", "It may run with -t aws.")
    return exp.Literal.string("".join(_strftime(token.group(0)) for token in _JODA_TOKEN.finditer(joda.name)))


def _strftime(token: str) -> str:
    if token.startswith("'"):
        return (token[1:-1].replace("''", "'") or "'").replace("%", "%%")
    if not token[0].isalpha():
        return token.replace("%", "%%")
    if token not in _JODA:
        raise QueryError(f"The local engine cannot format {token!r} in a date pattern.", "It may run with -t aws.")
    return _JODA[token]


def _refused(node: exp.Expr) -> exp.Expr:
    """SQL's JSON paths (`'lax $.a'`) find nothing in DuckDB: no answer is better than a null."""
    name = "json_value" if isinstance(node, exp.JSONValue) else "json_query"
    hint = "json_extract_scalar and json_extract run here and on Athena."
    raise QueryError(f"The local engine has no {name}.", hint)


def _json_extract(node: exp.Expr) -> exp.Expr:
    return _refused(node) if node.args.get("json_query") else node


def _json_exists(*_: exp.Expr) -> exp.Expr:
    raise QueryError("The local engine has no json_exists.", "json_extract(...) is not null runs here and on Athena.")


def _template(template: str) -> Callable[..., exp.Expr]:
    return lambda *arguments: fill(template, *arguments)


def _map_filter(entries: exp.Expr, function: exp.Expr) -> exp.Expr:
    keep = call(function, _entry("key"), _entry("value"))
    return fill("MAP_FROM_ENTRIES(LIST_FILTER(MAP_ENTRIES(_1), LAMBDA entry : _2))", entries, keep)


def _map_values(entries: exp.Expr, function: exp.Expr) -> exp.Expr:
    value = call(function, _entry("key"), _entry("value"))
    template = "MAP_FROM_ENTRIES(LIST_TRANSFORM(MAP_ENTRIES(_1), LAMBDA entry : {'key': entry.key, 'value': _2}))"
    return fill(template, entries, value)


def _map_keys(entries: exp.Expr, function: exp.Expr) -> exp.Expr:
    key = call(function, _entry("key"), _entry("value"))
    template = "MAP_FROM_ENTRIES(LIST_TRANSFORM(MAP_ENTRIES(_1), LAMBDA entry : {'key': _2, 'value': entry.value}))"
    return fill(template, entries, key)


def _zip_with(left: exp.Expr, right: exp.Expr, function: exp.Expr) -> exp.Expr:
    both = call(function, fill("pair[1]"), fill("pair[2]"))
    return fill("LIST_TRANSFORM(LIST_ZIP(_1, _2), LAMBDA pair : _3)", left, right, both)


def _entry(field: str) -> exp.Expr:
    return fill(f"entry.{field}")


def _reduce(node: exp.Expr) -> exp.Expr:
    """The last lambda is applied to what the reduction gives; DuckDB's has no such lambda."""
    finish = node.args.get("finish")
    reduced = node.copy()
    reduced.set("finish", None)
    return call(finish, reduced) if finish else reduced


def _extract(node: exp.Expr) -> exp.Expr:
    return fill("ISODOW(_1)", node.expression) if node.name.upper() in ("DOW", "DAY_OF_WEEK") else node


def _regexp_extract(node: exp.Expr) -> exp.Expr:
    """DuckDB gives '' where nothing matches, Athena null."""
    return fill("CASE WHEN REGEXP_MATCHES(_2, _3) THEN _1 END", node, node.this, node.expression)


def _regexp_replace(node: exp.Expr) -> exp.Expr:
    """Groups are $1 in Athena and \\1 in DuckDB."""
    text = node.args.get("replacement")
    if not isinstance(text, exp.Literal):
        return node
    replaced = node.copy()
    replaced.set("replacement", exp.Literal.string(re.sub(r"\$(\d)", r"\\\1", text.name.replace("\\", "\\\\"))))
    return replaced


def _slice(node: exp.Expr) -> exp.Expr:
    """Athena's slice takes a length, DuckDB's an end; a start below zero counts from the end in both."""
    first, length = node.args["start"], node.args["end"]
    start = fill("CASE WHEN _1 < 0 THEN LEN(_2) + _1 + 1 ELSE _1 END", first, node.this)
    return fill("LIST_SLICE(_1, _2, _2 + _3 - 1)", node.this, start if isinstance(first, exp.Neg) else first, length)


def _split(node: exp.Expr) -> exp.Expr:
    """With a limit, the last part keeps what is left, separators and all."""
    limit = node.args.get("limit")
    if limit is None:
        return node
    parts = fill("STR_SPLIT(_1, _2)", node.this, node.expression)
    rest = "CASE WHEN LEN(_1) < _2 THEN [] ELSE [ARRAY_TO_STRING(LIST_SLICE(_1, _2, LEN(_1)), _3)] END"
    return fill(f"LIST_SLICE(_1, 1, _2 - 1) || {rest}", parts, limit, node.expression)


def _at_zone(value: exp.Expr, zone: exp.Expr) -> exp.Expr:
    """The wall clock there; DuckDB's instants carry no zone, so only UTC's, the session's own, stay instants."""
    if isinstance(zone, exp.Literal) and zone.name.upper() in ("UTC", "Z", "GMT"):
        return fill("CAST(_1 AS TIMESTAMPTZ)", value)
    return fill("TIMEZONE(_2, CAST(_1 AS TIMESTAMPTZ))", value, zone)


# DuckDB's LIST_DISTINCT has no order; Athena keeps that of the first of each.
_DISTINCT = "LIST_FILTER(_1, LAMBDA item, place : LIST_POSITION(_1, item) = place)"

FUNCTIONS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Reduce: _reduce,
    exp.JSONValue: _refused,
    exp.JSONExtract: _json_extract,
    exp.CountIf: lambda node: fill("COUNT(CASE WHEN _1 THEN 1 END)", node.this),  # 0, not null, for no rows
    exp.Extract: _extract,
    exp.RegexpExtract: _regexp_extract,
    exp.RegexpReplace: _regexp_replace,
    exp.ArraySlice: _slice,
    exp.Split: _split,
    exp.AtTimeZone: lambda node: _at_zone(node.this, node.args["zone"]),
    exp.ArrayDistinct: lambda node: fill(_DISTINCT, node.this),
    exp.Repeat: lambda node: fill("LIST_TRANSFORM(RANGE(_2), LAMBDA item : _1)", node.this, node.args["times"]),
    exp.Format: lambda node: exp.Anonymous(this="PRINTF", expressions=[node.this, *node.expressions]),
    exp.Normalize: lambda node: fill("NFC_NORMALIZE(_1)", node.this),
    exp.ParseDatetime: lambda node: fill(
        "CAST(STRPTIME(_1, _2) AS TIMESTAMPTZ)", node.this, _pattern(node.args["format"])
    ),
    exp.StrToMap: lambda node: fill(
        "MAP_FROM_ENTRIES(LIST_TRANSFORM(STR_SPLIT(_1, _2), LAMBDA pair : "
        "{'key': SPLIT_PART(pair, _3, 1), 'value': SPLIT_PART(pair, _3, 2)}))",
        node.this, node.args["pair_delim"], node.args["key_value_delim"],
    ),
}  # fmt: skip

NAMED: dict[str, Callable[..., exp.Expr]] = {
    "json_exists": _json_exists,
    "at_timezone": _at_zone,
    "with_timezone": _template("TIMEZONE(_2, _1)"),
    "millisecond": _template("EXTRACT(MILLISECOND FROM _1) % 1000"),
    "format_datetime": lambda value, pattern: fill("STRFTIME(_1, _2)", value, _pattern(pattern)),
    "to_iso8601": _template(
        "STRFTIME(_1, CASE TYPEOF(_1) WHEN 'DATE' THEN '%Y-%m-%d' WHEN 'TIMESTAMP' THEN '%Y-%m-%dT%H:%M:%S.%g' "
        "ELSE '%Y-%m-%dT%H:%M:%S.%gZ' END)"
    ),
    "every": _template("BOOL_AND(_1)"),
    "map_agg": _template("MAP_FROM_ENTRIES(LIST({'key': _1, 'value': _2}) FILTER (WHERE NOT _1 IS NULL))"),
    "geometric_mean": _template("GEOMEAN(_1)"),
    "array_union": lambda left, right: fill(_DISTINCT, fill("LIST_CONCAT(_1, _2)", left, right)),
    "arrays_overlap": _template("LIST_HAS_ANY(_1, _2)"),
    "array_remove": _template("LIST_FILTER(_1, LAMBDA item : item <> _2)"),
    "any_match": _template("LEN(LIST_FILTER(_1, _2)) > 0"),
    "none_match": _template("LEN(LIST_FILTER(_1, _2)) = 0"),
    "all_match": _template("LEN(LIST_FILTER(_1, _2)) = LEN(_1)"),
    "zip_with": _zip_with,
    "map_filter": _map_filter,
    "transform_values": _map_values,
    "transform_keys": _map_keys,
    "json_size": _template("COALESCE(NULLIF(JSON_ARRAY_LENGTH(_1, _2), 0), LEN(JSON_KEYS(_1, _2)))"),
    "codepoint": _template("UNICODE(_1)"),
    "hamming_distance": _template("HAMMING(_1, _2)"),
    "nan": _template("CAST('NaN' AS DOUBLE)"),
    "infinity": _template("CAST('Infinity' AS DOUBLE)"),
    "regexp_split": _template("REGEXP_SPLIT_TO_ARRAY(_1, _2)"),
    "regexp_count": _template("LEN(REGEXP_EXTRACT_ALL(_1, _2))"),
    "to_base": _template("LOWER(TO_BASE(_1, _2))"),
    "truncate": _template("TRUNC(_1)"),
}
