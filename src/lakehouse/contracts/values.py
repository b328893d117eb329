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

# What does not count around a value of any type but string: Unicode's White_Space (PropList.txt), and characters that
# cannot be seen, which come with text that was copied (U+200B to U+200F, U+2060) or files that were joined (U+FEFF).
SPACES = "".join(
    map(
        chr,
        (
            *(*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x2010)),
            *(0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF),
        ),
    )
)

_DATE = r"(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,6}0*)?)?"
_MIDNIGHT = r"00?:00(?::00(?:[.,]0+)?)?"
_UTC = r"[zZ](?:\[UTC\])?|UTC|GMT"
_ZONE = rf" ?(?:{_UTC}|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_NO_OFFSET = rf" ?(?:{_UTC}|[+-]00(?::?00)?)"
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"

# Kind -> pattern that the whole text must match once `SPACES` around it are gone. Any text is a string.
PATTERNS: dict[Kind, str] = {
    "integer": r"[+-]?[0-9]+(?:\.0+)?",
    "decimal": _NUMBER,
    "double": rf"{_NUMBER}(?:[eE][+-]?[0-9]+)?",
    "boolean": r"[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[01]",
    "date": rf"{_DATE}(?:[ Tt]{_MIDNIGHT}(?:{_NO_OFFSET})?)?",
    "timestamp": rf"{_DATE}(?:[ Tt]{_TIME}(?:{_ZONE})?)?",
}

# A valid date or timestamp in parts: day, time, fraction, offset.
_PARTS = r"(.{10})(?:.([0-9:]+))?(?:[.,]([0-9]+))?[^+-]*([+-][0-9:]+)?.*"
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

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
    """Whether the text, without the `SPACES` around it, is a value of the type."""
    if of.kind == "string":
        return True
    text = text.strip(SPACES)
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
    text = text.strip(SPACES)
    if of.kind in ("integer", "decimal", "double"):
        return Decimal(text)
    return Decimal((instant(text) - _EPOCH) // datetime.timedelta(microseconds=1))


def instant(text: str) -> datetime.datetime:
    """What a valid date or timestamp says, in UTC. The ETL's statements come to the same (`lakehouse.etl.types`)."""
    day, time, fraction, offset = re.findall(_PARTS, text)[0]
    hours, minutes, seconds = map(int, f"{time or '0:00'}:00".split(":")[:3])
    moment = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC) - _signed(offset)
    microseconds = int(f"{fraction:0<6}"[:6])
    return moment + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)


def _signed(offset: str) -> datetime.timedelta:
    """What +HH, +HHMM or +HH:MM is ahead of UTC; nothing for an empty text."""
    digits = f"{offset.replace(':', '') or '+':0<5}"
    ahead = datetime.timedelta(hours=int(digits[1:3]), minutes=int(digits[3:]))
    return -ahead if digits[0] == "-" else ahead


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
