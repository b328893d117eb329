"""Dates and times as text and back: patterns of MySQL and Joda, ISO 8601."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.time_functions import Form, arguments, clock, timely
from lakectl.platforms.local.trino.times import instant_of, stamp_text
from lakectl.platforms.local.trino.types import DATE, MIXED, UNKNOWN, VARCHAR, instant, timestamp, varchar
from lakectl.platforms.local.trino.values import Value, text, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions


# MySQL's letters, as date_format and date_parse take them, in DuckDB's strftime.
_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%f", "H": "%H", "h": "%I", "I": "%I", "i": "%M",
    "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p", "r": "%I:%M:%S %p", "S": "%S", "s": "%S",
    "T": "%H:%M:%S", "v": "%V", "W": "%A", "x": "%G", "Y": "%Y", "y": "%y", "%": "%%",
}  # fmt: skip


def _mysql(pattern: Value, node: exp.Expr, parsing: bool = False) -> str:
    if pattern.literal is None:
        raise unsupported("needs the date pattern in quotes", node)
    pieces = []
    for letter, other in re.findall(r"%(.)|([^%]+|%$)", pattern.literal, re.DOTALL):
        if letter and letter not in _MYSQL:
            if letter in "DUuVwX":
                raise wrong(f"%{letter} not supported in date format string", node)
            pieces.append(letter)
        elif parsing and letter in ("v", "x", "j"):
            raise unsupported(f"cannot read %{letter} in a date", node)
        else:
            pieces.append(_MYSQL[letter] if letter else other)
    return "".join(pieces)


def date_format(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = arguments(self, node, scope, 2)
    timely("date_format", value, node)
    return Value(f"strftime({clock(value, node)}, {text(_mysql(pattern, node))})", VARCHAR)


def date_parse(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = arguments(self, node, scope, 2)
    if not (value.type.is_text or value.type == UNKNOWN):
        raise wrong(f"date_parse takes text, not {value.type}", node)
    form = _mysql(pattern, node, parsing=True)
    sql = f"strptime({coerced(value, VARCHAR)}, {text(form)})"
    if "%y" in form:  # 69 is 2069
        sql = f"CASE WHEN year({sql}) = 1969 THEN {sql} + to_years(100) ELSE {sql} END"
    return Value(sql, timestamp(3))


# Joda's letters, as format_datetime and parse_datetime take them; a rule of None is written below.
_JODA = {
    "yyyy": "%Y", "y": "%Y", "yy": "%y", "YYYY": "%Y", "YY": "%y", "xxxx": "%G", "ww": "%V", "MMMM": "%B", "MMM": "%b",
    "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "DDD": "%j", "D": "%-j", "EEEE": "%A", "EEE": "%a", "EE": "%a",
    "E": "%a", "e": "%u", "a": "%p", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "%g",
}  # fmt: skip


_JODA_TOKEN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")


def _joda(pattern: Value, node: exp.Expr) -> list[str]:
    if pattern.literal is None:
        raise unsupported("needs the date pattern in quotes", node)
    return [token.group(0) for token in _JODA_TOKEN.finditer(pattern.literal)]


def _strftime(token: str, node: exp.Expr) -> str:
    if token.startswith("'"):
        return (token[1:-1].replace("''", "'") or "'").replace("%", "%%")
    if not token[0].isalpha():
        return token.replace("%", "%%")
    if token not in _JODA:
        raise unsupported(f"cannot write {token!r} of a date pattern", node)
    return _JODA[token]


def format_datetime(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = arguments(self, node, scope, 2)
    timely("format_datetime", value, node)
    at = clock(value, node)
    pieces = [_piece(token, at, value, node) for token in _joda(pattern, node)]
    return Value(f"({' || '.join(pieces)})" if pieces else "''", VARCHAR)


def _piece(token: str, at: str, value: Value, node: exp.Expr) -> str:
    match token:
        case "k" | "kk":
            hours = f"((hour({at}) + 23) % 24 + 1)"
            return (
                f"lpad(CAST({hours} AS VARCHAR), {len(token)}, '0')" if len(token) > 1 else f"CAST({hours} AS VARCHAR)"
            )
        case "K" | "KK":
            hours = f"(hour({at}) % 12)"
            return (
                f"lpad(CAST({hours} AS VARCHAR), {len(token)}, '0')" if len(token) > 1 else f"CAST({hours} AS VARCHAR)"
            )
        case "w":
            return f"CAST(week({at}) AS VARCHAR)"
        case "Z" | "ZZ":
            return _offset(at, value, ":" if token == "ZZ" else "")
        case "ZZZ":
            return text(value.type.zone or "UTC")
    return f"strftime({at}, {text(_strftime(token, node))})"


def _offset(at: str, value: Value, between: str) -> str:
    if not value.type.is_instant or value.type.zone == "UTC":
        return text(f"+00{between}00")
    minutes = f"((epoch_ms({at}) - epoch_ms({value.sql})) // 60000)"
    hours = f"lpad(CAST(abs({minutes}) // 60 AS VARCHAR), 2, '0')"
    rest = f"lpad(CAST(abs({minutes}) % 60 AS VARCHAR), 2, '0')"
    return f"(CASE WHEN {minutes} < 0 THEN '-' ELSE '+' END || {hours} || '{between}' || {rest})"


def parse_datetime(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = arguments(self, node, scope, 2)
    if not (value.type.is_text or value.type == UNKNOWN):
        raise wrong(f"parse_datetime takes text, not {value.type}", node)
    tokens = _joda(pattern, node)
    form = "".join("%z" if token in ("Z", "ZZ") else _strftime(token, node) for token in tokens)
    sql = f"strptime({coerced(value, VARCHAR)}, {text(form)})"
    if "yy" in tokens:  # Joda's two digits lie within 50 years of 30 years ago
        sql = f"CASE WHEN year({sql}) > year(now()) + 19 THEN {sql} - to_years(100) ELSE {sql} END"
    if not {"Z", "ZZ"} & set(tokens):
        return Value(instant_of(f"CAST({sql} AS TIMESTAMP)", "UTC"), instant(3))
    zone = MIXED
    if value.literal is not None and (found := re.search(r"([+-]\d\d):?(\d\d)$", value.literal)):
        zone = f"{found[1]}:{found[2]}"
    return Value(f"CAST({sql} AS TIMESTAMPTZ)", instant(3, zone))


def to_iso8601(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = arguments(self, node, scope, 1)
    timely("to_iso8601", value, node)
    if value.type.base == "date":
        return Value(f"strftime({value.sql}, '%Y-%m-%d')", varchar(16))
    digits = value.type.args[0]
    at = stamp_text(clock(value, node), digits, "T")
    if not value.type.is_instant:
        return Value(at, varchar(22 + digits + (1 if digits else 0)))
    zone = "'Z'" if value.type.zone == "UTC" else _offset(clock(value, node), value, ":")
    return Value(f"({at} || {zone})", varchar(28 + digits + (1 if digits else 0)))


def from_iso8601_timestamp(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = arguments(self, node, scope, 1)
    if value.literal is None:
        return _iso_column(self, value, node)
    match = re.fullmatch(
        r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?",
        value.literal,
    )
    if match is None:
        raise wrong(f"{value.literal!r} is no ISO 8601 timestamp that can be read here", node)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    zone = f"{zone}:00" if zone and len(zone) == 3 else zone
    clock_text = f"{hour or '00'}:{minute or '00'}:{second or '00'}.{(fraction or '0')[:3]:0<3}"
    written = f"{year}-{month or '01'}-{day or '01'} {clock_text}"
    return literals.zoned_cast(f"{written} {zone or 'UTC'}", instant(3), node, safe=False)


def _iso_column(self: Expressions, value: Value, node: exp.Expr) -> Value:
    del self
    if not (value.type.is_text or value.type == UNKNOWN):
        raise wrong(f"from_iso8601_timestamp takes text, not {value.type}", node)
    sql = f"trino_utc_only({coerced(value, VARCHAR)})"
    whole = f"CASE WHEN length({sql}) > 10 THEN {sql} ELSE {sql} || ' 00:00:00Z' END"
    return Value(f"date_trunc('millisecond', CAST({whole} AS TIMESTAMPTZ))", instant(3))


def from_iso8601_date(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    (value,) = arguments(self, node, scope, 1)
    if not (value.type.is_text or value.type == UNKNOWN):
        raise wrong(f"from_iso8601_date takes text, not {value.type}", node)
    sql = coerced(value, VARCHAR)
    forms = (
        f"CASE WHEN regexp_full_match({sql}, '[0-9]{{4}}-W[0-9]{{2}}(-[0-9])?') THEN "
        f"strptime(CASE WHEN length({sql}) = 8 THEN {sql} || '-1' ELSE {sql} END, '%G-W%V-%u') "
        f"WHEN regexp_full_match({sql}, '[0-9]{{4}}-[0-9]{{3}}') THEN strptime({sql}, '%Y-%j') "
        f"WHEN regexp_full_match({sql}, '[0-9]{{8}}') THEN strptime({sql}, '%Y%m%d') "
        f"WHEN regexp_full_match({sql}, '[0-9]{{4}}-[0-9]{{2}}') THEN strptime({sql}, '%Y-%m') "
        f"ELSE strptime({sql}, '%Y-%m-%d') END"
    )
    return Value(f"CAST({forms} AS DATE)", DATE)


FORMS: dict[str, Form] = {
    "date_format": date_format,
    "date_parse": date_parse,
    "format_datetime": format_datetime,
    "parse_datetime": parse_datetime,
    "to_iso8601": to_iso8601,
    "from_iso8601_timestamp": from_iso8601_timestamp,
    "from_iso8601_date": from_iso8601_date,
}
