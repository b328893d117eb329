"""The form in which the aws target asks for nested values, asked of a real Trino: the corpus, its answers unchanged.

All statements of the corpus go through it, also those without nested columns: their rows have to keep their order.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from tests.lake_tables import flat_links, make_lake
from tests.trino.answers import Rows, ask_trino, differences, plain
from tests.trino.test_corpus import EXPECTED, NAMED, STATEMENTS

from lakectl.asking.statement import Statement, parse
from lakectl.operations.query import prepare
from lakectl.platforms.aws.athena_nested import as_texts, types_of, unfolded

COLUMNS = {name: list(rows[0]) for name, rows in EXPECTED.items() if rows}


@pytest.fixture(scope="module")
def unfolded_rows(tmp_path_factory) -> dict[str, Rows]:
    tool = os.environ.get("LAKECTL_TRINO_SQL")
    if not tool:
        pytest.skip("LAKECTL_TRINO_SQL names no tool that runs SQL on Trino")
    folder = tmp_path_factory.mktemp("trino")
    tables = flat_links(make_lake(folder / "lake"), folder / "tables")

    def ask(statements: dict[str, Statement]) -> dict[str, Rows]:
        return ask_trino(tool, tables, {name: statement.sql for name, statement in statements.items()}, folder)

    asked = {name: _statement(name) for name in COLUMNS}
    told = ask({name: types_of(statement, len(COLUMNS[name])) for name, statement in asked.items()})
    types = {name: list(rows[0].values()) for name, rows in told.items()}
    found = ask({name: as_texts(statement, COLUMNS[name], types[name]) for name, statement in asked.items()})
    return {name: [_row(row, types[name]) for row in rows] for name, rows in found.items()}


def _statement(name: str) -> Statement:
    question = prepare(STATEMENTS[name], {}, NAMED)
    return parse(question.statement.with_literals(question.values))


def _row(row: dict[str, Any], types: list[str]) -> dict[str, Any]:
    return {name: plain(unfolded(type, value)) for (name, value), type in zip(row.items(), types, strict=True)}


@pytest.mark.trino
@pytest.mark.parametrize("name", COLUMNS)
def test_an_answer_is_the_same_when_its_nested_values_come_as_text(unfolded_rows, name):
    assert differences(EXPECTED[name], unfolded_rows[name]) == []
