"""The page about queries says what the rules say."""

from __future__ import annotations

from pathlib import Path

import duckdb

from lakectl.platforms.local.trino.macros import MACROS, needed
from lakectl.platforms.local.trino.python_functions import PythonFunctions
from lakectl.platforms.local.trino.python_table import PLAIN
from lakectl.platforms.local.trino.rules import main, written

PAGE = Path(__file__).parents[3] / "docs/queries.md"


def test_the_page_has_the_rules_that_the_translation_uses(tmp_path, capsys):
    text = PAGE.read_text(encoding="utf-8")
    assert text == written(text)
    old = tmp_path / "queries.md"
    old.write_text(text.replace("`approx_distinct`", "`approx_other`"), encoding="utf-8")
    assert main(["--check", str(old)]) == 1
    assert "make docs" in capsys.readouterr().err
    assert main([str(old)]) == 0
    assert old.read_text(encoding="utf-8") == text


def test_duckdb_takes_every_macro_and_every_function():
    con = duckdb.connect()
    for statement in needed(" ".join(MACROS)):
        con.execute(statement)
    python = PythonFunctions()
    for name in PLAIN:
        python.named(name)
    python.register(con)
    made = con.execute(
        "SELECT DISTINCT function_name FROM duckdb_functions() WHERE starts_with(function_name, 'trino_')"
    )
    names = {name for (name,) in made.fetchall()}
    assert {written.partition("(")[0] for written in MACROS} | {f"trino_py_{name}" for name in PLAIN} <= names
