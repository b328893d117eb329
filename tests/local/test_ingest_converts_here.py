"""Where the workflow runs elsewhere, `ingest` converts the files itself: the execution finds the work done."""

from __future__ import annotations

import dataclasses
import os

from tests.local.shop import ATLAS, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop

from lakectl import config, wiring
from lakectl.operations.ingest import ingest
from lakectl.operations.progress import Event
from lakectl.ports import Platform
from lakehouse import layout, raw


class Silence:
    """Progress that nobody sees."""

    def event(self, event: Event) -> None:
        """Forgets it."""


def elsewhere(shop: Shop) -> Platform:
    """The shop's own platform, treated as one whose workflow runs elsewhere."""
    return dataclasses.replace(wiring.open_platform(config.load(shop.project, os.environ, {})), converts_here=True)


def test_what_is_converted_here_is_loaded_like_anything_else(local_shop: Shop) -> None:
    platform = elsewhere(local_shop)
    files = [local_shop.csv("o.csv", ORDERS, ORDER_1, ORDER_2), local_shop.csv("p.csv", PRODUCTS, ATLAS)]
    done = ingest(platform, files, Silence())
    assert [(upload.file, upload.status) for upload in done.uploads] == [("o.csv", "converted"), ("p.csv", "converted")]
    assert {result.dataset: result.inserted for result in done.datasets} == {
        "products": 1,
        "orders": 2,
        "order_items": 0,
    }
    assert [entry.key for entry in platform.lake.storage.list(layout.INCOMING)] == []
    assert local_shop.ingest(*files).json["uploads"][0]["status"] == "skipped"


def test_what_somebody_else_loads_meanwhile_is_not_loaded_twice(local_shop: Shop) -> None:
    platform = elsewhere(local_shop)
    file = local_shop.csv("o.csv", ORDERS, ORDER_1, ORDER_2)
    platform.lake.lock.acquire("pipeline", "nobody")  # a dead owner: taken over
    ingest(platform, [file], Silence())
    other = local_shop.csv("again.csv", ORDERS, ORDER_1, ORDER_2)
    again = ingest(platform, [other], Silence())
    assert [upload.status for upload in again.uploads] == ["skipped"]
    assert local_shop.rows("select count(*) from orders") == [[2]]


def test_a_refused_file_is_told_once_and_leaves_no_csv(local_shop: Shop) -> None:
    platform = elsewhere(local_shop)
    done = ingest(platform, [local_shop.csv("x.csv", ("what", "ever"), "1,2")], Silence())
    assert [upload.status for upload in done.uploads] == ["refused"]
    assert raw.lying(platform.lake.storage, "orders") == []


def test_of_many_equal_files_one_is_converted(local_shop: Shop) -> None:
    files = [local_shop.csv(f"{number}/o.csv", ORDERS, ORDER_1, ORDER_2) for number in range(20)]
    done = ingest(elsewhere(local_shop), [*files, local_shop.csv("p.csv", PRODUCTS, ATLAS)], Silence())
    assert [upload.status for upload in done.uploads] == ["converted", *["skipped"] * 19, "converted"]
    assert {result.dataset: result.read for result in done.datasets} == {"products": 1, "orders": 2, "order_items": 0}
