"""The settings of reading: in a contract, where each mistake is told with its line, and for one call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.contracts.test_contract_errors import VISITS, changed, faults

from lakehouse.contracts.load import fingerprint, load_contracts
from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, SETTINGS, Reading
from lakehouse.errors import ContractError

DATASET = "  - property: latestBy\n    value: [seen_at]\n"
COLUMN = "          - property: aliases\n            value: [url]\n"  # of a string, lines 27 and 28


def dataset(name: str, value: str) -> str:
    """The contract of visits with a setting for the dataset: the name is in line 9, the value in line 10."""
    return changed(DATASET, f"{DATASET}  - property: {name}\n    value: {value}\n")


def column(name: str, value: str, of: str = "        physicalType: int\n") -> str:
    """The same with one for a column, visits_before or another: the name is in line 34, the value in line 35."""
    return changed(of, f"{of}        customProperties:\n          - property: {name}\n            value: {value}\n")


def visits(folder: Path, text: str) -> Contract:
    (folder / "visits.yaml").write_text(text, encoding="utf-8")
    return load_contracts([folder])["visits"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("encoding", "Windows-1251", Reading(encoding="cp1251")),
        ("delimiter", "tab", Reading(delimiter="\t")),
        ("delimiter", "'^'", Reading(delimiter="^")),
        ("headerRow", "3", Reading(header_row=3)),
        ("decimalSeparator", "','", Reading(decimal_separator=",")),
        ("groupSeparator", "space", Reading(group_separator=" ")),
        ("groupSeparator", "'’'", Reading(group_separator="'")),
        ("dateFormat", "['%d.%m.%Y', '%Y%j']", Reading(date_formats=("%d.%m.%Y", "%Y%j"))),
        ("dateFormat", "'%d.%m.%y %H:%M'", Reading(date_formats=("%d.%m.%y %H:%M",))),
        ("timeZone", "Europe/Berlin", Reading(time_zone="Europe/Berlin")),
        ("timeZone", "'-03:30'", Reading(time_zone="-03:30")),
        ("trueValues", "[yes, 1]", Reading(true_values=("yes", "1"))),
        ("falseValues", "'-'", Reading(false_values=("-",))),
        ("nullValues", "[NULL, n/a]", Reading(null_values=("NULL", "n/a"))),
        ("unknownColumns", "refuse", Reading(unknown_columns="refuse")),
    ],
)
def test_a_dataset_may_have_every_setting(tmp_path: Path, name: str, value: str, expected: Reading) -> None:
    found = visits(tmp_path, dataset(name, value))
    assert found.reading == expected
    assert fingerprint({"visits": found}) != fingerprint({"visits": visits(tmp_path, VISITS)})


def test_a_column_may_have_its_own(tmp_path: Path) -> None:
    found = visits(tmp_path, column("groupSeparator", "'.'"))
    assert found.column("visits_before").reading == Reading(group_separator=".")
    assert found.reading == NONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (dataset("encoding", "klingon"), "10: value: encoding: 'klingon' is no encoding that Python knows"),
        (dataset("encoding", "base64"), "10: value: encoding: 'base64' is no encoding that Python knows"),
        (dataset("delimiter", "';;'"), "10: value: delimiter: ';;' is no delimiter"),
        (dataset("headerRow", "0"), "10: value: headerRow: '0' is no row: the first is 1"),
        (dataset("decimalSeparator", "';'"), "10: value: decimalSeparator: ';' is neither . nor ,"),
        (dataset("decimalSeparator", "['.', ',']"), "10: value: decimalSeparator takes one value, not 2"),
        (dataset("groupSeparator", "x"), "10: value: groupSeparator: 'x' is none of"),
        (dataset("dateFormat", "DD.MM.YYYY"), "10: value: dateFormat: 'DD.MM.YYYY' does not say a day"),
        (dataset("dateFormat", "'%d.%m'"), "10: value: dateFormat: '%d.%m' does not say a day"),
        (dataset("dateFormat", "'%x'"), "10: value: dateFormat: '%x' in '%x' is not supported"),
        (dataset("dateFormat", "'%d.%m.%Y %d'"), "10: value: dateFormat: '%d.%m.%Y %d' is no format"),
        (dataset("timeZone", "Berlin"), "10: value: timeZone: 'Berlin' is no time zone"),
        (dataset("timeZone", "../../etc/passwd"), "10: value: timeZone: '../../etc/passwd' is no time zone"),
        (dataset("unknownColumns", "drop"), "10: value: unknownColumns: 'drop' is neither keep_out nor refuse"),
        (dataset("nullValues", "[a, '']"), "10: value: nullValues: has an empty entry"),
        (dataset("nullValues", ""), "10: value: nullValues has no value"),
        (dataset("timezone", "UTC"), "9: property: did you mean timeZone?"),
        (dataset("decimalSeperator", "','"), "9: property: did you mean decimalSeparator?"),
        (column("headerRow", "3"), "34: property: headerRow is for the whole dataset"),
        (
            column("dateFormat", "'%d.%m.%Y'"),
            "34: property: dateFormat is for columns of type date or timestamp, not integer",
        ),
        (
            changed(COLUMN, f"{COLUMN}          - property: trueValues\n            value: a\n"),
            "trueValues is for columns of type boolean, not string",
        ),
        (
            changed(
                "value: seen_at\n", "value: seen_at\n          - property: dateFormat\n            value: '%Y%m%d'\n"
            ),
            "dateFormat: this value is computed; put it on seen_at",
        ),
        (
            dataset("trueValues", "[x]\n  - property: falseValues\n    value: [X]"),
            "6: customProperties: trueValues and falseValues have a word in common",
        ),
        (
            dataset("trueValues", "[x]\n  - property: trueValues\n    value: [y]"),
            "11: property: trueValues is given twice",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    found = faults(tmp_path, text)
    assert len(found) == 1
    assert expected in found[0].replace("visits.", "").replace("visits_before.", "").replace("customProperties.", "")


def test_a_property_of_somebody_else_passes(tmp_path: Path) -> None:
    assert faults(tmp_path, dataset("owner", "sales")) == []


def test_a_call_says_the_same_by_name() -> None:
    pairs = {"decimalSeparator": ",", "dateFormat": "%d.%m.%Y|%d/%m/%Y", "headerRow": "3", "nullValues": "-|n/a"}
    assert Reading.parse(pairs) == Reading(
        decimal_separator=",", date_formats=("%d.%m.%Y", "%d/%m/%Y"), header_row=3, null_values=("-", "n/a")
    )
    assert Reading.parse({}) == NONE


@pytest.mark.parametrize(
    ("pairs", "message", "hint"),
    [
        ({"decimalseparator": ","}, "did you mean decimalSeparator?", "encoding, delimiter, headerRow"),
        ({"colour": "red"}, "'colour' is no setting of how to read a file", "nullValues"),
        ({"headerRow": "x"}, "headerRow=x: 'x' is no row: the first is 1", "headerRow is the row"),
        ({"dateFormat": "%d.%m.%Y|%d"}, "'%d' does not say a day", "strptime"),
        ({"trueValues": "x|"}, "has an empty entry", "trueValues"),
        ({"decimalSeparator": ",", "groupSeparator": ","}, "are the same", "change one"),
    ],
)
def test_a_mistake_in_a_call_names_what_there_is(pairs: dict[str, str], message: str, hint: str) -> None:
    with pytest.raises(ContractError, match=re.escape(message)) as raised:
        Reading.parse(pairs)
    assert hint in raised.value.hint


def test_each_setting_is_a_field_and_its_example_is_valid(tmp_path: Path) -> None:
    assert {setting.field for setting in SETTINGS} == set(Reading.__dataclass_fields__)
    for setting in SETTINGS:
        assert visits(tmp_path, dataset(setting.name, setting.example)).reading != NONE


def test_settings_over_others() -> None:
    nearer, farther = Reading(decimal_separator=","), Reading(decimal_separator=".", time_zone="UTC")
    assert nearer.over(farther) == Reading(decimal_separator=",", time_zone="UTC")
