"""An Athena in memory: holds every request to the service's own model, and answers what a test tells it to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

_MODEL = botocore.session.get_session().get_service_model("athena")

Column = tuple[str, str]  # name, type: `decimal(12,2)`


@dataclass
class Answer:
    """What a query comes to. `rows` are Athena's texts; `reason` is that of a query that did not succeed."""

    columns: Sequence[Column] = (("a", "integer"),)
    rows: Sequence[Sequence[str | None]] = ()
    state: str = "SUCCEEDED"
    reason: str = ""
    read: int = 0


@dataclass
class FakeAthena:
    """The answers are given to the queries in order. `error` (code, message) refuses the call `refused`, or ends it."""

    answers: list[Answer]
    refused: str = ""
    error: tuple[str, str] | Exception = ("", "")
    interrupt: bool = False  # Ctrl-C while somebody waits for the first query
    tables: dict[str, list[str]] = field(default_factory=dict)
    started: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)

    def start_query_execution(self, **request: Any) -> dict[str, Any]:
        self._check("StartQueryExecution", request)
        self.started.append(request)
        return {"QueryExecutionId": str(len(self.started) - 1)}

    def get_query_execution(self, **request: Any) -> dict[str, Any]:
        self._check("GetQueryExecution", request)
        name = request["QueryExecutionId"]
        if self.interrupt and not self.stopped:
            raise KeyboardInterrupt
        answer = self.answers[int(name)]
        state = "CANCELLED" if name in self.stopped else answer.state
        return {
            "QueryExecution": {
                "QueryExecutionId": name,
                "Query": self.started[int(name)]["QueryString"],
                "WorkGroup": self.started[int(name)]["WorkGroup"],
                "QueryExecutionContext": self.started[int(name)]["QueryExecutionContext"],
                "StatementType": "DML",
                "SubstatementType": "SELECT",
                "Status": {"State": state, "StateChangeReason": answer.reason},
                "Statistics": {"DataScannedInBytes": answer.read},
                "ResultConfiguration": {"OutputLocation": "s3://bucket/results/0.csv"},
            }
        }

    def get_query_results(self, **request: Any) -> dict[str, Any]:
        self._check("GetQueryResults", request)
        self.pages.append(request)
        answer = self.answers[int(request["QueryExecutionId"])]
        table = [[name for name, _ in answer.columns], *answer.rows]  # the first row has the names
        start = int(request.get("NextToken", 0))
        end = start + request["MaxResults"]
        rows = [{"Data": [{} if text is None else {"VarCharValue": text} for text in row]} for row in table[start:end]]
        described = {"ColumnInfo": [_described(*column) for column in answer.columns]}
        more = {"NextToken": str(end)} if end < len(table) else {}
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": described}, "UpdateCount": 0, **more}

    def stop_query_execution(self, **request: Any) -> dict[str, Any]:
        self._check("StopQueryExecution", request)
        self.stopped.append(request["QueryExecutionId"])
        return {}

    def get_paginator(self, _operation: str) -> FakeAthena:
        """As Glue's client."""
        return self

    def paginate(self, **_request: Any) -> list[dict[str, Any]]:
        """As Glue's `get_tables`: a page for each table."""
        return [
            {"TableList": [{"Name": name, "StorageDescriptor": {"Columns": [{"Name": column} for column in columns]}}]}
            for name, columns in self.tables.items()
        ]

    def _check(self, operation: str, request: dict[str, Any]) -> None:
        validate_parameters(request, _MODEL.operation_model(operation).input_shape)
        if self.refused == operation:
            if isinstance(self.error, Exception):
                raise self.error
            code, message = self.error
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation)


def _described(name: str, type: str) -> dict[str, Any]:
    base, _, numbers = type.partition("(")
    if base != "decimal":
        return {"Name": name, "Type": type, "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN"}
    precision, scale = map(int, numbers.rstrip(")").split(","))
    return {"Name": name, "Type": base, "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN"}


@dataclass(frozen=True)
class FakeSession:
    """As much of `lakectl.platforms.aws.session.Session` as queries use."""

    athena: FakeAthena

    @property
    def boto(self) -> FakeSession:
        return self

    def client(self, _service: str, **_: Any) -> FakeAthena:
        return self.athena
