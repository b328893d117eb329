"""What a setting of reading is, and the values it may have: functions that give a text's value or raise ValueError."""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from lakehouse.contracts.model import Kind

NUMBERS: tuple[Kind, ...] = ("integer", "decimal", "double")
TIMES: tuple[Kind, ...] = ("date", "timestamp")

# Those that mean the same wherever the program runs; names of days and months are English. %Z is not among them: it
# takes UTC, GMT and the names of the machine's own zone.
DIRECTIVES = "YymdjHIMSfpzbBaA%"

_SPACES = ("space", " ", "\xa0", "\u202f")


@dataclass(frozen=True)
class Setting:
    """One setting: its name in contracts and calls, the field of `Reading`, and what may be said where."""

    name: str
    field: str
    meaning: str
    example: str  # as YAML
    read: Callable[[str], str | int]
    kinds: tuple[Kind, ...] = ()  # the types of columns that it is for; none: all
    column: bool = True  # whether one column may have it; a dataset always may
    many: bool = False  # whether it is a list

    @property
    def where(self) -> str:
        """Where in a contract it may stand."""
        kinds = f" of type {', '.join(self.kinds)}" if self.kinds else ""
        return f"dataset, column{kinds}" if self.column else "dataset"


def encoding(text: str) -> str:
    """A text encoding's name as Python has it."""
    try:
        "".encode(text)
        return codecs.lookup(text).name
    except (LookupError, ValueError):
        raise ValueError(f"'{text}' is no encoding that Python knows") from None


def delimiter(text: str) -> str:
    """The one character that parts cells."""
    if text in ("tab", r"\t", "\t"):
        return "\t"
    if len(text) != 1 or text.isalnum() or text in "\"'\r\n\0 .-+_":
        raise ValueError(f"'{text}' is no delimiter: it is one character such as , ; | ^ or the word tab")
    return text


def header_row(text: str) -> int:
    """A row's number, from 1 on."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise ValueError(f"'{text}' is no row: the first is 1")
    return int(text)


def unknown_columns(text: str) -> str:
    """What becomes of a sheet with columns that are not known."""
    if text not in ("keep_out", "refuse"):
        raise ValueError(f"'{text}' is neither keep_out nor refuse")
    return text


def decimal_separator(text: str) -> str:
    """A point or a comma."""
    if text not in (".", ","):
        raise ValueError(f"'{text}' is neither . nor ,")
    return text


def group_separator(text: str) -> str:
    """What parts groups of three digits."""
    if text in _SPACES:
        return " "
    if text not in (".", ",", "'", "’", "_"):
        raise ValueError(f"'{text}' is none of . , ' _ space")
    return text.replace("’", "'")


def date_format(text: str) -> str:
    """A format of strptime that can say a day."""
    used = re.findall("%(.?)", text, re.DOTALL)
    if odd := [directive for directive in used if directive not in DIRECTIVES or not directive]:
        raise ValueError(f"'%{odd[0]}' in '{text}' is not supported; there are %{' %'.join(DIRECTIVES)}")
    if not ({"Y", "y"} & {*used} and (({"d"} <= {*used} and {"m", "b", "B"} & {*used}) or "j" in used)):
        raise ValueError(f"'{text}' does not say a day: it needs %Y or %y, %m or %b or %B, and %d")
    try:
        # A format is only compiled when it is used.
        dt.datetime.strptime(dt.datetime(2001, 2, 3, tzinfo=dt.UTC).strftime(text), text)
    except (ValueError, re.error) as error:
        raise ValueError(f"'{text}' is no format: {error}") from None
    return text


def time_zone(text: str) -> str:
    """A zone by its IANA name or as ±HH:MM."""
    zone(text)
    return text


def zone(text: str) -> dt.tzinfo:
    """The zone of that name. Raises ValueError."""
    if offset := re.fullmatch(r"([+-])(0\d|1[0-4]):([0-5]\d)", text):
        span = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return dt.timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{text}' is no time zone: say one such as Europe/Berlin, UTC or +02:00") from None


def word(text: str) -> str:
    """A word in a list, without the spaces around it."""
    if not text.strip():
        raise ValueError("has an empty entry")
    return text.strip()
