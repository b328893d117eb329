"""What a number is by its format: a number, a date, a time of day, a duration, or a code shown with leading zeros.

Workbooks store dates as numbers; only the format of the cell says which ones are dates. A format has up to four
sections, for positive numbers, negative ones, zero and text, or for what a condition says. The rules are those of
ECMA-376 part 1, 18.8.30 and 18.8.31; built-in formats of Chinese, Japanese, Korean and Thai Excel have no code in the
file, only a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Literal

Kind = Literal["number", "date", "time", "duration"]


@dataclass(frozen=True)
class Section:
    """What a number is: `date` is one with or without a time of day. `zeros` are the digits it is filled up to, or 0.

    Only whole numbers of the kind `number` have zeros: 123 in the format 00000 is shown as 00123. `frame` is the format
    if text stands around or between them, with DIGIT for each: 12345678 is 012-34-5678 in the format 000-00-0000.
    """

    kind: Kind = "number"
    zeros: int = 0
    frame: str = ""


PLAIN = Section()
DIGIT = "\0"


@dataclass(frozen=True)
class NumberFormat:
    """A format: each section with the numbers it is for. `always` is the section of all numbers, if there is one."""

    sections: tuple[tuple[Callable[[float], bool], Section], ...]
    always: Section | None

    def of(self, value: float) -> Section:
        """What the number is."""
        if self.always is not None:
            return self.always
        return next((section for applies, section in self.sections if applies(value)), PLAIN)


def built_in(number: int) -> NumberFormat:
    """The format of a number that a workbook's styles do not define."""
    return _always(Section(_BUILT_IN.get(number, "number")))


@cache
def number_format(code: str) -> NumberFormat:
    """The format of a code, such as `yyyy-mm-dd;@`."""
    numeric = [section for section in _sections(code) if ("sign", "@") not in section][:3] or [[]]
    read = [_read(section) for section in numeric]
    conditions = [_condition(section) for section in numeric]
    if len(set(read)) == 1 and conditions[-1] is None:
        return _always(read[0])
    tests = [condition or default for condition, default in zip(conditions, _DEFAULTS[len(read)], strict=True)]
    return NumberFormat(tuple(zip(tests, read, strict=True)), None)


def _always(section: Section) -> NumberFormat:
    return NumberFormat((), section)


_DATES = (14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58, 71, 72, 73, 74, 77, 81)
# 34, 35, 55 and 56 are dates in Japan and Korea, and times in China. A time of a whole day or more has its date.
_TIMES = (18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56, 75, 76, 78, 80)
_BUILT_IN: dict[int, Kind] = {
    1: "number",
    **dict.fromkeys(_DATES, "date"),
    **dict.fromkeys(_TIMES, "time"),
    46: "duration",
    79: "duration",
}

Test = Callable[[float], bool]
Piece = tuple[str, str]  # the name of the group in _PIECE, and the text

_PIECE = re.compile(
    r"""
    (?P<shown> "[^"]*"? | \\.? | [_*].? )      # text as it is, a space as wide as a character, a filling
    | (?P<bracket> \[ [^\]]* \]? )             # a condition, a colour, a locale, elapsed time
    | (?P<number> general | standard | e[+-] | [#?] )
    | (?P<half> am/pm | a/p | 上午/下午 )
    | (?P<letters> ([a-z]) \6* )
    | (?P<sign> . )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CONDITION = re.compile(r"\[(<>|<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_COMPARISONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
_OTHER = "\1"  # what is no code: a decimal point, a percent sign
# Which numbers a section is for when no condition says it, by how many sections there are.
_DEFAULTS: dict[int, tuple[Test, ...]] = {
    1: (lambda _: True,),
    2: (lambda value: value >= 0, lambda _: True),
    3: (lambda value: value > 0, lambda value: value < 0, lambda _: True),
}


def _sections(code: str) -> list[list[Piece]]:
    sections: list[list[Piece]] = [[]]
    for found in _PIECE.finditer(code):
        if found[0] == ";":
            sections.append([])
        else:
            sections[-1].append((found.lastgroup or "", found[0] if found.lastgroup == "shown" else found[0].lower()))
    return sections


def _condition(section: list[Piece]) -> Test | None:
    for name, text in section:
        if name == "bracket" and (found := _CONDITION.fullmatch(text)):
            compare, limit = _COMPARISONS[found[1]], float(found[2])
            return lambda value: bool(compare(value, limit))
    return None


def _read(section: list[Piece]) -> Section:
    if any(name == "number" for name, _ in section):
        return PLAIN
    if any(name == "bracket" and _ELAPSED.fullmatch(text) for name, text in section):
        return Section("duration")
    letters = [text for name, text in section if name == "letters"]
    if any(_is_date(letters, place) for place in range(len(letters))):
        return Section("date")
    if any(name == "half" for name, _ in section) or any(text[0] in "hms" for text in letters):
        return Section("time")
    return _code(section)


def _is_date(letters: list[str], place: int) -> bool:
    """Whether these letters are a year, an era, a day, a weekday or a month: `m` is minutes beside hours or seconds."""
    text = letters[place]
    if text[0] == "m":
        initials = ["", *(run[0] for run in letters), ""]
        return initials[place] != "h" and initials[place + 2] != "s"
    return text[0] in "ydegb" or text.startswith("aaa")


def _code(section: list[Piece]) -> Section:
    """A section of zeros with nothing but text around and between them; a number, unless there are two or more."""
    frame = "".join(_in_frame(name, text) for name, text in section)
    zeros = frame.count(DIGIT)
    if zeros < 2 or _OTHER in frame:
        return PLAIN
    return Section("number", zeros, frame if len(frame) > zeros else "")


def _in_frame(name: str, text: str) -> str:
    if name == "sign":
        return DIGIT if text == "0" else text if text in "- ()" else _OTHER
    if name == "shown" and text[0] not in "_*":
        return text[1:].removesuffix('"') if text[0] == '"' else text[1:]
    return _OTHER if name in ("letters", "half") else ""
