r"""What text is a valid value of a type: the one definition, for the ETL's statements and the contracts' own bounds.

Patterns hold for the whole text. They are written so that RE2 (DuckDB, Athena) and Java's engine (Spark) agree on them:
no lookaround, no back-references, no `\s`, to which a vertical tab belongs in Java alone. What a pattern cannot say
(widths, the lengths of months) is a range: `integer_range`, `date_exists`.
"""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal

from lakehouse.contracts.model import Kind, Type

_DATE = r"(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6}0*)?)?"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"

# Kind -> pattern that the whole text must match once surrounding spaces are gone. Any text is a string.
PATTERNS: dict[Kind, str] = {
    "integer": r"[+-]?[0-9]+(?:\.0+)?",
    "decimal": _NUMBER,
    "double": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?",
    "boolean": r"[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[01]",
    "date": rf"{_DATE}(?:[ T]00:00(?::00)?)?",
    "timestamp": rf"{_DATE}(?:[ T]{_TIME}{_ZONE}?)?",
}

_PORTABLE = r"""
    [^\\^$.|?*+()\[\]{}]                                  # a character that stands for itself
  | \\[!-/:-@\[-^`{-~]                                    # an escaped one
  | \\[dDwWtnrf] | \.
  | \[\^?+(?:\\[dDwWtnrf!-/:-@\[-^`{-~]|[^\\\[\]&])+\]    # a set; none in a set, and no &&, which is Java's alone
  | \((?:\?:|(?!\?)) | \) | \|
  | (?:[?*+]|\{[0-9]{1,3}(?:,(?:[0-9]{1,3})?)?\})\??(?![?*+{])  # a repetition; no possessive one
"""
_PORTABLE_PATTERN = re.compile(rf"\^?(?:{_PORTABLE})*\$?", re.VERBOSE)


def integer_range(bits: int) -> tuple[int, int]:
    """Smallest and largest signed integer of that width in bits."""
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def is_valid(text: str, of: Type) -> bool:
    """Whether the text, without its surrounding spaces, is a value of the type."""
    text = text.strip(" ")
    if of.kind == "string":
        return True
    if not re.fullmatch(PATTERNS[of.kind], text):
        return False
    if of.kind == "integer":
        low, high = integer_range(of.bits)
        return low <= Decimal(text) <= high
    if of.kind == "decimal":
        return _fits(text, of)
    if of.kind == "double":
        return math.isfinite(float(text))
    return of.kind not in ("date", "timestamp") or date_exists(text[:10])


def date_exists(text: str) -> bool:
    """Whether YYYY-MM-DD is a day of the calendar."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def order(text: str, of: Type) -> Decimal:
    """A valid number, date or timestamp as a number that orders it among its kind."""
    if of.kind in ("integer", "decimal", "double"):
        return Decimal(text)
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    instant = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return Decimal(str(instant.timestamp()))


def portability(pattern: str) -> str:
    """Why a regular expression does not mean the same to RE2 and to Java, or is none at all; empty if it is fine."""
    if not _PORTABLE_PATTERN.fullmatch(pattern):
        return r"not understood alike by all engines (lookaround, back-reference, flag, anchor inside, \s, ...)"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"no regular expression: {error}"
    return ""


def _fits(text: str, of: Type) -> bool:
    whole, _, fraction = text.lstrip("+-").partition(".")
    return len(whole.lstrip("0")) <= of.precision - of.scale and len(fraction.rstrip("0")) <= of.scale
