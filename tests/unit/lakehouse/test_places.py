"""The order of delivery is given once and stays, whatever breaks, and whatever the clock does."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.lakehouse.conftest import NOW, ORDERS, PRODUCTS

from lakehouse import inbox, places
from lakehouse.lake import Lake
from lakehouse.storage import Entry

CALL = "20260401T120000Z-abcdef"


def entry(key: str, size: int = 1, seconds: int = 0) -> Entry:
    return Entry(key, size, NOW + dt.timedelta(seconds=seconds))


def test_times_are_given_in_order_though_the_clock_goes_back(lake: Lake) -> None:
    given = [places.take(lake.storage, NOW - dt.timedelta(hours=hours)) for hours in range(3)]
    assert given == ["20260401T120000000Z", "20260401T120000001Z", "20260401T120000002Z"]
    assert places.take(lake.storage, NOW + dt.timedelta(hours=1)) == "20260401T130000000Z"


def test_no_two_callers_are_given_the_same_time(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: places.take(lake.storage, NOW), range(40)))
    assert len(set(given)) == 40


def test_a_file_keeps_its_place_as_long_as_it_is_the_same(lake: Lake) -> None:
    first = places.assign(lake.storage, [entry("a"), entry("b")], NOW)
    assert first == {"a": "20260401T120000000Z-0001", "b": "20260401T120000000Z-0002"}
    later = places.assign(lake.storage, [entry("b"), entry("c")], NOW)
    assert later == {"b": first["b"], "c": "20260401T120000001Z-0001"}
    replaced = places.assign(lake.storage, [entry("b", size=2), entry("c")], NOW)
    assert replaced == {"b": "20260401T120000002Z-0001", "c": later["c"]}


def test_a_look_gives_the_same_places_and_writes_nothing(lake: Lake) -> None:
    looked = places.peek(lake.storage, [entry("a")], NOW)
    assert not list(lake.storage.list("lakehouse/places"))
    assert places.assign(lake.storage, [entry("a")], NOW) == looked


@pytest.mark.parametrize("torn", [b"", b'{"last": "2026'])
def test_a_record_that_a_power_cut_has_torn_is_written_anew(lake: Lake, torn: bytes) -> None:
    lake.storage.write("lakehouse/places.json", torn)
    assert places.take(lake.storage, NOW) == "20260401T120000000Z"
    assert places.take(lake.storage, NOW) == "20260401T120000001Z"


def test_what_a_broken_run_had_found_keeps_its_place_in_the_next(lake: Lake) -> None:
    for name in ("uploads/b.csv", "uploads/a.csv"):
        lake.storage.write(name, ORDERS)
    inbox.find_uploads(lake, "e1", 1, NOW)
    found = [upload.source_file for upload in inbox.considered(lake, "e1")]
    lake.storage.write("uploads/c.csv", PRODUCTS)
    inbox.find_uploads(lake, "e2", 1, NOW - dt.timedelta(days=1))
    again = [upload.source_file for upload in inbox.considered(lake, "e2")]
    assert again == [*found, "20260401T120000001Z-0001/c.csv"]


def test_what_waits_when_an_ingest_begins_was_delivered_before(lake: Lake) -> None:
    lake.storage.write("uploads/before.csv", ORDERS)
    inbox.announce(lake, CALL, ["x.csv", "y.csv"], {}, NOW)
    lake.storage.write("uploads/after.csv", PRODUCTS)
    for number, name in ((2, "y.csv"), (1, "x.csv")):
        lake.storage.write(inbox.staged(CALL, number, name), ORDERS)
    inbox.complete(lake, CALL)
    inbox.find_uploads(lake, "e1", 1, NOW)
    assert [upload.name for upload in inbox.considered(lake, "e1")] == ["before.csv", "x.csv", "y.csv", "after.csv"]
    assert [upload.source_file for upload in inbox.brought(lake, CALL)] == [
        "20260401T120000001Z-00001-abcdef/x.csv",
        "20260401T120000001Z-00002-abcdef/y.csv",
    ]


def test_a_delivery_that_broke_off_is_none_and_is_removed_after_a_day(lake: Lake) -> None:
    inbox.announce(lake, CALL, ["x.csv", "y.csv"], {}, NOW)
    lake.storage.write(inbox.staged(CALL, 2, "y.csv"), ORDERS)
    now = dt.datetime.now(dt.UTC)
    assert inbox.find_uploads(lake, "e1", 1, now) == []
    assert list(lake.storage.list("lakehouse/incoming/"))
    assert inbox.find_uploads(lake, "e2", 1, now + dt.timedelta(days=2)) == []
    assert not list(lake.storage.list("lakehouse/incoming/"))
