"""Every mistake in a contract file is told with file, line and field, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.contracts.load import load_contracts
from lakehouse.errors import ContractError

# Line numbers in the tests below count from this text's first line.
VISITS = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
customProperties:
  - property: latestBy
    value: [seen_at]
schema:
  - name: visits
    properties:
      - name: visit_id
        logicalType: integer
        physicalType: bigint
        primaryKey: true
      - name: seen_at
        logicalType: timestamp
        required: true
      - name: day
        logicalType: date
        partitioned: true
        customProperties:
          - property: derivedFrom
            value: seen_at
      - name: page
        logicalType: string
        customProperties:
          - property: aliases
            value: [url]
      - name: visits_before
        logicalType: integer
        physicalType: int
        logicalTypeOptions:
          minimum: 0
"""


def faults(folder: Path, text: str, name: str = "visits.yaml") -> list[str]:
    """What is wrong with a contract, without its folder; nothing if it is fine."""
    (folder / name).write_text(text, encoding="utf-8")
    try:
        load_contracts([folder])
    except ContractError as error:
        return [line.removeprefix(f"{folder}/") for line in error.message.splitlines()]
    return []


def changed(old: str, new: str) -> str:
    """The contract of visits with one passage replaced."""
    assert VISITS.count(old) == 1, old
    return VISITS.replace(old, new)


def test_the_contract_that_the_tests_break_is_valid(tmp_path: Path) -> None:
    assert faults(tmp_path, VISITS) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: visits\n", "", "1: id: is missing"),
        ("version: 1.0.0\n", "version:\n", "4: version: is missing"),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "1: apiVersion: 'v2.2.2' is not supported; say v3.1.0"),
        ("kind: DataContract", "kind: DataProduct", "2: kind: should be DataContract"),
        ("status: active", "state: active", "5: state: is not a field of the standard; did you mean status?"),
        ("status: active", "status: active\nid: again", "6: id: is given twice"),
        ("name: visits\n", "name: Visits\n", "10: Visits.name: a name starts with a letter a-z"),
        ("name: visits\n", "name: rejected_records\n", "10: rejected_records.name: is the name of lakectl's own table"),
        ("name: page", "name: _page", "25: visits._page.name: a name starts with a letter a-z"),
        ("name: page", "name: my page", "25: visits.my page.name: a name starts with a letter a-z"),
        ("name: page", "name: seenat", "25: visits.seenat.name: in a header it looks like seen_at"),
        ("- name: page\n        logicalType", "- logicalType", "25: visits.properties.name: is missing"),
        ("[url]", "[day]", "27: visits.page.customProperties: alias 'day' already means column day"),
        ("[url]", "['#']", "27: visits.page.customProperties: alias '#' has no letter or digit"),
        ("[url]", "['']", "29: visits.page.customProperties.value: has an empty entry"),
        ("[url]", "{url: 1}", "29: visits.page.customProperties.value: should be a list of single values"),
        ("property: aliases", "property: Aliases", "28: visits.page.customProperties.property: did you mean aliases?"),
        ("logicalType: string", "logicalType: text", "26: visits.page.logicalType: 'text' is no type"),
        ("logicalType: string", "logicalType: number", "25: visits.page.physicalType: 'number' is no type"),
        ("physicalType: int\n", "physicalType: smallint\n", "32: visits.visits_before.physicalType: 'smallint' is no"),
        ("physicalType: int\n", "physicalType: double\n", "31: visits.visits_before.logicalType: a double is number"),
        (
            "logicalType: date",
            "logicalType: [date]",
            "20: visits.day.logicalType: should be a single value, not a list",
        ),
        ("required: true", "required: 1", "18: visits.seen_at.required: should be true or false, not '1'"),
        (
            "required: true",
            "requird: true",
            "18: visits.seen_at.requird: is not a field of the standard; did you mean req",
        ),
        ("primaryKey: true", "primaryKey: false", "11: visits.properties: has no primaryKey"),
        (
            "primaryKey: true",
            "primaryKey: true\n        primaryKeyPosition: 2",
            "16: visits.visit_id.primaryKeyPosition",
        ),
        (
            "logicalType: string",
            "logicalType: string\n        partitioned: true",
            "27: visits.page.partitioned: day is",
        ),
        ("required: true", "required: false", "21: visits.day.partitioned: a partition column is never empty"),
        ("value: seen_at", "value: page", "22: visits.day.customProperties: derivedFrom: page is no timestamp"),
        (
            "value: seen_at",
            "value: nowhere",
            "22: visits.day.customProperties: derivedFrom: there is no column nowhere",
        ),
        (
            "logicalType: date",
            "logicalType: string",
            "22: visits.day.customProperties: derivedFrom: only a date can be",
        ),
        ("[seen_at]", "[seen]", "6: customProperties: latestBy: there is no column seen"),
        ("[seen_at]", "[seen_at, seen_at]", "6: customProperties: latestBy: names a column twice"),
        (
            "minimum: 0",
            "minimum: 0.5",
            "34: visits.visits_before.logicalTypeOptions.minimum: '0.5' is no valid integer",
        ),
        (
            "minimum: 0",
            "minimum: 3000000000",
            "34: visits.visits_before.logicalTypeOptions.minimum: '3000000000' is no",
        ),
        (
            "minimum: 0",
            "minimum: 9\n          maximum: 8",
            "34: visits.visits_before.logicalTypeOptions.minimum: is larger",
        ),
        ("minimum: 0", "multipleOf: 2", "34: visits.visits_before.logicalTypeOptions.multipleOf: is not enforced for"),
        ("schema:", "schema: 7\nservers:", "9: schema: should be a list of mappings"),
        ("    properties:", "    logicalType: object\nservers:", "10: visits.properties: has no properties"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_field(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = faults(tmp_path, changed(old, new))
    assert any(fault.startswith(f"visits.yaml:{expected}") for fault in found), found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "logicalTypeOptions:\n  pattern: '(?=a)b'",
            "27: visits.page.logicalTypeOptions.pattern: '(?=a)b' is not under",
        ),
        ("logicalTypeOptions:\n  pattern: '[a'", "27: visits.page.logicalTypeOptions.pattern: '[a' is not understood"),
        ("logicalTypeOptions:\n  pattern: '(a'", "27: visits.page.logicalTypeOptions.pattern: '(a' is no regular exp"),
        (
            "logicalTypeOptions:\n  minLength: 5\n  maxLength: 4",
            "27: visits.page.logicalTypeOptions.minLength: is larger",
        ),
        (
            "logicalTypeOptions:\n  minLength: -1",
            "27: visits.page.logicalTypeOptions.minLength: should be a whole number",
        ),
        (
            "logicalTypeOptions:\n  minimum: a",
            "27: visits.page.logicalTypeOptions.minimum: is not enforced for a string",
        ),
        (
            "quality:\n  - metric: invalidValues\n    mustBe: 0",
            "27: visits.page.quality.arguments: invalidValues needs",
        ),
        (
            "quality:\n  - metric: invalidValues\n    mustBeLessThan: 5\n    arguments: {validValues: [a]}",
            "27: visits.page.quality.mustBe: invalidValues is enforced row by row",
        ),
        (
            "quality:\n  - metric: invalidValues\n    mustBe: 0\n    arguments: {validvalues: [a]}",
            "29: visits.page.quality.arguments.validvalues: is not enforced",
        ),
        (
            "quality:\n  - metric: invalidValues\n    mustBe: 0\n    arguments: {validValues: ['']}",
            "26: visits.page.quality: validValues has '', which is no valid string",
        ),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(tmp_path: Path, lines: str, expected: str) -> None:
    indented = "".join(f"        {line}\n" for line in lines.splitlines())
    found = faults(tmp_path, changed("      - name: page\n", "      - name: page\n" + indented))
    assert any(fault.startswith(f"visits.yaml:{expected}") for fault in found), found


def test_all_mistakes_of_all_files_are_told_at_once_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(VISITS.replace("visits", "trips").replace("date\n", "day\n"), encoding="utf-8")
    found = faults(tmp_path, VISITS.replace("required: true", "required: maybe").replace("[url]", "[day]"))
    assert [fault.split(": ")[0] for fault in found] == [
        "a.yaml:20",
        *("visits.yaml:18", "visits.yaml:21", "visits.yaml:27"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "visits.yaml:1: holds no data contract"),
        ("- a", "visits.yaml:1: holds no data contract"),
        ("a: 1\nb: [", "visits.yaml:2: not valid YAML"),
        ("a: 1\n\tb: 2", "visits.yaml:2: not valid YAML"),
        ("a: \x01", "visits.yaml:1: not valid YAML"),
    ],
)
def test_a_file_that_is_no_contract(tmp_path: Path, text: str, expected: str) -> None:
    assert faults(tmp_path, text)[0].startswith(expected)


def test_one_file_holds_one_dataset(tmp_path: Path) -> None:
    assert faults(tmp_path, VISITS + "  - name: second\n") == [
        "visits.yaml:9: schema: schema is to hold one dataset, not 2"
    ]


def test_a_dataset_is_described_once_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(VISITS, encoding="utf-8")
    assert faults(tmp_path, VISITS) == [f"visits.yaml:10: visits.name: {tmp_path}/a.yml describes this dataset already"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="there is no such folder"):
        load_contracts([tmp_path / "nowhere"])
