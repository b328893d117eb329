"""How a place writes numbers, dates, booleans and nothing: what a column needs a setting of reading for.

A text that reads both ways (`1.000`, `03/04/2025`) proves nothing. A column in which every value does is ambiguous, and
nothing is guessed: its neighbours decide, or a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

# In lower case. What programs and people write where there is no value.
NULLS = frozenset(("-", "--", "–", "—", "?", "n/a", "n.a.", "na", "null", "none", "nil", "nan", "<na>", "\\n", "k.a."))

# Pairs of words, in lower case: the true one first.
_BOOLEANS = (
    *(("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("j", "n"), ("wahr", "falsch")),
    *(("ja", "nee"), ("ja", "nej"), ("oui", "non"), ("vrai", "faux"), ("sí", "no"), ("si", "no"), ("sim", "não")),
    *(("verdadero", "falso"), ("vero", "falso"), ("tak", "nie"), ("да", "нет"), ("是", "否"), ("はい", "いいえ")),
)

GROUPS = (".", ",", " ", "\u00a0", "\u202f", "'", "’")

_DAYS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d"),
    *("%Y.%m.%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y年%m月%d日"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DATE_FORMATS = tuple(day + time for day in _DAYS for time in _TIMES)

Fits = Callable[[Callable[[str], bool]], bool]


def booleans(counts: Mapping[str, int], fits: Fits) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The words for true and for false, as they are written, where the column has both and no third."""
    for true, false in _BOOLEANS:
        words = {text: text.strip().lower() for text in counts if text.strip().lower() in (true, false)}
        if {*words.values()} == {true, false} and fits(lambda text: text.lower() in (true, false)):  # noqa: B023
            return tuple(t for t, word in words.items() if word == true), tuple(
                t for t, word in words.items() if word == false
            )
    return None


@cache
def number(decimal: str, group: str) -> Callable[[str], bool]:
    """Whether a text is a number with these separators."""
    grouped = rf"|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+" if group else ""
    pattern = re.compile(rf"[+-]?(?:[0-9]+{grouped})(?:{re.escape(decimal)}[0-9]+)?")
    return lambda text: pattern.fullmatch(text) is not None


def conventions(fits: Fits) -> dict[str, str]:
    """The decimal separators by which the column's values are numbers, each with the group separator that it takes."""
    found = {}
    for decimal in ".,":
        groups = (group for group in ("", *GROUPS) if group != decimal)
        group = next((group for group in groups if fits(number(decimal, group))), None)
        if group is not None:
            found[decimal] = group
    return found


def plain_number(text: str, decimal: str, group: str) -> str:
    """A number of that convention as everybody writes it."""
    return (text.replace(group, "") if group else text).replace(decimal, ".")


def date_formats(texts: Iterable[str], fits: Fits) -> list[str]:
    """The formats by which every value is a date, or a date and time: of several, a person has to choose."""
    first = next((text for text in texts if text.strip().lower() not in NULLS), "").strip()
    if not re.search(r"\d", first) or len(first) > 40:
        return []
    return [form for form in DATE_FORMATS if is_date(form)(first) and fits(is_date(form))]


@cache
def is_date(form: str) -> Callable[[str], bool]:
    """Whether a text is a date of that strptime format, in the years that a date may have."""

    def test(text: str) -> bool:
        try:
            return 1900 <= dt.datetime.strptime(text, form).year <= 2999
        except ValueError:
            return False

    return test
