"""Markers and locks in a DynamoDB table: partition key `dataset`, sort key `id`, both strings, as all attributes are.

A lock is an item of the dataset `_locks`, which no contract can describe, written under a condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from lakehouse.errors import ObjectMissing
from lakehouse.markers import Marker

LOCKS = "_locks"
_KEY = ("dataset", "id")


class DynamoMarkers:
    """The markers of one lake in a table, which may hold its locks too. `client` is boto3's, of DynamoDB."""

    def __init__(self, table: str, client: Any) -> None:
        self._table = table
        self._client = client

    def put(self, markers: Iterable[Marker]) -> None:
        """Remembers; the same marker again is no error."""
        with self._batch() as batch:
            for marker in markers:
                batch.put_item(Item=_item(asdict(marker)))

    def known(self, dataset: str) -> set[str]:
        """The ids of all markers of a dataset."""
        return {marker.id for marker in self.list(dataset)}

    def get(self, dataset: str, marker_id: str) -> Marker | None:
        """The marker, or None."""
        found = _get(self._client, self._table, dataset, marker_id)
        return Marker(**found) if found else None

    def list(self, dataset: str = "") -> Iterator[Marker]:
        """All markers, or those of one dataset, by dataset and id."""
        found = self._query(dataset) if dataset else sorted(self._all(), key=lambda marker: (marker.dataset, marker.id))
        yield from found

    def delete(self, markers: Iterable[Marker]) -> None:
        """Forgets; what is not there is no error."""
        with self._batch() as batch:
            for marker in markers:
                batch.delete_item(Key=_item({"dataset": marker.dataset, "id": marker.id}))

    def _batch(self) -> Any:
        from boto3.dynamodb.table import BatchWriter

        return BatchWriter(self._table, self._client, overwrite_by_pkeys=_KEY)

    def _all(self) -> Iterator[Marker]:
        return self._pages("scan", LOCKS, FilterExpression="#dataset <> :dataset")

    def _query(self, dataset: str) -> Iterator[Marker]:
        return self._pages("query", dataset, KeyConditionExpression="#dataset = :dataset")

    def _pages(self, call: str, dataset: str, **condition: str) -> Iterator[Marker]:
        pages = self._client.get_paginator(call).paginate(
            TableName=self._table,
            ConsistentRead=True,
            ExpressionAttributeNames={"#dataset": "dataset"},
            ExpressionAttributeValues=_item({":dataset": dataset}),
            **condition,
        )
        return (Marker(**_fields(item)) for page in pages for item in page["Items"])


class DynamoLocks:
    """Where `lakehouse.lock` keeps its locks: whole texts under keys, as in a storage."""

    def __init__(self, table: str, client: Any) -> None:
        self._table = table
        self._client = client

    def create(self, key: str, data: bytes) -> bool:
        """Puts the item where there is none; False where there is one."""
        return self._put_if("attribute_not_exists(id)", key, data)

    def replace(self, key: str, data: bytes, expected: bytes) -> bool:
        """Puts the item if its owner still is the expected one; else False."""
        names, values = {"#owner": "owner"}, _item({":expected": expected.decode()})
        return self._put_if(
            "#owner = :expected", key, data, ExpressionAttributeNames=names, ExpressionAttributeValues=values
        )

    def exists(self, key: str) -> bool:
        """Whether the item is there."""
        return bool(_get(self._client, self._table, LOCKS, key))

    def read(self, key: str) -> bytes:
        """The owner. Raises ObjectMissing."""
        found = _get(self._client, self._table, LOCKS, key)
        if not found:
            raise ObjectMissing(f"{self._table}/{key} is not there")
        return found["owner"].encode()

    def delete(self, key: str) -> None:
        """Removes the item; one that is not there is no error."""
        self._client.delete_item(TableName=self._table, Key=_item({"dataset": LOCKS, "id": key}))

    def _put_if(self, condition: str, key: str, data: bytes, **more: Any) -> bool:
        item = _item({"dataset": LOCKS, "id": key, "owner": data.decode()})
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression=condition, **more)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _get(client: Any, table: str, dataset: str, identity: str) -> dict[str, str]:
    key = _item({"dataset": dataset, "id": identity})
    return _fields(client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))


def _item(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"S": value} for name, value in fields.items()}


def _fields(item: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {name: value["S"] for name, value in item.items()}
