"""Random statements, asked of DuckDB and of a real Trino: the same answer, or a refusal.

Runs where LAKECTL_TRINO_SQL names the tool (see `test_corpus`); LAKECTL_FUZZ says how many statements. A find becomes a
row of `statements.json`.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.lake_tables import flat_links, make_lake
from tests.trino.answers import read_rows
from tests.trino.grammar import STATEMENTS
from tests.trino.test_statements import ask, same

from lakehouse.errors import LakehouseError

COUNT = int(os.environ.get("LAKECTL_FUZZ", "0"))
_DONE = re.compile(r".*/(\d+)\.sql: (?:(\d+) rows, [\d.]+ s|(.*))")


def _drawn() -> list[str]:
    drawn = dict[str, None]()

    @settings(
        max_examples=COUNT,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(STATEMENTS)
    def draw(sql):
        drawn[sql] = None

    draw()
    return list(drawn)


@pytest.mark.trino
@pytest.mark.skipif(not COUNT, reason="LAKECTL_FUZZ says how many statements to try")
def test_random_statements_have_one_answer(tmp_path):
    lake = make_lake(tmp_path / "lake")
    differing = []
    for sql, expected in _trinos(flat_links(lake, tmp_path / "tables"), _drawn(), tmp_path):
        try:
            found = ask(lake, sql)
        except LakehouseError as error:
            if not isinstance(expected, str):
                differing.append(f"refused: {sql}\n  {error.message}")
            continue
        if isinstance(expected, str) or not same([list(row.values()) for row in expected], found):
            differing.append(f"{sql}\n  Trino: {expected}\n  here: {found}")
    assert differing == [], "\n".join(differing)


def _trinos(tables: Path, statements: list[str], folder: Path):
    """Each statement with Trino's rows, or its error."""
    paths = [folder / f"{number}.sql" for number in range(len(statements))]
    for path, sql in zip(paths, statements, strict=True):
        path.write_text(sql, encoding="utf-8")
    command = [os.environ["LAKECTL_TRINO_SQL"], str(tables), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"TZ": "UTC"})
    rows = iter(done.stdout.splitlines())
    for match in filter(None, map(_DONE.fullmatch, done.stderr.splitlines())):
        count = match[2]
        yield statements[int(match[1])], [read_rows(next(rows)) for _ in range(int(count))] if count else match[3]
