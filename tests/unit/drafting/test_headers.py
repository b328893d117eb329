"""Headers are found without a contract, and become names that every engine takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakectl.drafting.headers import find_header
from lakectl.drafting.naming import column_names, snake
from lakehouse.contracts.dataset import is_name
from lakehouse.contracts.model import header as plain


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["id", "name"], ["1", "a"]], 1),
        ([["", ""], ["id", "name"], ["1", "a"]], 2),
        ([["Report of April"], ["id", "name", "price"], ["1", "a", "2"]], 2),
        (
            [
                ["Account", "12345"],
                ["Holder", "Jo"],
                [],
                ["day", "text", "amount", "x", "y"],
                ["1", "2", "3", "4", "5"],
            ],
            4,
        ),
        ([["id", "2024", "2025"], ["1", "5", "6"]], 1),
        ([["", "id", "name"], ["", "1", "a"]], 1),
        ([["sku"], ["a1"], ["a2"]], 1),
        ([["id", "name"]], None),
        ([["1", "2"], ["3", "4"]], None),
        ([], None),
        ([["id", "", "note", "note"], ["1", "2", "3", "4"]], 1),
    ],
)
def test_the_header(rows, row):
    found = find_header((number, list(cells)) for number, cells in enumerate(rows, 1))
    assert (found and found.row) == row


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Order ID", "order_id"),
        ("orderId", "order_id"),
        (" ORDER-ID ", "order_id"),
        ("Größe", "grosse"),
        ("Prix (€)", "prix"),
        ("2024", "column_2024"),
        ("_id", "id"),
        ("Дата", ""),
        ("😀", ""),
        ("a" * 200, "a" * 60),
    ],
)
def test_names(text, name):
    assert snake(text) == name


@given(st.lists(st.text(max_size=80).filter(plain), unique_by=plain, max_size=8))
def test_every_name_is_one_and_means_no_other_column(headers):
    names = column_names(list(enumerate(headers)))
    assert all(map(is_name, names))
    owners = [{plain(name), plain(text)} for name, text in zip(names, headers, strict=True)]
    assert sum(map(len, owners)) == len(set().union(*owners))
