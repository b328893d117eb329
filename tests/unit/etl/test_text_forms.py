"""The statements and `lakehouse.contracts.values` know the same valid texts, and mean the same instants by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.etl.lakes import DATE, INT, LONG, MONEY, TIMESTAMP

from lakehouse.contracts.model import Column, Type
from lakehouse.contracts.values import PATTERNS, SPACES, instant, is_valid
from lakehouse.etl import types
from lakehouse.etl.sql import literal, statement

TYPES = (LONG, INT, MONEY, Type("double"), Type("boolean"), DATE, TIMESTAMP)
EDGES = st.text(SPACES, max_size=2)
# No NUL: DuckDB ends a literal at it, and the conversion lets none into a CSV.
ODD = st.sampled_from("\x01\x1f\x7f\u180e\u2061 'é١0+-:.,TZ")


def _near(pattern: str) -> st.SearchStrategy[str]:
    """Texts that match, most of them; some have a character too many, too few or changed, or spaces around them."""
    valid = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(min_codepoint=1, max_codepoint=0x7F))

    def damaged(text: str) -> st.SearchStrategy[str]:
        places = st.integers(0, len(text))
        return st.builds(lambda at, gone, odd: text[:at] + odd + text[at + gone :], places, st.integers(0, 1), ODD)

    inner = st.one_of(valid, valid, valid.flatmap(damaged))
    return st.builds(lambda before, text, after: before + text + after, EDGES, inner, EDGES)


def _read(of: Type, texts: Sequence[str]) -> list[Any]:
    """What the statements make of texts: the value, None for a null, or whether it has a fault of form or range."""
    values = ", ".join(f"({number}, {literal(text)})" for number, text in enumerate(texts))
    scale = types.loses_decimals(of, "text") or "FALSE"
    value = f"CASE WHEN NOT {scale} THEN {types.value(of, 'text')} END"
    query = f"""
        WITH raw AS (SELECT * FROM (VALUES {values}) AS t(number, cell)),
             texts AS (SELECT number, {types.text(Column("c", of), "cell")} AS text FROM raw),
             judged AS (SELECT number, text, {types.is_type(of, "text")} AND NOT {scale} AS is_type FROM texts)
        SELECT text IS NULL, is_type, CASE WHEN is_type THEN {value} END FROM judged ORDER BY number"""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(statement(query).sql("duckdb")).fetchall()
    return [None if empty else value if is_type and value is not None else False for empty, is_type, value in found]


@pytest.mark.parametrize("of", TYPES, ids=lambda of: f"{of.kind}{of.bits or ''}")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_both_accept_the_same(of: Type, data: st.DataObject) -> None:
    texts = data.draw(st.lists(_near(PATTERNS[of.kind]), min_size=10, max_size=30))
    for text, value in zip(texts, _read(of, texts), strict=True):
        if value is None:
            assert not text.strip(SPACES)
        elif of.kind == "boolean":
            assert is_valid(text, of) == (value is not False or text.strip(SPACES).lower() in ("false", "0"))
        else:
            assert is_valid(text, of) == (value is not False)
            if value is not False and of.kind == "timestamp":
                assert value == instant(text.strip(SPACES))
            if value is not False and of.kind == "date":
                assert value == instant(text.strip(SPACES)).date()
