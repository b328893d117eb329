"""docs/contracts.md cannot lie: its example is loaded, its patterns are those in use."""

from __future__ import annotations

import re
from pathlib import Path

from lakehouse.contracts.column import OUR_PROPERTIES
from lakehouse.contracts.load import PACKAGED, levels, load_contracts
from lakehouse.contracts.reading import SETTINGS
from lakehouse.contracts.setting_values import DIRECTIVES
from lakehouse.contracts.values import PATTERNS, integer_range

DOC = (Path(__file__).parents[3] / "docs" / "contracts.md").read_text(encoding="utf-8")


def test_the_example_is_a_contract(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
    (tmp_path / "stock.yaml").write_text(example, encoding="utf-8")
    contracts = load_contracts([PACKAGED, tmp_path])
    assert contracts["stock"].primary_key == ("warehouse", "article")
    assert levels(contracts)[1] == ["order_items", "stock"]


def test_types_and_properties_are_described_as_they_are() -> None:
    for kind in ("integer", "decimal", "double"):
        assert f"`{PATTERNS[kind]}`" in DOC
    for bits in (32, 64):
        assert " to ".join(map(str, integer_range(bits))) in DOC
    for name in OUR_PROPERTIES:
        assert f"custom property `{name}`" in DOC


def test_the_settings_of_reading_are_those_that_there_are() -> None:
    rows = [f"| `{s.name}` | {s.meaning} | `{s.example}` | {s.where} |" for s in SETTINGS]
    [table] = re.findall(r"\| setting \|.*\n\|---.*\n((?:\|.*\n)+)", DOC)
    assert table.splitlines() == rows
    assert ", ".join(f"`%{directive}`" for directive in DIRECTIVES) in DOC
