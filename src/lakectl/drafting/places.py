"""How a place writes numbers, dates, booleans and nothing: what a column needs a setting of reading for.

A text that reads both ways (`1.000`, `03/04/2025`) proves nothing. A column in which every value does is ambiguous, and
nothing is guessed: its neighbours decide, or a person.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

from lakehouse.contracts.model import Column, Type
from lakehouse.contracts.reading import Reading
from lakehouse.contracts.values import PATTERNS, is_valid
from lakehouse.convert.typed import ColumnReader, Convention
from lakehouse.marks import MARK

# In lower case. What programs and people write where there is no value.
NULLS = frozenset(("-", "--", "–", "—", "?", "n/a", "n.a.", "na", "null", "none", "nil", "nan", "<na>", "\\n", "k.a."))

# Pairs of words, in lower case: the true one first.
_BOOLEANS = (
    *(("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("ja", "nein"), ("j", "n"), ("wahr", "falsch")),
    *(("ja", "nee"), ("ja", "nej"), ("oui", "non"), ("vrai", "faux"), ("sí", "no"), ("si", "no"), ("sim", "não")),
    *(("verdadero", "falso"), ("vero", "falso"), ("tak", "nie"), ("да", "нет"), ("是", "否"), ("はい", "いいえ")),
)

# What groups digits, as the setting `groupSeparator` names it, and how it is written.
_GROUPS = {".": ".", ",": ",", " ": " \u00a0\u202f\u2009", "'": "'’"}
_NUMBER = re.compile(PATTERNS["decimal"])
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")  # no thousand begins with a zero

_DAYS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d"),
    *("%Y.%m.%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y年%m月%d日"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_LONGEST_DATE = 40

# Whether a column's values pass a test.
Fits = Callable[[Callable[[str], object]], bool]


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
def number(decimal: str) -> Callable[[str], str]:
    """Gives the number that a text is with this separator before its decimals, as everybody writes it; "" if it is
    none. Groups, signs, currencies and percents are what the conversion takes with such a setting."""
    reading = Reading(decimal_separator=decimal)
    column = Column("", Type("decimal"), reading=reading)
    reader = ColumnReader(column, reading, Convention(), plain_text=True)

    def read(text: str) -> str:
        if _NUMBER.fullmatch(text):
            if decimal == "." or "." not in text:
                return text
            return text.replace(".", "") if _GROUPED.fullmatch(text) else ""
        written = reader(text)
        if written.startswith(MARK):
            _, rule, written, _ = written.split(MARK, 3)
            return "" if rule else written
        return ""

    return read


def conventions(texts: Collection[str], fits: Fits) -> list[str]:
    """The decimal separators by which the texts are numbers. Without any separator they are written alike everywhere:
    then it is the point alone."""
    found = [decimal for decimal in ".," if fits(number(decimal))]
    return found if any("." in text or "," in text for text in texts) else found[:1]


def group_separator(texts: Collection[str], decimal: str) -> str:
    """What groups the digits of the numbers, as the setting names it; "" where nothing does, or several."""
    forms = {name: re.compile(rf"[0-9][{re.escape(marks)}][0-9]{{3}}") for name, marks in _GROUPS.items()}
    used = {name for name, form in forms.items() if name != decimal and any(map(form.search, texts))}
    return used.pop() if len(used) == 1 else ""


def date_formats(texts: Collection[str], fits: Fits) -> list[tuple[str, ...]]:
    """The formats by which every value is a date, or a date and time, one day and several times together. Of several
    entries, a person has to choose."""
    first = next((text for text in texts if text.lower() not in NULLS and not is_iso(text)), "")
    if not re.search(r"\d", first) or len(first) > _LONGEST_DATE:
        return []
    found = []
    for day in _DAYS:
        forms = [day + time for time in _TIMES]
        if any(is_date(form)(first) for form in forms) and fits(one_of(forms)):
            found.append(tuple(form for form in forms if any(map(is_date(form), texts))))
    return found


def is_iso(text: str) -> bool:
    """Whether a text is a date, or a date and time, that needs no format."""
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return is_valid(text, Type("timestamp"))


def one_of(forms: Sequence[str]) -> Callable[[str], bool]:
    """Whether a text is a date of one of these formats, or one that needs none."""
    return lambda text: any(is_date(form)(text) for form in forms) or is_iso(text)


@cache
def is_date(form: str) -> Callable[[str], bool]:
    """Whether a text is a date of that strptime format, in the years that a date may have."""

    def test(text: str) -> bool:
        try:
            return 1900 <= dt.datetime.strptime(text, form).year <= 2999
        except ValueError:
            return False

    return test
