"""DuckDB's errors, told of the query that was asked: in Trino's words, without those of the text that ran."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from lakectl.asking.errors import QueryFailed

_OURS = re.compile(r"§(.*?)§", re.DOTALL)
_SETTING = re.compile(r",? or SET \w+\s*=.*?(?=\.(\s|$)|$)")  # advice that nobody can follow: only queries are run
_NAMES = {"8": "tinyint", "16": "smallint", "32": "integer", "64": "bigint", "128": "decimal(38,0)"}
# What DuckDB says while rows are computed, and Trino's words for it.
_TOLD: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Overflow in (\w+) of INT(\d+) \((.*?)\)"), lambda m: f"{_NAMES[m[2]]} {m[1]} overflow: {m[3]}"),
    (re.compile(r"Division by zero"), lambda _: "Division by zero"),
    (re.compile(r"Overflow in (\w+) of DECIMAL"), lambda _: "Decimal overflow"),
    (
        re.compile(r"with value (\S+) can't be cast .* destination type INT(\d+)", re.DOTALL),
        lambda m: f"Out of range for {_NAMES[m[2]]}: {m[1]}",
    ),
    (re.compile(r"Could not cast value (\S+) to DECIMAL\((.*?)\)"), lambda m: f"Cannot cast {m[1]} to decimal({m[2]})"),
    (
        re.compile(r'Could not convert string [\'"](.*?)[\'"] to (\w+)', re.DOTALL),
        lambda m: f"Cannot cast '{m[1]}' to {m[2].replace('INT', 'integer of ')}".replace(
            "integer of 64", "bigint"
        ).replace("integer of 32", "integer"),
    ),
    (re.compile(r'Could not parse string "(.*?)" according to'), lambda m: f"Invalid format: {m[1]!r}"),
    (
        re.compile(r"(?:date|timestamp|time) field value out of range: \"(.*?)\""),
        lambda m: f"Value cannot be cast: {m[1]}",
    ),
    (re.compile(r"invalid (?:date|timestamp|time) field format: \"(.*?)\""), lambda m: f"Value cannot be cast: {m[1]}"),
    (re.compile(r"More than one row returned by a subquery"), lambda _: "Scalar sub-query has returned multiple rows"),
    (re.compile(r"Map keys must be unique"), lambda _: "Duplicate map keys are not allowed"),
    (re.compile(r"Map keys can not be NULL"), lambda _: "map key cannot be null"),
)
_TRY = "try(...) around what fails gives null for such a row."


@contextmanager
def explain() -> Iterator[None]:
    """Turns an error of DuckDB's inside the block into a QueryFailed."""
    try:
        yield
    except duckdb.Error as error:
        raise _told(str(error)) from error


def _told(message: str) -> QueryFailed:
    if match := _OURS.search(message):
        return QueryFailed(f"The query failed: {match[1].rstrip('.')}.", _TRY)
    for form, words in _TOLD:
        if match := form.search(message):
            return QueryFailed(f"The query failed: {words(match)}.", _TRY)
    # The first paragraph says it; what follows quotes the translated text, which the user never wrote.
    first = message.partition("\n\n")[0].partition("\nLINE ")[0].replace("\n", " ")
    first = re.sub(r"^(?:Invalid Input|Conversion|Binder|Out of Range|Parser|Catalog) Error: ", "", first)
    return QueryFailed(
        f"The query failed: {_SETTING.sub('', first)}", "`--show-sql --dialect duckdb` prints the text that ran."
    )
