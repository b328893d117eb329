"""What the emulator writes down of its callers is what they asked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.policies import Need
from tests.cloud.recording import Recorder, recorded
from tests.unit.aws.shop import ACCOUNT, REGION


def ask(
    recorder: Recorder, headers: dict[str, str], method: str, path: str, query: str = "", *body: bytes
) -> list[bytes]:
    """Sends one request, its body in these parts, and returns what the application behind the recorder was given."""
    parts = [{"type": "http.request", "body": part, "more_body": i + 1 < len(body)} for i, part in enumerate(body)]
    given: list[bytes] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        for _ in body:
            given.append((await receive())["body"])

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(recorder.around(application)(scope, receive, None))  # type: ignore[arg-type]
    return given


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "asked.jsonl"


def test_an_object_is_written_down_by_its_key_and_passed_on_whole(file: Path) -> None:
    headers = {"X-Amz-Security-Token": "lambda"}

    assert ask(Recorder(file), headers, "PUT", "/lake/a%20b", "", b"one", b"two") == [b"one", b"two"]
    assert recorded(file, ACCOUNT, REGION) == [Need("lambda", "s3:PutObject", "arn:aws:s3:::lake/a b")]
    assert "b25l" not in file.read_text()  # "one", in base 64: the content of objects is not kept


def test_a_call_in_json_is_written_down_with_what_it_is_about(file: Path) -> None:
    headers = {"x-amz-security-token": "glue", "x-amz-target": "AWSGlue.StartJobRun"}
    ask(Recorder(file), headers, "POST", "/", "", b'{"JobName": ', b'"shop-etl_orders"}')

    assert recorded(file, ACCOUNT, REGION) == [
        Need("glue", "glue:StartJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/shop-etl_orders")
    ]


def test_what_the_emulator_does_itself_is_noted(file: Path) -> None:
    need = Need("events", "states:StartExecution", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:shop:live")
    Recorder(file).note(need)

    assert recorded(file, ACCOUNT, REGION) == [need]


def test_other_callers_are_left_alone(file: Path) -> None:
    ask(Recorder(file), {}, "GET", "/lake/a")

    assert not file.exists()
