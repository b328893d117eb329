"""Statements of every kind with the answers that a real Trino gave, its refusals among them.

`statements.json`: `sql`, and `rows` as Trino's JSON has them or its `error`. Numbers are compared exactly, but for
doubles, where the last digits depend on the order of rows. What DuckDB cannot say is refused, never answered otherwise:
`refused.json` lists such statements with what Trino answers.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.lake_tables import make_lake
from tests.trino.answers import read_rows, shown

from lakectl.operations.query import prepare
from lakectl.platforms.local.query import LocalQueries
from lakehouse.errors import LakehouseError

HERE = Path(__file__).parent
STATEMENTS: list[dict[str, Any]] = read_rows((HERE / "statements.json").read_text(encoding="utf-8"))
REFUSED: list[str] = json.loads((HERE / "refused.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    return make_lake(tmp_path_factory.mktemp("lake"))


def ask(lake: Path, sql: str) -> list[list[Any]]:
    result = LocalQueries(lake).run(prepare(sql, {}, {}).statement, {})
    return [
        [shown(value, column.type) for value, column in zip(row, result.columns, strict=True)] for row in result.rows
    ]


def same(expected: Any, found: Any) -> bool:
    match expected, found:
        case bool(), bool():
            return expected == found
        case int() | Decimal() | str(), float():
            return abs(float(expected) - found) <= 1e-12 * abs(found)
        case int() | Decimal(), int() | Decimal():
            return Decimal(expected) == Decimal(found)
        case list(), list():
            return len(expected) == len(found) and all(map(same, expected, found))
        case dict(), dict():
            return set(expected) == set(found) and all(same(expected[key], found[key]) for key in expected)
    return bool(expected == found)


@pytest.mark.parametrize("asked", STATEMENTS, ids=lambda asked: asked["sql"][:60])
def test_the_answer_is_trinos(lake, asked):
    if "error" in asked:
        with pytest.raises(LakehouseError) as raised:
            ask(lake, asked["sql"])
        assert "trino_" not in raised.value.message
        return
    found = ask(lake, asked["sql"])
    assert same([list(row.values()) for row in asked["rows"]], found), found


@pytest.mark.parametrize("sql", REFUSED)
def test_what_cannot_be_said_is_refused(lake, sql):
    with pytest.raises(LakehouseError):
        ask(lake, sql)
