"""Casts by Trino's rules: what becomes what, how strictly text is read, how values are written and rounded.

Sources: io.trino.type and io.trino.spi.type of Trino 435, and its answers (tests/trino).
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from lakectl.platforms.local.trino.times import instant_of, local, stamp_text, time_text
from lakectl.platforms.local.trino.types import INTEGERS, Type, duckdb_type, row_keys
from lakectl.platforms.local.trino.values import Value, quoted, text

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.python_functions import PythonFunctions

# How text looks that Trino reads as a value of the type; \s stands for what Java's trim() removes.
_TEXT_FORMS = {
    "integer": r"[+-]?[0-9]+",
    "double": r"\s*[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?)\s*",
    "decimal": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?",
    "boolean": r"(?i)true|false|t|f|1|0",
    "date": r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*",
    "time": r"[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?",
    "timestamp": r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?"
    r"( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z]+/[A-Za-z_/]+))?)?\s*",
    "timestamp with time zone": r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?"
    r"( ?(Z|UTC|[+-][0-9]{2}:[0-9]{2})| [A-Za-z_]+/[A-Za-z_/]+)?\s*",
}
_TRINO_NAMES = {"integer": "INT", "bigint": "BIGINT", "smallint": "SMALLINT", "tinyint": "TINYINT", "double": "DOUBLE"}
_fresh = itertools.count()


class NoCast(Exception):
    """There is no cast from one type to the other."""


def is_same(source: Type, target: Type) -> bool:
    """True if a value of the one is held as a value of the other is."""
    if source.base == "char" or target.base == "char":
        return source == target
    return duckdb_type(source) == duckdb_type(target) and source.base == target.base


def coerced(value: Value, target: Type) -> str:
    """The text of a value where one of `target` is wanted; the value is known to fit."""
    source = value.type
    if source.base == "unknown":
        return f"CAST({value.sql} AS {duckdb_type(target)})"
    if is_same(source, target) or (source.base == "varchar" and target.base == "varchar"):
        return value.sql
    return Caster(None).cast(value.sql, source, target)


def held(value: Value) -> str:
    """The value, cast to the type in which DuckDB holds it."""
    return f"CAST({value.sql} AS {duckdb_type(value.type)})"


class Caster:
    """Casts; `safe`: null where a value does not fit."""

    def __init__(self, python: PythonFunctions | None, safe: bool = False) -> None:
        self._python = python
        self._safe = safe
        self._cast = "TRY_CAST" if safe else "CAST"

    def cast(self, sql: str, source: Type, target: Type) -> str:
        """The text of the cast. Raises NoCast."""
        if source.base == "unknown":
            return f"CAST({sql} AS {duckdb_type(target)})"
        if target.base == "json":
            return self._to_json(sql, source)
        if source.base == "json":
            return self._from_json(sql, target)
        if source == target:
            return sql
        if source.of or target.of:
            strict = Caster(self._python)._nested(sql, source, target)
            return f"TRY({strict})" if self._safe and strict != sql else strict
        if target.is_text:
            return self._to_text(sql, source, target)
        if source.is_text:
            return self._from_text(self.plain(sql, source), target)
        if target.is_number or target.base == "boolean":
            return self._to_number(sql, source, target)
        return self._to_time(sql, source, target)

    def plain(self, sql: str, source: Type) -> str:
        """A `char(n)` with its trailing spaces, any other text as it is."""
        return f"rpad({sql}, {source.args[0]}, ' ')" if source.base == "char" else sql

    def _to_number(self, sql: str, source: Type, target: Type) -> str:
        if not (source.is_number or source.base == "boolean"):
            raise NoCast
        to = duckdb_type(target)
        if source.base in ("double", "real"):
            if target.base in INTEGERS:
                return f"{self._cast}(round({sql}) AS {to})"
            if target.base == "decimal":  # by the digits that are shown, as Java's BigDecimal.valueOf
                return f"{self._cast}(CAST({sql} AS VARCHAR) AS {to})"
        return f"{self._cast}({sql} AS {to})"

    def _from_text(self, sql: str, target: Type) -> str:
        if target.base == "ipaddress" and self._python is not None:
            return (
                f"TRY({self._python.named('ipaddress')}({sql}))"
                if self._safe
                else f"{self._python.named('ipaddress')}({sql})"
            )
        form = "integer" if target.base in INTEGERS else "double" if target.base == "real" else target.base
        if form == "varbinary":
            return f"encode({sql})"
        if form not in _TEXT_FORMS:
            raise NoCast
        pattern = text(_TEXT_FORMS[form])
        read = {"integer": "{0}", "double": "rtrim(trim({0}, {1}), 'dDfF')", "decimal": "{0}"}.get(
            form, "trim({0}, {1})"
        )
        good = read.format("{0}", "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' '").replace("{0}", sql)
        if form == "double":
            good = f"CASE WHEN contains({sql}, 'I') THEN {_trimmed(sql)} ELSE {good} END"
        if form == "boolean":
            good = f"CASE WHEN lower({sql}) IN ('true', 't', '1') THEN 'true' ELSE 'false' END"
        if form == "timestamp":  # a zone behind it is read, and dropped
            good = f"regexp_replace({good}, ' ?(Z|UTC|[+-][0-9]{{2}}:?[0-9]{{2}}|[A-Za-z]+/[A-Za-z_/]+)$', '')"
        if form == "time":
            good = f"CASE WHEN length({sql}) - length(replace({sql}, ':', '')) = 1 THEN {sql} || ':00' ELSE {sql} END"
        if form.startswith("timestamp"):
            good = f"trino_stamp_text({good})"
        bad = "NULL" if self._safe else f"'§Cannot cast ''' || {sql} || ''' to {_shown(target)}§'"
        kept = f"CASE WHEN regexp_full_match({sql}, {pattern}) THEN {good} ELSE {bad} END"
        done = f"{self._cast}({kept} AS {duckdb_type(target)})"
        if form == "timestamp":
            return _rounded(done, target.args[0])
        return done

    def _to_text(self, sql: str, source: Type, target: Type) -> str:
        if source.is_text:
            return _shortened(self.plain(sql, source), target)
        written = _written(sql, source)
        if not target.args:
            return written
        if self._safe:
            return f"CASE WHEN length({written}) <= {target.args[0]} THEN {written} END"
        bad = f"trino_fail('Value ' || {written} || ' cannot be represented as {target}')"
        return f"CASE WHEN length({written}) > {target.args[0]} THEN {bad} ELSE {written} END"

    def _to_time(self, sql: str, source: Type, target: Type) -> str:
        match source.base, target.base:
            case "date", "timestamp":
                return f"CAST({sql} AS TIMESTAMP)"
            case "date", "timestamp with time zone":
                return f"CAST({sql} AS TIMESTAMPTZ)"
            case "timestamp", "timestamp":
                return _rounded(sql, target.args[0]) if target.args[0] < source.args[0] else sql
            case "timestamp", "date":
                return f"CAST({sql} AS DATE)"
            case "timestamp", "time":
                return f"CAST({sql} AS TIME)"
            case "timestamp", "timestamp with time zone":
                return instant_of(sql, "UTC")
            case "timestamp with time zone", "timestamp with time zone":
                return _rounded(sql, target.args[0], "TIMESTAMPTZ") if target.args[0] < source.args[0] else sql
            case "timestamp with time zone", "date" | "timestamp" | "time":
                clock = local(sql, source.zone)
                return clock if target.base == "timestamp" else f"CAST({clock} AS {target.base.upper()})"
            case "time", "time":
                return sql
        raise NoCast

    def _nested(self, sql: str, source: Type, target: Type) -> str:
        if source.base != target.base or len(source.of) != len(target.of):
            raise NoCast
        item = f"item_{next(_fresh)}"
        if source.base == "array":
            one = self.cast(item, source.of[0], target.of[0])
            return sql if one == item else f"list_transform({sql}, lambda {item}: {one})"
        if source.base == "map":
            key = self.cast(f"{item}.key", source.of[0], target.of[0])
            value = self.cast(f"{item}.value", source.of[1], target.of[1])
            if (key, value) == (f"{item}.key", f"{item}.value"):
                return sql
            pairs = f"list_transform(map_entries({sql}), lambda {item}: {{'key': {key}, 'value': {value}}})"
            return f"map_from_entries({pairs})"
        keys = zip(row_keys(source), row_keys(target), source.of, target.of, strict=True)
        fields = ", ".join(
            f"{text(new)}: {self.cast(f'struct_extract({sql}, {text(old)})', a, b)}" for old, new, a, b in keys
        )
        return f"CASE WHEN {sql} IS NULL THEN NULL ELSE {{{fields}}} END"

    def _to_json(self, sql: str, source: Type) -> str:
        assert self._python is not None
        return f"{self._python.to_json(source)}({sql})"

    def _from_json(self, sql: str, target: Type) -> str:
        assert self._python is not None
        call = f"{self._python.from_json(target)}({sql})"
        return f"TRY({call})" if self._safe else call


def _trimmed(sql: str) -> str:
    return f"trim({sql}, chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' ')"


def _shown(target: Type) -> str:
    return _TRINO_NAMES.get(target.base, str(target))


def _shortened(sql: str, target: Type) -> str:
    if not target.args:
        return sql
    cut = f"left({sql}, {target.args[0]})"
    return f"rtrim({cut}, ' ')" if target.base == "char" else cut


def _rounded(sql: str, precision: int, of: str = "TIMESTAMP") -> str:
    """Half up to the digits of a second."""
    if precision >= 6:
        return sql
    step = 10 ** (6 - precision)
    micros = f"((epoch_us({sql}) + {step // 2}) - (((epoch_us({sql}) + {step // 2}) % {step}) + {step}) % {step})"
    return f"make_timestamp{'tz' if of == 'TIMESTAMPTZ' else ''}({micros})"


def _written(sql: str, source: Type) -> str:
    """The value as Trino's cast to varchar writes it."""
    match source.base:
        case "double" | "real":
            return f"trino_double_text(CAST({sql} AS VARCHAR))"
        case "timestamp":
            return stamp_text(sql, source.args[0])
        case "timestamp with time zone":
            return f"({stamp_text(local(sql, source.zone), source.args[0])} || ' {source.zone}')"
        case "time":
            return time_text(sql, source.args[0])
        case "interval day to second":
            return f"trino_days_text({sql})"
        case "interval year to month":
            return f"trino_months_text({sql})"
        case "varbinary":
            raise NoCast
        case "decimal" if source.args[0] == source.args[1]:  # DuckDB writes .5
            shown = f"CAST({sql} AS VARCHAR)"
            return f"trino_with_zero({shown})"
    return f"CAST({sql} AS VARCHAR)"


def fields_of(sql: str, type: Type) -> list[str]:
    """The text of each field of a row."""
    return [f"struct_extract({sql}, {text(key)})" for key in row_keys(type)]


def renamed(type: Type, names: tuple[str, ...]) -> Type:
    return replace(type, names=names)


__all__ = ["Caster", "NoCast", "coerced", "fields_of", "is_same", "quoted", "renamed"]
