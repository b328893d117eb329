"""Whatever stands in a file, the draft is valid YAML by the standard's schema, and says what the file says."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from tests.unit.drafting.shops import contracts, csv_file, drafted, only

from lakectl.drafting.writing import scalar, shown
from lakehouse.contracts.model import header as plain

STANDARD = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text())
HOSTILE = [
    *("", "Name", "name", "null", "yes", "n", "*x", "&a", "!tag", "%d", "@home", "- b", "c: d", "# e", "{f}", "[y]"),
    *("😀", "😀 smile", "it's", 'say "hi"', "two\nlines", "tab\there", "\u2028line", "\x85next", "back\\slash"),
    *("~g", "1.5x", "y" * 3000, "select", "Дата", "ﬁx", "z\ufeffz"),
]


def assert_standard(text: str) -> None:
    assert [error.message for error in Draft201909Validator(STANDARD).iter_errors(yaml.safe_load(text))] == []


def test_hostile_headers_and_values(tmp_path):
    values = [[*HOSTILE], [*reversed(HOSTILE)], [f"{text} again" for text in HOSTILE]]
    outcome = drafted(
        csv_file(tmp_path / "hostile.csv", [["id", *HOSTILE], *([n, *row] for n, row in enumerate(values))])
    )
    assert_standard(outcome.drafts[0].contract)
    contract = only(outcome, tmp_path / "contracts")
    known = {plain(name) for column in contract.columns for name in (column.name, *column.aliases)}
    assert known >= {plain(text) for text in HOSTILE if plain(text) not in ("", "name")}


@given(st.text(max_size=60))
def test_a_scalar_reads_back(text):
    assert yaml.safe_load(f"a: {scalar(text)}") == {"a": text}
    assert yaml.safe_load(f"a: [{scalar(text)}, b]") == {"a": [text, "b"]}


@given(st.text(max_size=100))
def test_an_example_is_one_line_of_a_comment(text):
    assert yaml.safe_load(f"# {shown(text)}\na: 1") == {"a": 1}
    assert len(shown(text).splitlines()) == (1 if text else len(shown(text).splitlines()))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufdd0"), max_size=20),
        min_size=2,
        max_size=5,
    )
)
def test_any_text_in_any_place(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("any")
    path = csv_file(
        folder / "any.csv",
        [["id", *(f"h{n} {text}" for n, text in enumerate(texts))], ["1", *texts], ["2", *texts[::-1]]],
    )
    outcome = drafted(path)
    assert_standard(outcome.drafts[0].contract)
    contracts(outcome, folder / "contracts")


def test_evidence(tmp_path):
    rows = [["id", "Preis (€)", "ort"], *([n, f"{n},50", "Ulm" if n < 9 else ""] for n in range(12))]
    text = drafted(csv_file(tmp_path / "waren_mai.csv", rows)).drafts[0].contract
    assert "from waren_mai.csv: 12 rows." in text
    assert "so are preis" not in text  # a price is one by chance
    assert (
        '# "Preis (€)", column B: 12 values, 12 distinct, none empty; 0,50 to 11,50; such as 0,50, 1,50, 2,50.' in text
    )
    assert "# decimal(12,2): every value is a number with ',' before its decimals." in text
    assert "# ort, column C: 9 values, 1 distinct, 3 empty; 3 characters each; such as Ulm." in text


def test_no_comment_is_wider_than_the_house(tmp_path):
    rows = [["id", "x"], *([n, "word " * 30] for n in range(3))]
    text = drafted(csv_file(tmp_path / "a.csv", rows)).drafts[0].contract
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("name", ["true", "on", "null", "no", "y"])
def test_a_name_that_yaml_takes_for_something_else(tmp_path, name):
    text = drafted(csv_file(tmp_path / "a.csv", [["id", "x"], [1, 2]]), name=name).drafts[0].contract
    assert_standard(text)
    assert yaml.safe_load(text)["id"] == yaml.safe_load(text)["schema"][0]["name"] == name


def test_a_suggested_reference_is_a_comment(tmp_path: Path):
    outcome = drafted(csv_file(tmp_path / "stock.csv", [["shelf", "product_id"], ["a", 1], ["b", 1]]))
    assert "# Called like the key of products, whose values are not known here:" in outcome.drafts[0].contract
    assert "#     to: products.product_id" in outcome.drafts[0].contract
    assert only(outcome, tmp_path / "contracts").foreign_keys == ()
