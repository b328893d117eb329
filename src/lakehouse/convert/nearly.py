"""Headers that are almost one that a dataset knows: misspelt, with a word more, or with a letter of another alphabet.

Nothing is routed by this. It only says what may have been meant, because a column that is kept out in silence is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lakehouse.contracts.model import Column
from lakehouse.contracts.model import header as plain

# Letters that look like a Latin one (after Unicode's confusables.txt), Cyrillic and Greek, as they are case-folded.
_LOOK_ALIKES = str.maketrans("аевкмнорстухіјѕһԁԛԝүαβεζηικμνορτυχ", "aebkmhopctyxijshdqwyabezhikmvoptux")
_ALIKE = 0.85
_MOST = 50  # headers that are looked at; the work grows with headers x columns


@dataclass(frozen=True)
class Miss:
    """The column that a header almost is, and why the header is not it."""

    column: str
    why: str = ""


def near_misses(headers: Sequence[str], columns: Sequence[Column]) -> dict[str, Miss]:
    """Of these headers, which no name or alias is, those that are almost one of the columns."""
    names = [(column.name, spelling) for column in columns for spelling in (column.name, *column.aliases)]
    common = Counter(word for column in columns for word in _column_words(column))
    distinctive = {word for word, times in common.items() if times == 1 and len(word) > 2}
    found = {}
    for header in headers[:_MOST]:
        if miss := _look_alike(header, names) or _similar(header, names, distinctive):
            found[header] = miss
    return found


def hint(header: str, miss: Miss) -> str:
    """The question to a person, and the way out."""
    if miss.why:
        return f"column {header!r}: {miss.why}"
    return f"column {header!r}: did you mean {miss.column}? An alias in the contract takes it"


def _look_alike(header: str, names: Sequence[tuple[str, str]]) -> Miss | None:
    compared = plain(header)
    latin = compared.translate(_LOOK_ALIKES)
    if latin == compared:
        return None
    odd = next(a for a, b in zip(compared, latin, strict=True) if a != b)
    letter = next((c for c in header if c.casefold() == odd), odd)
    for column, name in names:
        if plain(name) == latin:
            return Miss(column, f"its letter {letter} is {unicodedata.name(letter)}, which is not in {column}")
    return None


def _similar(header: str, names: Sequence[tuple[str, str]], distinctive: set[str]) -> Miss | None:
    words, bare = _words(header), plain(_without_marks(header))
    best, score = "", _ALIKE
    for column, name in names:
        known = _words(name)
        alike = _ratio(bare, plain(name))
        if words & known & distinctive and (known <= words or words <= known):
            alike = max(alike, 0.9)
        if alike > score:
            best, score = column, alike
    return Miss(best) if best else None


def _ratio(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1; 0 where they cannot be alike enough."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    likely = matcher.real_quick_ratio() > _ALIKE and matcher.quick_ratio() > _ALIKE
    return matcher.ratio() if likely else 0


def _column_words(column: Column) -> set[str]:
    return {word for name in (column.name, *column.aliases) for word in _words(name)}


def _words(text: str) -> set[str]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", _without_marks(text))
    return {word.casefold() for word in re.findall(r"[^\W_]+", parted)}


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
