"""Folders of contracts: which one wins, the order of loading, foreign keys across files, and what they mean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lakehouse.contracts.load import PACKAGED, fingerprint, levels, load_contracts
from lakehouse.contracts.model import Column, Contract, ForeignKey, Type
from lakehouse.errors import ContractError

FRAME = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n"


def write(folder: Path, dataset: str, *columns: str, relationships: str = "") -> None:
    """A contract with columns given as `name logicalType physicalType [more YAML]`; line 7 is the dataset's."""
    text = f"{FRAME}  - name: {dataset}\n" + (f"    relationships: [{relationships}]\n" if relationships else "")
    text += "    properties:\n"
    for column in columns:
        name, logical, physical, *more = column.split(maxsplit=3)
        extra = "".join(f", {part}" for part in more)
        text += f"      - {{name: {name}, logicalType: {logical}, physicalType: '{physical}'{extra}}}\n"
    folder.mkdir(exist_ok=True)
    (folder / f"{dataset}.yaml").write_text(text, encoding="utf-8")


def refusal(*folders: Path) -> list[str]:
    with pytest.raises(ContractError) as caught:
        load_contracts(folders)
    assert caught.value.hint
    return [line.rpartition("/")[2] for line in caught.value.message.splitlines()]


def key_to(target: str) -> str:
    return f"relationships: [{{to: {target}}}]"


def test_a_fourth_dataset_with_a_composite_key_and_no_timestamp(tmp_path: Path) -> None:
    write(
        tmp_path / "mine",
        "stock",
        "warehouse string string primaryKey: true, primaryKeyPosition: 2",
        "article integer bigint primaryKey: true, primaryKeyPosition: 1, " + key_to("products.product_id"),
        "level number double",
        "price number DECIMAL(38,0)",
        "active boolean boolean",
    )
    contracts = load_contracts([PACKAGED, tmp_path / "mine"])
    assert list(contracts) == ["order_items", "orders", "products", "stock"]
    assert contracts["stock"] == Contract(
        dataset="stock",
        version="1.0.0",
        columns=(
            Column("warehouse", Type("string")),
            Column("article", Type("integer", bits=64)),
            Column("level", Type("double")),
            Column("price", Type("decimal", precision=38)),
            Column("active", Type("boolean")),
        ),
        primary_key=("article", "warehouse"),
        foreign_keys=(ForeignKey(("article",), "products", ("product_id",)),),
    )
    assert levels(contracts) == [["orders", "products"], ["order_items", "stock"]]


def test_a_later_folder_replaces_a_dataset_whatever_its_file_is_called(tmp_path: Path) -> None:
    write(tmp_path / "mine", "products", "product_id integer bigint primaryKey: true")
    (tmp_path / "mine" / "products.yaml").rename(tmp_path / "mine" / "assortment.yml")
    contracts = load_contracts([PACKAGED, tmp_path / "mine"])
    assert [column.name for column in contracts["products"].columns] == ["product_id"]
    assert set(contracts) == {"orders", "order_items", "products"}


def test_references_are_judged_by_the_contract_that_won(tmp_path: Path) -> None:
    write(tmp_path / "mine", "products", "product_id integer int primaryKey: true")
    assert refusal(PACKAGED, tmp_path / "mine") == [
        "order_items.yaml:63: order_items.product_id.relationships.to: "
        "product_id is bigint, but products.product_id is int"
    ]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("nothing.a", "there is no dataset nothing; there are child, parent"),
        ("parent.b", "parent has no column b"),
        ("parent", "should be DATASET.COLUMN, or a list of columns of one dataset"),
        ("[parent.a, parent.a]", "1 columns cannot refer to 2"),
        ("[parent.a, child.a]", "should be DATASET.COLUMN, or a list of columns of one dataset"),
        ("child.a", "foreign keys go in a circle: child -> child"),
    ],
)
def test_a_foreign_key_to_nothing(tmp_path: Path, target: str, expected: str) -> None:
    write(tmp_path, "parent", "a integer int primaryKey: true")
    write(tmp_path, "child", "a integer int primaryKey: true", f"b integer int {key_to(target)}")
    assert refusal(tmp_path) == [f"child.yaml:10: child.b.relationships.to: {expected}"]


def test_a_derived_column_refers_to_nothing(tmp_path: Path) -> None:
    derived = "customProperties: [{property: derivedFrom, value: t}]"
    write(tmp_path, "parent", "day date date primaryKey: true")
    columns = ("t timestamp timestamp primaryKey: true", f"day date date {derived}, {key_to('parent.day')}")
    write(tmp_path, "child", *columns)
    assert refusal(tmp_path) == [
        "child.yaml:10: child.day.relationships.from: day is derived, and cannot refer to another dataset"
    ]


def test_foreign_keys_in_a_circle_are_named_where_they_are(tmp_path: Path) -> None:
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        write(tmp_path, name, "id integer int primaryKey: true", f"other integer int {key_to(f'{parent}.id')}")
    (found,) = refusal(tmp_path)
    assert found.endswith(
        ("circle: a -> b -> c -> a", "circle: b -> c -> a -> b", "circle: c -> a -> b -> c"),
    )


def test_a_composite_foreign_key(tmp_path: Path) -> None:
    columns = ("a integer int primaryKey: true", "b string string primaryKey: true")
    write(tmp_path, "parent", *columns)
    write(tmp_path, "child", *columns, relationships="{from: [child.a, child.b], to: [parent.a, parent.b]}")
    assert load_contracts([tmp_path])["child"].foreign_keys == (ForeignKey(("a", "b"), "parent", ("a", "b")),)
    write(tmp_path, "child", *columns, relationships="{from: [child.a, child.c], to: [parent.a, parent.b]}")
    assert refusal(tmp_path) == ["child.yaml:8: child.relationships.from: there is no column c"]
    write(tmp_path, "child", *columns, relationships="{from: [a, b], to: [parent.a, parent.b]}")
    assert refusal(tmp_path) == ["child.yaml:8: child.relationships.from: should be child.COLUMN, or a list of them"]


def test_order_timestamp_decides_by_default(tmp_path: Path) -> None:
    write(tmp_path, "a", "id integer int primaryKey: true", "order_timestamp timestamp timestamp")
    write(tmp_path, "b", "id integer int primaryKey: true", "seen timestamp timestamp")
    contracts = load_contracts([tmp_path])
    assert (contracts["a"].latest_by, contracts["b"].latest_by) == (("order_timestamp",), ())


def test_value_rules_are_kept_as_written(tmp_path: Path) -> None:
    rules = "logicalTypeOptions: {minimum: -12345678901234567.80, maximum: 1.10}"
    text = "logicalTypeOptions: {minLength: 1, maxLength: 9, pattern: '[a-z]+'}"
    listed = "quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [2025-01-01]}}, {type: text}]"
    write(
        tmp_path,
        "a",
        f"id string string primaryKey: true, {text}",
        f"n number decimal(38,2) {rules}",
        f"d date date {listed}",
    )
    name, amount, day = load_contracts([tmp_path])["a"].columns
    assert (name.min_length, name.max_length, name.pattern) == (1, 9, "[a-z]+")
    assert (amount.minimum, amount.maximum) == ("-12345678901234567.80", "1.10")
    assert day.allowed == ("2025-01-01",)


def test_the_fingerprint_is_of_the_meaning(tmp_path: Path) -> None:
    before = fingerprint(load_contracts([PACKAGED]))
    for path in PACKAGED.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    orders = tmp_path / "orders.yaml"
    described = orders.read_text(encoding="utf-8").replace("Identifies the order.", "Which order this is.  # ")
    orders.write_text(f"# A comment\n{described}", encoding="utf-8")
    assert fingerprint(load_contracts([tmp_path])) == before
    orders.write_text(described.replace("decimal(12,2)", "decimal(14,2)"), encoding="utf-8")
    assert fingerprint(load_contracts([tmp_path])) != before
