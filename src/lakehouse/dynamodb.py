"""Markers in a DynamoDB table: partition key `dataset`, sort key `id`, both strings, all else as attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from lakehouse.markers import Marker


class DynamoMarkers:
    """The markers of one lake in a table of their own. Credentials and region come from the AWS chain."""

    def __init__(self, table_name: str, resource: Any = None) -> None:
        import boto3

        self._table = (resource or boto3.resource("dynamodb")).Table(table_name)

    def put(self, markers: Iterable[Marker]) -> None:
        """Remembers; the same marker again is no error."""
        with self._table.batch_writer(overwrite_by_pkeys=["dataset", "id"]) as batch:
            for marker in markers:
                batch.put_item(Item=asdict(marker))

    def known(self, dataset: str) -> set[str]:
        """The ids of all markers of a dataset."""
        return {marker.id for marker in self.list(dataset)}

    def get(self, dataset: str, marker_id: str) -> Marker | None:
        """The marker, or None."""
        item = self._table.get_item(Key={"dataset": dataset, "id": marker_id}, ConsistentRead=True).get("Item")
        return Marker(**item) if item else None

    def list(self, dataset: str = "") -> Iterator[Marker]:
        """All markers, or those of one dataset, by dataset and id."""
        items = self._query(dataset) if dataset else sorted(self._pages(self._table.scan), key=_order)
        yield from (Marker(**item) for item in items)

    def delete(self, markers: Iterable[Marker]) -> None:
        """Forgets; what is not there is no error."""
        with self._table.batch_writer(overwrite_by_pkeys=["dataset", "id"]) as batch:
            for marker in markers:
                batch.delete_item(Key={"dataset": marker.dataset, "id": marker.id})

    def _query(self, dataset: str) -> Iterator[dict[str, Any]]:
        from boto3.dynamodb.conditions import Key

        return self._pages(self._table.query, KeyConditionExpression=Key("dataset").eq(dataset))

    @staticmethod
    def _pages(call: Any, **request: Any) -> Iterator[dict[str, Any]]:
        answer = call(ConsistentRead=True, **request)
        yield from answer["Items"]
        while start := answer.get("LastEvaluatedKey"):
            answer = call(ConsistentRead=True, ExclusiveStartKey=start, **request)
            yield from answer["Items"]


def _order(item: dict[str, Any]) -> tuple[str, str]:
    return item["dataset"], item["id"]
