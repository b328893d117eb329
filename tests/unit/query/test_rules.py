"""The page about queries says what the rules say."""

from __future__ import annotations

from pathlib import Path

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
