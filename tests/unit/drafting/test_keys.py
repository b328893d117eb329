"""Keys, the latest row, the partition."""

from __future__ import annotations

import pytest
from tests.unit.drafting.shops import values_of

from lakectl.drafting.keys import Candidate, find_key, find_latest_by, find_partition


def columns(**texts):
    """Candidates by name: kind and values, as `integer: 1 2 3`; _ is an empty cell."""
    found = []
    for position, (name, text) in enumerate(texts.items()):
        kind, values = text.split(": ")
        cells = ["" if value == "_" else value for value in values.split(" ")]
        found.append(Candidate(name, kind, values_of(*cells, position=position), "" not in cells))
    return found


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ({"name": "string: a b c", "user_id": "integer: 4 4 5", "order_id": "integer: 1 2 3"}, ("order_id",)),
        ({"label": "string: a b c", "level": "integer: 7 8 9"}, ("level",)),
        ({"label": "string: a b c", "title": "string: x y z"}, ("label",)),
        ({"id": "integer: 1 2 _", "label": "string: a b c"}, ("label",)),
        ({"warehouse": "string: a a b", "article": "integer: 1 2 1"}, ("article", "warehouse")),
        ({"a": "string: x x x x", "b": "integer: 1 1 2 2", "price": "decimal: 1.5 2.5 3.5 4.5"}, ("price",)),
        ({"a": "integer: 1 1 2 2", "b": "integer: 1 2 1 2", "at": "timestamp: 1 2 3 4"}, ("a", "b")),
        (
            {"a": "integer: 1 1 1 1 2", "b": "integer: 1 1 2 2 1", "c": "integer: 1 2 1 2 1"},
            ("a", "b", "c"),
        ),
    ],
)
def test_keys(texts, key):
    candidates = columns(**texts)
    found = find_key(candidates, candidates[0].values.rows)
    assert (found.columns, found.repeated) == (key, 0)


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ("order_num user_id order_id", "order_id"),
        ("user_id order_num id", "id"),
        ("order_num label user_id", "user_id"),
        ("label order_num", "order_num"),
    ],
)
def test_what_a_key_is_called(names, key):
    found = find_key(columns(**dict.fromkeys(names.split(), "integer: 1 2 3")), 3, dataset="orders")
    assert found.columns == (key,)


def test_other_keys_are_told():
    found = find_key(columns(sku="string: a b", label="string: x y"), 2)
    assert (found.columns, found.others) == (("sku",), (("label",),))


def test_a_row_that_stands_twice_counts_once():
    found = find_key(columns(id="integer: 1 2 2", label="string: a b b"), 3)
    assert (found.columns, found.repeated) == (("id",), 1)


def test_where_nothing_is_unique_what_is_called_a_key_is_one():
    found = find_key(columns(id="integer: 1 2 3 3", price="double: 1 2 3 4"), 4)
    assert (found.columns, found.repeated) == (("id",), 1)


def test_many_columns_are_no_endless_search():
    rows = 50
    texts = {f"c{n}": "integer: " + " ".join(str(row % 2) for row in range(rows)) for n in range(60)}
    assert find_key(columns(**texts), rows).columns


@pytest.mark.parametrize(
    ("names", "latest"),
    [
        (("created_at", "updated_at"), "updated_at"),
        (("order_timestamp", "shipped_at"), "order_timestamp"),
        (("order_timestamp", "last_modified"), "last_modified"),
        (("created_at",), ""),
    ],
)
def test_the_latest_row(names, latest):
    assert find_latest_by(columns(**dict.fromkeys(names, "timestamp: 1 2"))) == latest


def test_the_partition():
    days = "date: " + " ".join(["2025-04-01"] * 10 + ["2025-04-02"] * 10)
    assert find_partition(columns(day=days), {}) == "day"
    assert find_partition(columns(birth_date=days), {}) == ""
    assert find_partition(columns(day="date: 2025-04-01 2025-04-02"), {}) == ""
    assert find_partition(columns(day=f"{days} _"), {}) == ""
    short = columns(day="date: 2025-04-01 2025-04-02", at="timestamp: 1 2")
    assert find_partition(short, {"day": "at"}) == "day"
    assert find_partition(columns(day="date: 2025-04-01 _", at="timestamp: 1 _"), {"day": "at"}) == ""
