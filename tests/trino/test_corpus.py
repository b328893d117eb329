"""Athena's SQL means the same on both engines: one corpus, one set of rows, asked of DuckDB and of a real Trino.

`expected.json` holds what Trino answers, so the translation is tested on any machine; with the environment variable
LAKECTL_TRINO_SQL naming a tool that runs SQL files on Trino (`TOOL FOLDER_OF_DELTA_TABLES FILE.sql...`, a JSON object
per row), Trino is asked again. The shipped queries are part of the corpus, and so is that of `rejects list`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.lake_tables import flat_links, make_lake
from tests.trino.answers import Rows, ask_trino, differences, plain, read_rows

from lakectl.asking.statement import parse
from lakectl.operations import rejects
from lakectl.operations.queries import load_queries
from lakectl.operations.query import prepare
from lakectl.platforms.local.query import LocalQueries

HERE = Path(__file__).parent
NAMED = load_queries([HERE.parents[1] / "sql"])
STATEMENTS = {
    **{path.stem: path.read_text() for path in sorted((HERE / "corpus").glob("*.sql"))},
    **{name: name for name in NAMED},
    "rejects_list": parse(rejects.question((), everything=True)).with_literals({}),
    "rejects_open": parse(rejects.question(("dataset",), everything=False)).with_literals({"dataset": "orders"}),
}
EXPECTED: dict[str, Rows] = read_rows((HERE / "expected.json").read_text())


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    return make_lake(tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def trino(lake, tmp_path_factory) -> dict[str, Rows]:
    tool = os.environ.get("LAKECTL_TRINO_SQL")
    if not tool:
        pytest.skip("LAKECTL_TRINO_SQL names no tool that runs SQL on Trino")
    queries, asked = LocalQueries(lake), {}
    for name, text in STATEMENTS.items():
        question = prepare(text, {}, NAMED)
        asked[name] = queries.text(question.statement, question.values, "athena")
    folder = tmp_path_factory.mktemp("trino")
    return ask_trino(tool, flat_links(lake, folder / "tables"), asked, folder)


def test_the_corpus_is_whole():
    assert set(STATEMENTS) == set(EXPECTED)
    assert len(STATEMENTS) - len(NAMED) >= 40


@pytest.mark.parametrize("name", STATEMENTS)
def test_duckdb_answers_as_athena_does(lake, name):
    question = prepare(STATEMENTS[name], {}, NAMED)
    result = LocalQueries(lake).run(question.statement, question.values)
    names = [column.name for column in result.columns]
    found = [dict(zip(names, map(plain, row), strict=True)) for row in result.rows]
    assert differences(EXPECTED[name], found) == []


@pytest.mark.trino
@pytest.mark.parametrize("name", STATEMENTS)
def test_trino_still_answers_so(trino, name):
    assert differences(EXPECTED[name], trino[name]) == []
