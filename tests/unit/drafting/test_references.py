"""A column refers to a dataset by its name and by all of its values."""

from __future__ import annotations

from lakectl.drafting.references import Child, Parent, find_references
from lakehouse.contracts.model import Type

LONG, TEXT = Type("integer", 64), Type("string")


def parent(dataset, key, values, *aliases, of=LONG):
    known = None if values is None else frozenset(values.split())
    return Parent(dataset, key, of, (key, *aliases), lambda: known)


def child(dataset, column, values, of=LONG, key=False):
    return Child(dataset, column, (column,), of, frozenset(values.split()), key)


def references(children, parents, known=None):
    found = find_references(children, parents, known or {})
    return [(each.child.column, f"{each.parent.dataset}.{each.parent.key}", each.proven) for each in found]


PRODUCTS = parent("products", "product_id", "1 2 3", "sku")


def test_by_name_and_values():
    assert references([child("items", "product_id", "1 3")], [PRODUCTS]) == [
        ("product_id", "products.product_id", True)
    ]
    assert references([child("items", "SKU", "1 3")], [PRODUCTS]) == [("SKU", "products.product_id", True)]


def test_neither_is_enough_alone():
    assert references([child("items", "product_id", "1 4")], [PRODUCTS]) == []
    assert references([child("items", "quantity", "1 2")], [PRODUCTS]) == []
    assert references([child("items", "product_id", "1 2", of=TEXT)], [PRODUCTS]) == []
    assert references([child("items", "product_id", "")], [PRODUCTS]) == []


def test_a_key_called_id_goes_by_its_dataset():
    users = parent("users", "id", "1 2")
    assert references([child("orders", "user_id", "1")], [users]) == [("user_id", "users.id", True)]
    assert references([child("orders", "id", "1")], [users]) == []


def test_what_nobody_knows_is_suggested():
    unknown = parent("products", "product_id", None)
    assert references([child("items", "product_id", "1 4")], [unknown]) == [
        ("product_id", "products.product_id", False)
    ]
    assert references([child("stock", "product_id", "1 4", key=True)], [unknown]) == []


def test_of_two_tables_with_one_key_the_smaller_refers():
    details = parent("details", "product_id", "1 2")
    children = [child("products", "product_id", "1 2 3", key=True), child("details", "product_id", "1 2", key=True)]
    assert references(children, [PRODUCTS, details]) == [("product_id", "products.product_id", True)]
    same = [child("a", "id_no", "1 2", key=True), child("b", "id_no", "1 2", key=True)]
    assert references(same, [parent("a", "id_no", "1 2"), parent("b", "id_no", "1 2")]) == []


def test_no_circles():
    a, b = parent("a", "a_id", "1 2"), parent("b", "b_id", "1 2")
    both = [child("a", "b_id", "1"), child("b", "a_id", "2")]
    assert references(both, [a, b]) == [("b_id", "b.b_id", True)]
    assert references([child("a", "b_id", "1")], [a, b], {"b": {"a"}}) == []
