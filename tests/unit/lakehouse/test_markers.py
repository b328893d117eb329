"""All backends of the markers keep the same promises. S3 and DynamoDB are moto's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from tests.unit.lakehouse.aws import bucket, table

from lakehouse.dynamodb import DynamoMarkers
from lakehouse.markers import Marker, Markers, ObjectMarkers, sheet_id
from lakehouse.storage import DirectoryStorage, open_storage

ONE = Marker("orders", "1" * 32, "lakehouse/raw/orders/a.csv", "t-1/a.xlsx", "S", "ab", "processed", "why", "e1", "now")


@pytest.fixture(params=["directory", "s3", "dynamodb"])
def markers(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Markers]:
    if request.param == "directory":
        yield ObjectMarkers(DirectoryStorage(tmp_path))
    elif request.param == "s3":
        with bucket(monkeypatch) as name:
            yield ObjectMarkers(open_storage(f"s3://{name}"))
    else:
        with table(monkeypatch) as name:
            yield DynamoMarkers(name, boto3.client("dynamodb"))


def test_what_was_put_is_known_listed_and_forgotten(markers: Markers) -> None:
    two = replace(ONE, id="2" * 32)
    other = replace(ONE, dataset="products", id="3" * 32)
    markers.put([ONE, two, other])
    markers.put([ONE])
    assert markers.known("orders") == {ONE.id, two.id}
    assert markers.get("orders", ONE.id) == ONE
    assert list(markers.list("orders")) == [ONE, two]
    assert list(markers.list()) == [ONE, two, other]
    markers.delete([ONE, ONE])
    assert markers.get("orders", ONE.id) is None
    assert list(markers.list()) == [two, other]


def test_a_dataset_is_not_taken_for_another_that_begins_alike(markers: Markers) -> None:
    markers.put([ONE, replace(ONE, dataset="orders_old")])
    assert [marker.dataset for marker in markers.list("orders")] == ["orders"]


def test_more_markers_than_a_page(markers: Markers) -> None:
    markers.put(replace(ONE, id=f"{number:032}", reason="x" * 400) for number in range(1100))
    assert len(markers.known("orders")) == 1100


def test_identity_is_content_and_sheet() -> None:
    assert len({sheet_id("a", "x"), sheet_id("a", "X"), sheet_id("b", "x"), sheet_id("a", "")}) == 4


def test_a_marker_that_a_power_cut_has_emptied_is_none(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    markers = ObjectMarkers(storage)
    markers.put([ONE, replace(ONE, id="2" * 32)])
    storage.write(f"lakehouse/markers/orders/{ONE.id}.json", b"")
    assert markers.known("orders") == {"2" * 32}
    assert markers.get("orders", ONE.id) is None
    assert [marker.id for marker in markers.list()] == ["2" * 32]
