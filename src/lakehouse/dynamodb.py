"""Markers and locks in a DynamoDB table: partition key `dataset`, sort key `id`, both strings, all else as attributes.

A lock is an item of the dataset `_locks`, which no contract can describe, written under a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from lakehouse.errors import ObjectMissing
from lakehouse.markers import Marker

LOCKS = "_locks"


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
        items = self._query(dataset) if dataset else sorted(self._all(), key=_order)
        yield from (Marker(**item) for item in items)

    def delete(self, markers: Iterable[Marker]) -> None:
        """Forgets; what is not there is no error."""
        with self._table.batch_writer(overwrite_by_pkeys=["dataset", "id"]) as batch:
            for marker in markers:
                batch.delete_item(Key={"dataset": marker.dataset, "id": marker.id})

    def _all(self) -> Iterator[dict[str, Any]]:
        return (item for item in self._pages(self._table.scan) if item["dataset"] != LOCKS)

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


class DynamoLocks:
    """Where `lakehouse.lock` keeps its locks: whole texts under keys, as in a storage."""

    def __init__(self, table_name: str, resource: Any = None) -> None:
        import boto3

        self._table = (resource or boto3.resource("dynamodb")).Table(table_name)

    def create(self, key: str, data: bytes) -> bool:
        """Puts the item where there is none; False where there is one."""
        return self._put_if("attribute_not_exists(#id)", key, data, {})

    def replace(self, key: str, data: bytes, expected: bytes) -> bool:
        """Puts the item if its owner still is the expected one; else False."""
        return self._put_if("#owner = :expected", key, data, {":expected": expected.decode()})

    def exists(self, key: str) -> bool:
        """Whether the item is there."""
        return self._item(key) is not None

    def read(self, key: str) -> bytes:
        """The owner. Raises ObjectMissing."""
        item = self._item(key)
        if item is None:
            raise ObjectMissing(f"{self._table.name}/{key} is not there")
        return str(item["owner"]).encode()

    def delete(self, key: str) -> None:
        """Removes the item; one that is not there is no error."""
        self._table.delete_item(Key={"dataset": LOCKS, "id": key})

    def _item(self, key: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self._table.get_item(Key={"dataset": LOCKS, "id": key}, ConsistentRead=True)
        return found.get("Item")

    def _put_if(self, condition: str, key: str, data: bytes, values: dict[str, str]) -> bool:
        names = {"#owner": "owner"} if values else {"#id": "id"}
        request = {"ExpressionAttributeValues": values} if values else {}
        item = {"dataset": LOCKS, "id": key, "owner": data.decode()}
        try:
            self._table.put_item(Item=item, ConditionExpression=condition, ExpressionAttributeNames=names, **request)
        except self._table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True
