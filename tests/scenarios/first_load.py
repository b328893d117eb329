"""The load with which most scenarios begin."""

from __future__ import annotations

from tests.local.shop import ATLAS, ITEM_1, ITEM_2, ITEMS, NOVEL, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop


def first_load(shop: Shop) -> None:
    answer = shop.ingest(
        shop.csv("order_items.csv", ITEMS, ITEM_1, ITEM_2),
        shop.csv("orders.csv", ORDERS, ORDER_1, ORDER_2),
        shop.csv("products.csv", PRODUCTS, ATLAS, NOVEL),
    )
    assert answer.code == 0, answer.talk
    for dataset in ("products", "orders", "order_items"):
        assert answer.counts(dataset) == {"inserted": 2}
