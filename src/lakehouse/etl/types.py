"""How a column's text becomes its value: three expressions per type, in which no engine's cast decides anything.

A text must first match the type's pattern (`lakehouse.contracts.values`, shared with the contracts' own bounds). Only
then is it cast, and what is cast is rewritten to one canonical form before: `+007.10` to `7.10`, `2025-04-01T10:00Z` to
`2025-04-01 10:00:00+00:00`. On such texts engines agree; on free text they do not.
"""

from __future__ import annotations

from lakehouse.contracts.model import Column, Type
from lakehouse.contracts.values import PATTERNS, SPACES
from lakehouse.etl.sql import literal, matches
from lakehouse.etl.tables import hive_type

# What may have spaces around it: its first or its last character is none of ASCII's visible ones.
_SPACED = r"^[^!-~]|[^!-~]\z"
_LARGEST_DOUBLE = "1.7976931348623157E308D"


def text(column: Column, raw: str) -> str:
    """A raw cell's text without the spaces around it, which count in strings only; null where it is empty."""
    if column.type.kind == "string":
        return f"NULLIF({raw}, '')"
    # Almost no text begins or ends with a space, and to see that is much faster than to trim. The set is given since a
    # plain TRIM takes away what Unicode calls a space separator in DuckDB and U+0020 alone in Spark.
    spaced = f"{raw} RLIKE {literal(_SPACED)}"
    return f"NULLIF(CASE WHEN {spaced} THEN TRIM(BOTH {literal(SPACES)} FROM {raw}) ELSE {raw} END, '')"


def is_type(of: Type, text: str) -> str:
    """The condition that a text (not null) has the type's form, its width and scale aside."""
    if of.kind == "string":
        return "TRUE"
    form = matches(text, PATTERNS[of.kind])
    return f"{form} AND {_day(text)} IS NOT NULL" if of.kind in ("date", "timestamp") else form


def loses_decimals(of: Type, text: str) -> str:
    """The condition that a number's text has more decimals than the type; empty for types that have no such limit."""
    if of.kind != "decimal":
        return ""
    return f"{text} RLIKE {literal(f'[.][0-9]{{{of.scale}}}[0-9]*[1-9]')}"


def exceeds(of: Type, text: str, value: str) -> str:
    """The condition that a text of the type's form is beyond the type's range; empty for types that have none."""
    match of.kind:
        case "integer" | "double":
            return f"{value} IS NULL"
        case "decimal":  # told by its digits, since engines round before they refuse
            return f"{text} RLIKE {literal(f'^[+-]?0*[1-9][0-9]{{{of.precision - of.scale}}}')}"
        case _:
            return ""


def value(of: Type, text: str) -> str:
    """The value of a text that `is_type` and does not `loses_decimals`; null where it is out of the type's range."""
    match of.kind:
        case "string":
            return text
        case "integer":
            return _integer(hive_type(of), text)
        case "decimal":
            return (
                f"CASE WHEN NOT {exceeds(of, text, '')} THEN TRY_CAST({_number(text, of.scale)} AS {hive_type(of)}) END"
            )
        case "double":
            return f"CASE WHEN ABS({_double(text)}) <= {_LARGEST_DOUBLE} THEN {_double(text)} END"
        case "boolean":
            return f"LOWER({text}) IN ('true', '1')"
        case "date":
            return _day(text)
        case "timestamp":
            return f"TRY_CAST({_instant(text)} AS TIMESTAMP_LTZ)"


def constant(of: Type, valid: str) -> str:
    """A valid text from a contract, as a value of the type."""
    return value(of, literal(valid if of.kind == "string" else valid.strip(SPACES)))


def _integer(type_: str, text: str) -> str:
    # Almost all integers are canonical already. That a cast there and back gives the same text proves it, and is fast.
    cast = f"TRY_CAST({text} AS {type_})"
    return f"CASE WHEN CAST({cast} AS STRING) = {text} THEN {cast} ELSE TRY_CAST({_number(text, 0)} AS {type_}) END"


def _number(text: str, scale: int) -> str:
    """A number without plus sign and leading zeros, with exactly `scale` decimals."""
    sign = f"CASE WHEN {text} LIKE '-%' THEN '-' ELSE '' END"
    whole = f"COALESCE(NULLIF(REGEXP_REPLACE({text}, '^[+-]?0*|[.].*', ''), ''), '0')"
    if not scale:
        return f"CONCAT({sign}, {whole})"
    decimals = f"RPAD(REGEXP_EXTRACT({text}, '[.](.*)', 1), {scale}, '0')"
    return f"CONCAT({sign}, {whole}, '.', {decimals})"


def _double(text: str) -> str:
    return f"TRY_CAST({text} AS DOUBLE)"


def _day(text: str) -> str:
    # The pattern leaves 2025-02-30 to the calendar, which is the same in all engines for a text YYYY-MM-DD.
    return f"TRY_CAST(SUBSTRING({text}, 1, 10) AS DATE)"


def _instant(text: str) -> str:
    """YYYY-MM-DD HH:MM:SS[.ffffff]+HH:MM of a date, a time or none, and a zone or none, which is UTC."""
    # Almost all timestamps have one of these forms, and a LIKE is fast; no other form has colons in these places.
    day, clock = f"SUBSTRING({text}, 1, 10)", f"SUBSTRING({text}, 12, 8)"
    seconds = f"LIKE '{'_' * 16}:__"
    return f"""CASE WHEN {text} {seconds}' OR {text} {seconds}Z' THEN CONCAT({day}, ' ', {clock}, '+00:00')
                    WHEN {text} {seconds}___:__' THEN CONCAT({day}, ' ', {clock}, SUBSTRING({text}, 20, 6))
                    ELSE CONCAT({day}, ' ', {_clock(text)}, '.', {_fraction(text)}, {_offset(text)}) END"""


def _clock(text: str) -> str:
    """HH:MM:SS of the times 9:00, 09:00, 9:00:00 and 09:00:00, and of none."""
    given = f"REGEXP_EXTRACT(CONCAT({text}, ' 00:00'), '[ Tt]([0-9:]+)', 1)"
    return f"RPAD(SUBSTRING(CONCAT('0', {given}), LOCATE(':', {given}) - 1), 8, ':00')"


def _fraction(text: str) -> str:
    return f"RPAD(REGEXP_EXTRACT({text}, '[.,]([0-9]{{1,6}})', 1), 6, '0')"


def _offset(text: str) -> str:
    """+HH:MM of the offsets +HH, +HHMM and +HH:MM, and of none."""
    given = f"REGEXP_EXTRACT(CONCAT(SUBSTRING({text}, 11), '+00'), '[+-][0-9:]+', 0)"
    digits = f"RPAD(REPLACE({given}, ':', ''), 5, '0')"
    return f"CONCAT(SUBSTRING({digits}, 1, 3), ':', SUBSTRING({digits}, 4, 2))"
