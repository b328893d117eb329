"""The type of a column, by all of its values: the narrowest that takes every one and changes none.

Leading zeros and plus signs make a string, since a number would lose them. Numbers get room to grow: a decimal has at
least ten digits before its point and two after it. `budget` is how many rows may hold what the type does not take;
unless somebody allows more, it is 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lakectl.drafting import places
from lakectl.drafting.values import SPACES, Values
from lakehouse.contracts.model import Type
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.contracts.values import PATTERNS, date_exists, integer_range, is_valid

_LOSES = re.compile(r"\+[0-9].*|-?0[0-9].*")
_ROOM = 1000  # an int is one only if a thousandfold of its largest value still is
_BEFORE, _AFTER, _MOST_AFTER, _MOST_DIGITS = 10, 2, 9, 38
_MIDNIGHT = re.compile(r"[0-9-]{10}(?:[ T]00:00(?::00)?)?")
_INTEGER = re.compile(r"-?[0-9]+(?:\.0)?")
_NUMBER = re.compile(PATTERNS["decimal"])
_DOUBLE = re.compile(PATTERNS["double"])
_TIMESTAMP = re.compile(PATTERNS["timestamp"])
_BIGINT = Type("integer", bits=64)


@dataclass(frozen=True)
class Finding:
    """A column's type, the settings that its values need, why, and what a person should look at."""

    type: Type
    why: str
    reading: Reading = NONE
    doubt: str = ""
    misfits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clues:
    """What is known beside the values. `decimal` is the separator that other columns prove, or ""."""

    identifier: bool = False  # by its name: it will grow
    plain_text: bool = False  # a workbook's numbers are numbers for certain
    decimal: str = ""
    budget: int = 0


class _Column:
    """Asks which values a type would take; null words and misfits within the budget do not count."""

    def __init__(self, values: Values, budget: int) -> None:
        stripped: dict[str, int] = {}
        for text, count in values.counts.items():
            bare = text.strip(SPACES)
            stripped[bare] = stripped.get(bare, 0) + count
        stripped.pop("", None)
        self.counts = stripped
        self.budget = budget

    def fits(self, test: Callable[[str], object]) -> bool:
        """Whether the values fit."""
        return self.split(test) is not None

    def split(self, test: Callable[[str], object]) -> tuple[list[str], list[str], list[str]] | None:
        """The values that fit, the null words, the misfits; None where too little fits."""
        good: list[str] = []
        nulls: list[str] = []
        misfits: list[str] = []
        left = self.budget
        for text, count in self.counts.items():
            if test(text):
                good.append(text)
            elif text.lower() in places.NULLS:
                nulls.append(text)
            elif (left := left - count) < 0:
                return None
            else:
                misfits.append(text)
        return (good, nulls, misfits) if good else None

    @property
    def beyond_numbers(self) -> bool:
        """Whether a number would lose leading zeros, plus signs or digits."""
        lost = sum(count for text, count in self.counts.items() if _is_more_than_a_number(text))
        return lost > self.budget


def find_type(values: Values, clues: Clues) -> Finding:
    """The type of a column."""
    column = _Column(values, clues.budget)
    if not column.counts:
        return Finding(Type("string"), "no row has a value, so this is a guess")
    return next(_findings(column, clues))


def proven_separator(values: Values, budget: int) -> str:
    """The decimal separator that the column's values prove; "" where they have none or read both ways."""
    column = _Column(values, budget)
    if not any("." in text or "," in text for text in column.counts) or column.beyond_numbers:
        return ""
    found = places.conventions(column.counts, column.fits)
    return found[0] if len(found) == 1 else ""


def _findings(column: _Column, clues: Clues) -> Iterator[Finding]:
    """What the values may be, the best first; the last takes anything."""
    yield from _boolean(column)
    yield from _date_or_timestamp(column)
    doubt = ""
    if not column.beyond_numbers:
        try:
            yield from _numbers(column, clues)
        except _Doubt as ambiguous:
            doubt = str(ambiguous)
    yield from _local_boolean(column)
    formats = places.date_formats(column.counts, column.fits)
    if len(formats) == 1:
        yield from _local_date(column, formats[0])
    elif formats:
        doubt = f"every value is a date as {' and as '.join(forms[0] for forms in formats)}: choose, as dateFormat"
    yield replace(_string(column), doubt=doubt)


class _Doubt(Exception):
    """Values that read both ways."""


def _boolean(column: _Column) -> Iterator[Finding]:
    if any(text.lower() in ("true", "false") for text in column.counts):
        yield from _plain(
            column,
            lambda text: text.lower() in ("true", "false", "1", "0"),
            lambda _: Type("boolean"),
            "{} true or false",
        )


def _date_or_timestamp(column: _Column) -> Iterator[Finding]:
    yield from _plain(column, _is_day, lambda _: Type("date"), "{} a day, YYYY-MM-DD")
    yield from _plain(column, _is_timestamp, lambda _: Type("timestamp"), "{} a date and time")


def _is_day(text: str) -> bool:
    return _MIDNIGHT.fullmatch(text) is not None and is_valid(text, Type("date"))


def _is_timestamp(text: str) -> bool:
    return _TIMESTAMP.fullmatch(text) is not None and date_exists(text[:10])


def _numbers(column: _Column, clues: Clues) -> Iterator[Finding]:
    """Raises _Doubt for numbers that read both ways."""
    yield from _plain(column, _is_integer, lambda good: _integer(good, clues.identifier), "{} a whole number")
    conventions = places.conventions(column.counts, column.fits)
    if len(conventions) > 1:
        yield from _either_way(column, clues)
    yield from _plain(column, _is_number, _decimal, "{} a number")
    for decimal in conventions:
        yield from _local_number(column, decimal, clues)
    yield from _plain(column, _is_double, lambda _: Type("double"), "{} a number, some with an exponent")


def _either_way(column: _Column, clues: Clues) -> Iterator[Finding]:
    """Numbers that are one thing with a decimal point and another with a comma. Raises _Doubt."""
    if clues.decimal:
        yield from _local_number(column, clues.decimal, clues)
    elif clues.plain_text or not column.fits(_is_number):
        raise _Doubt("1.000 may be one or a thousand here: say decimalSeparator, and a number as its type")


def _is_more_than_a_number(text: str) -> bool:
    return _LOSES.fullmatch(text) is not None or (text.isdecimal() and not _is_integer(text))


def _is_integer(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and (len(text) < 19 or is_valid(text, _BIGINT))


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and len(text) <= _MOST_DIGITS


def _is_double(text: str) -> bool:
    return _DOUBLE.fullmatch(text) is not None and is_valid(text, Type("double"))


def _integer(good: Iterable[str], identifier: bool) -> Type:
    largest = max(abs(int(text.removesuffix(".0"))) for text in good)
    small = largest * _ROOM <= integer_range(32)[1] and not identifier
    return Type("integer", bits=32) if small else _BIGINT


def _decimal(good: Iterable[str]) -> Type:
    whole, scale = _BEFORE, _AFTER
    for text in good:
        before, _, after = text.lstrip("+-").partition(".")
        whole = max(whole, len(before.lstrip("0")) + _AFTER)
        scale = max(scale, len(after if len(after) <= _MOST_AFTER else after.rstrip("0")))
    if scale > _MOST_AFTER or whole + scale > _MOST_DIGITS:
        return Type("double")
    return Type("decimal", precision=whole + scale, scale=scale)


def _local_number(column: _Column, decimal: str, clues: Clues) -> Iterator[Finding]:
    split = column.split(places.number(decimal))
    if split is None:
        return
    good = [places.number(decimal)(text) for text in split[0]]
    if not clues.plain_text:  # what is a number in the workbook stays what it is
        good += [text for text in split[0] if _is_number(text)]
    whole = not any("." in text for text in good)
    type_ = _integer(good, clues.identifier) if whole else _decimal(good)
    reading = Reading(decimal_separator=decimal, group_separator=places.group_separator(split[0], decimal))
    why = f"{_every(split)} a number with {decimal!r} before its decimals"
    yield _with_rest(Finding(type_, why, reading), split)


def _local_boolean(column: _Column) -> Iterator[Finding]:
    words = places.booleans(column.counts, column.fits)
    if words:
        split = column.split(lambda text: text in words[0] + words[1])
        if split:
            reading = Reading(true_values=words[0], false_values=words[1])
            yield _with_rest(Finding(Type("boolean"), f"{_every(split)} one of two words", reading), split)


def _local_date(column: _Column, forms: Sequence[str]) -> Iterator[Finding]:
    split = column.split(places.one_of(forms))
    if split:
        timed = any("%M" in form for form in forms) or any(map(_has_time, split[0]))
        why = f"{_every(split)} as {' or '.join(forms)}"
        yield _with_rest(
            Finding(Type("timestamp" if timed else "date"), why, Reading(date_formats=tuple(forms))), split
        )


def _has_time(text: str) -> bool:
    return places.is_iso(text) and not _is_day(text)


def _plain(
    column: _Column, test: Callable[[str], object], of: Callable[[list[str]], Type], why: str
) -> Iterator[Finding]:
    split = column.split(test)
    if split:
        yield _with_rest(Finding(of(split[0]), why.format(_every(split))), split)


def _with_rest(finding: Finding, split: tuple[list[str], list[str], list[str]]) -> Finding:
    reading = replace(finding.reading, null_values=tuple(split[1]))
    return replace(finding, reading=reading, misfits=tuple(split[2]))


def _every(split: tuple[list[str], list[str], list[str]]) -> str:
    return "nearly every value is" if split[2] else "every value is"


def _string(column: _Column) -> Finding:
    """Text; and where nearly all of it is a number or a date, what is not."""
    if column.fits(lambda text: text.lstrip("+-").isdecimal()):
        return Finding(Type("string"), "a number would lose leading zeros, signs or digits")
    for test, what in ((_is_number, "numbers"), (_is_timestamp, "dates")):
        odd = [text for text in column.counts if not test(text)]
        rows = sum(column.counts[text] for text in odd)
        if 10 * rows < sum(column.counts.values()):
            return Finding(
                Type("string"), f"nearly all values are {what}, but not in {rows:,} rows", misfits=tuple(odd)
            )
    return Finding(Type("string"), "text")
