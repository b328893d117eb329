"""Names: of columns by their headers, of datasets by their files and sheets; all in snake case."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from lakectl.drafting.tables import Table
from lakehouse.contracts.model import header as plain
from lakehouse.convert.extent import letters
from lakehouse.layout import REJECTS_TABLE

_LONGEST = 60
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# What names a file or a sheet and not what is in it: dates, and the names that programs give.
_TIMES = re.compile(
    r"\d+|q[1-4]|(?:kw|cw|v|w)\d+|sheet\d*|tabelle\d*|blatt\d*|feuil\d*|hoja\d*|"
    r"jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|maerz|marz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?"
)


def column_names(headers: Sequence[tuple[int, str]]) -> list[str]:
    """A name for each header and its column's position: snake case, and by letters and
    digits unlike any other header or name."""
    taken = Counter(plain(text) for _, text in headers)
    found = []
    for position, text in headers:
        base = snake(text) or f"column_{letters(position).lower()}"
        # A name that is its own header counts once.
        name = next(name for name in _numbered(base) if taken[plain(name)] == (plain(name) == plain(text)))
        taken[plain(name)] += plain(name) != plain(text)
        found.append(name)
    return found


def snake(text: str) -> str:
    """A text in snake case: `Order ID`, `orderId` and `ORDER-ID` are `order_id`. Empty where no letter is left."""
    words = "_".join(_words(text))
    return (f"column_{words}" if words[:1].isdigit() else words)[:_LONGEST].strip("_")


def _words(text: str) -> list[str]:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    folded = unicodedata.normalize("NFKD", split.casefold().translate(_LETTERS))
    return re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c)))


def dataset_names(tables: Sequence[Table]) -> list[str]:
    """A name for each table, by its file; by its sheet where a file has several tables. All are different."""
    files = Counter(file for table in tables for file in {source.file for source in table.sources})
    found: list[str] = []
    for table in tables:
        source = table.sources[0]
        several = files[source.file] > 1
        base = (several and _lasting(source.sheet)) or _lasting(source.file.split(".")[0]) or "dataset"
        found.append(next(name for name in _numbered(base) if name not in (*found, REJECTS_TABLE)))
    return found


def _numbered(base: str) -> Iterator[str]:
    yield base
    yield from (f"{base}_{number}" for number in count(2))


def _lasting(text: str) -> str:
    """The words of a name that do not say when: `orders_apr_2025` is `orders`."""
    return snake(" ".join(word for word in _words(text) if not _TIMES.fullmatch(word)))
