"""The rules as a page for people: what means the same here as on Athena, what is refused, what differs.

`python -m lakectl.platforms.local.trino.rules [--check] docs/queries.md` writes that part of the page anew, from the
tables that the translation itself uses, or tells with its exit status whether the page has it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from lakectl.asking.spelling import OTHER_TYPES, SPELLINGS
from lakectl.platforms.local.trino import collection_forms, functions, special_aggregates, special_forms
from lakectl.platforms.local.trino.aggregates import AGGREGATES, WINDOWS
from lakectl.platforms.local.trino.other_names import OTHER_NAMES
from lakectl.platforms.local.trino.signatures import table
from lakectl.platforms.local.trino.text_functions import FORMS as TEXT_FORMS
from lakectl.platforms.local.trino.time_formats import FORMS as TIME_FORMATS
from lakectl.platforms.local.trino.time_functions import FORMS as TIME_FORMS

_BEGIN, _END = "<!-- rules: `make docs` writes this part -->", "<!-- end of the rules -->"

REFUSED = {
    "`SHOW`, `DESCRIBE`, `EXPLAIN`": "only queries run; `lakectl tables` and information_schema tell of tables",
    "time travel, `TABLESAMPLE`, `WITH TIES`, `MATCH_RECOGNIZE`": "DuckDB has none of that meaning",
    "`approx_percentile` of more than 10 values, or with weights": "Athena's estimate depends on the order of rows",
    "`approx_distinct` of more than 200 values": "Athena estimates; `count(DISTINCT x)` is exact on both",
    "times with more than 6 digits behind the second": "DuckDB and Python keep microseconds",
    "times whose zones differ from row to row": "`x AT TIME ZONE 'UTC'` brings them into one",
    "a date pattern, unit, zone or format that is not in quotes": "its meaning has to be known before the query runs",
    "date patterns with an era, a zone's name or fractions other than `SSS`": "DuckDB writes none",
    "a regular expression that neither RE2 nor Python reads as Java does": "such as `[a-z&&[^b]]` or `\\R`",
    "`round` and `truncate` of a decimal to places that are no constant": "the type depends on them",
    "`JSON_TABLE`, `ON EMPTY`, `ON ERROR`, `ON NULL`": "`cast(... as json)` makes JSON on both",
    "`checksum`, `numeric_histogram`, HyperLogLog, geospatial functions": "there is no such function here",
    "`array_sort` with a lambda that contradicts itself": "Java's order would depend on its algorithm",
}
DIFFERENT = {
    "two columns of one name": "the second is `x_1`, so that every row is an object",
    "sums and averages of doubles": "the last digits depend on the order of the rows, on Athena too",
    "`array_agg`, `map_agg`, `arbitrary` without an order, and rows without `ORDER BY`": "come in any order, on both",
    "`now()` and `current_timestamp`": "in UTC, to the millisecond",
}


def documented() -> str:
    """That part of the page."""
    parts = [
        "**The same.** Operators, casts, and these functions, in every form in which Trino takes them:",
        *_functions(),
        "**Refused**, since it would not mean the same, or is not there:",
        _table(("What", "Why, and what to do"), REFUSED.items()),
        "**Different**, and how:",
        _table(("What", "How"), DIFFERENT.items()),
        "**Refused on both**, since Athena writes it otherwise:",
        _table(("Elsewhere", "On Athena"), _spellings()),
    ]
    return "\n\n".join(parts)


def _functions() -> list[str]:
    groups: dict[str, Iterable[str]] = {
        "Numbers": table(functions.NUMBERS),
        "Text": {**table(functions.TEXT), **TEXT_FORMS},
        "Dates and times": {**table(functions.TIMES), **TIME_FORMS, **TIME_FORMATS},
        "JSON": {**table(functions.JSONS), "json_value": None, "json_object": None, "json_array": None},
        "Arrays and maps": {
            **table({k: v for k, v in functions.COLLECTIONS.items() if v is not None}),
            **collection_forms.FORMS,
        },
        "Others": special_forms.FORMS,
        "Aggregates": {**AGGREGATES, **special_aggregates.AGGREGATES, "listagg": None},
        "Windows": WINDOWS,
    }
    return [f"- {name}: {', '.join(f'`{function}`' for function in sorted(known))}." for name, known in groups.items()]


def _spellings() -> Iterable[tuple[str, str]]:
    for written, spelling in SPELLINGS.values():
        yield f"`{written}`", spelling
    yield "`[1, 2]`", "`ARRAY[1, 2]`"
    yield "`LIMIT n OFFSET m`", "`OFFSET m LIMIT n`"
    yield "`interval 1 day`, `interval '1 day'`", "`interval '1' day`"
    for name, spelling in OTHER_TYPES.items():
        yield f"`cast(x as {name})`", f"`cast(x as {spelling})`"
    for name, spelling in OTHER_NAMES.items():
        yield f"`{name}(...)`", f"`{spelling}`"


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {what.replace('||', chr(92) + '|' * 2)} | {how} |" for what, how in rows)])


def written(page: str) -> str:
    """The page with that part in it as it should be."""
    before, _, rest = page.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n\n{documented()}\n\n{_END}{after}"


def main(arguments: list[str]) -> int:
    page = Path(arguments[-1])
    text = page.read_text(encoding="utf-8")
    if "--check" in arguments:
        if text == written(text):
            return 0
        sys.stderr.write(f"{page} is not what the rules say: run `make docs`.\n")
        return 1
    page.write_text(written(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
