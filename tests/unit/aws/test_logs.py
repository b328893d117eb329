"""Whose lines are read from CloudWatch, and what is made of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lakectl.platforms.aws.logs import AwsLogs
from lakectl.platforms.aws.names import Names
from lakectl.settings import AwsTarget

NAMES = Names(AwsTarget(bucket="lake", region="eu-west-1", prefix="shop"), "123456789012")
BEGUN = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
BEGUN_MS = 1775044800000
KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-west-1"}


class Stubbed:
    """The two services, telling what a test has them tell."""

    def __init__(self) -> None:
        self._states, self._logs = boto3.client("stepfunctions", **KEYS), boto3.client("logs", **KEYS)
        self.states, self.logs = Stubber(self._states), Stubber(self._logs)
        self.book = AwsLogs(self._states, self._logs, NAMES, "e1")

    def history(self, *events: dict[str, Any]) -> None:
        self.states.add_response("get_execution_history", {"events": list(events)})

    def lines(self, asked: dict[str, Any], *lines: tuple[float, str]) -> None:
        """What CloudWatch answers: lines as (seconds after the beginning, text)."""
        events = [
            {"eventId": f"{seconds}{text}", "timestamp": BEGUN_MS + int(seconds * 1000), "message": text}
            for seconds, text in lines
        ]
        self.logs.add_response("filter_log_events", {"events": events}, asked)


@pytest.fixture
def aws() -> Iterator[Stubbed]:
    stubbed = Stubbed()
    with stubbed.states, stubbed.logs:
        yield stubbed
        stubbed.states.assert_no_pending_responses()
        stubbed.logs.assert_no_pending_responses()


def event(number: int, kind: str, seconds: float, **details: Any) -> dict[str, Any]:
    at = BEGUN + dt.timedelta(seconds=seconds)
    return {"id": number, "previousEventId": number - 1, "timestamp": at, "type": kind, **details}


def scheduled(number: int, service: str, seconds: float, **parameters: str) -> dict[str, Any]:
    about = {"resourceType": service, "resource": "x", "region": "eu-west-1", "parameters": json.dumps(parameters)}
    return event(number, "TaskScheduled", seconds, taskScheduledEventDetails=about)


def succeeded(number: int, seconds: float) -> dict[str, Any]:
    about = {"resourceType": "x", "resource": "x", "output": "{}"}
    return event(number, "TaskSucceeded", seconds, taskSucceededEventDetails=about)


def submitted(number: int, seconds: float, run: str) -> dict[str, Any]:
    about = {"resourceType": "glue", "resource": "startJobRun.sync", "output": json.dumps({"JobRunId": run})}
    return event(number, "TaskSubmitted", seconds, taskSubmittedEventDetails=about)


PLAN = "arn:aws:lambda:eu-west-1:123456789012:function:shop-plan_run"
PLANNED = (scheduled(1, "lambda", 0, FunctionName=PLAN), succeeded(2, 3))


def told(aws: Stubbed) -> list[tuple[str, str, str]]:
    return [(line.source, line.level, line.message) for line in aws.book.new()[1]]


def test_a_functions_lines_are_those_of_the_time_in_which_it_was_called(aws: Stubbed) -> None:
    aws.history(*PLANNED)
    window = {"startTime": BEGUN_MS - 1000, "endTime": BEGUN_MS + 4000}
    lines = ((0.1, "START RequestId: 1 Version: $LATEST"), (0.2, "[ERROR] ValueError: bad\rTraceback"), (0.3, "fine"))
    aws.lines({"logGroupName": "/aws/lambda/shop-plan_run", **window}, *lines, (0.4, "REPORT RequestId: 1"))
    assert told(aws) == [
        ("lambda plan_run", "error", "[ERROR] ValueError: bad\nTraceback"),
        ("lambda plan_run", "info", "fine"),
    ]


def test_lines_between_two_calls_are_of_another_execution(aws: Stubbed) -> None:
    aws.history(*PLANNED, scheduled(3, "lambda", 60, FunctionName=PLAN), succeeded(4, 61))
    asked = {"logGroupName": "/aws/lambda/shop-plan_run", "startTime": BEGUN_MS - 1000, "endTime": BEGUN_MS + 62000}
    aws.lines(asked, (1, "ours"), (30, "theirs"), (60.5, "ours again"))
    assert [message for _, _, message in told(aws)] == ["ours", "ours again"]


@pytest.mark.parametrize(
    ("job", "group"),
    [("etl_orders", "/aws-glue/jobs/shop"), ("archive_raw_csvs", "/aws-glue/python-jobs")],
)
def test_a_jobs_lines_are_those_of_its_run(aws: Stubbed, job: str, group: str) -> None:
    aws.history(scheduled(1, "glue", 0, JobName=f"shop-{job}"), event(2, "TaskStarted", 0), submitted(3, 1, "jr_1"))
    run = {"logStreamNames": ["jr_1"], "startTime": BEGUN_MS - 1000}
    for _ in ("output", "error"):  # asked at once, in any order
        aws.logs.add_response("filter_log_events", {"events": []})
    asked: list[dict[str, Any]] = []
    aws.book._logs.meta.events.register(
        "before-parameter-build.cloudwatch-logs.FilterLogEvents", lambda params, **_: asked.append(dict(params))
    )
    assert told(aws) == []
    assert sorted(asked, key=lambda each: each["logGroupName"]) == [
        {"logGroupName": f"{group}/error", **run},
        {"logGroupName": f"{group}/output", **run},
    ]


def test_a_line_is_told_once_and_late_ones_are_found(aws: Stubbed) -> None:
    began = scheduled(1, "lambda", 0, FunctionName=PLAN)
    aws.history(began)
    group = {"logGroupName": "/aws/lambda/shop-plan_run"}
    aws.lines({**group, "startTime": BEGUN_MS - 1000}, (100, "first"))
    assert [message for _, _, message in told(aws)] == ["first"]
    aws.history(began)
    aws.lines({**group, "startTime": BEGUN_MS + 40_000}, (99, "late"), (100, "first"), (101, "next"))
    assert [message for _, _, message in told(aws)] == ["late", "next"]


def test_lines_without_an_id_are_told_once_too(aws: Stubbed) -> None:
    began = scheduled(1, "lambda", 0, FunctionName=PLAN)
    lines = [{"logStreamName": "s", "timestamp": BEGUN_MS, "message": text} for text in ("first", "second")]
    for number in (1, 2):
        aws.history(began)
        aws.logs.add_response("filter_log_events", {"events": lines[:number]})
    assert [message for _, _, message in told(aws)] == ["first"]
    assert [message for _, _, message in told(aws)] == ["second"]


def test_a_group_that_nothing_was_written_to_is_no_error(aws: Stubbed) -> None:
    aws.history(*PLANNED)
    aws.logs.add_client_error("filter_log_events", "ResourceNotFoundException")
    assert told(aws) == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("26/04/01 12:00:01 ERROR TaskSetManager: Task 0 failed", "error"),
        ("26/04/01 12:00:01 WARN NativeCodeLoader: no native library", "warning"),
        ("26/04/01 12:00:01 INFO SparkContext: no ERROR here", "info"),
        ("lakehouse.errors.LakehouseError: counts do not add up", "error"),
        ("ValueError: bad", "error"),
        ("2026-04-01T12:00:01Z 1-2 Task timed out after 3.00 seconds", "error"),
        ("Traceback (most recent call last):", "info"),
        ("Errors were counted", "info"),
    ],
)
def test_levels_are_read_from_the_text(aws: Stubbed, text: str, level: str) -> None:
    aws.history(*PLANNED)
    aws.logs.add_response("filter_log_events", {"events": [{"eventId": "1", "timestamp": BEGUN_MS, "message": text}]})
    assert told(aws) == [("lambda plan_run", level, text)]
