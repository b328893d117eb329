"""The second opinion: moto's Step Functions interpreter, in this process, its tasks sent to a small server here.

Moto 5.2.5 needs four repairs to run JSONata definitions, made here for the length of a test:

- its JSONata evaluator is a place-holder: jsonata-python takes its place;
- it pastes variables into expressions without escaping quotes in strings;
- its `.sync` integrations ask a callback endpoint that is not there to interrupt;
- its tasks go to moto's own services, which run nothing: they go to `Services` instead, over HTTP, through boto3.

Its waits, of a Wait state or before a retry, are recorded, not slept. What it does otherwise than Step Functions'
documentation says, and is therefore tested on our own runner only: size limits, TIMED_OUT of the whole run, null as
the result of an expression (taken for undefined), States.NoChoiceMatched (it says States.Runtime), a string as the
output of the whole run (not written as JSON), and the functions that Step Functions adds to JSONata.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import parse_qs

import boto3
import jsonata
import pytest
from moto import mock_aws

from lakectl.platforms.local.asl import StateError

Work = Mapping[str, Callable[[Any], Any]]
_TASKS = ("lambda_eval_utils", "service.state_task_service_glue", "service.state_task_service_sns")
_ENDS = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")


@dataclass
class Answer:
    """What an engine made of a definition: how it ended, and the events on the way there."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    events: list[dict[str, Any]]
    slept: list[float] = field(default_factory=list)


class Services(BaseHTTPRequestHandler):
    """Lambda's Invoke, Glue's StartJobRun and GetJobRun, and SNS' Publish, over work by name."""

    work: ClassVar[Work]
    runs: ClassVar[dict[str, dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "")
        if "/functions/" in self.path:
            self._invoke(self.path.split("/")[3], json.loads(body or b"{}"))
        elif target:
            self._glue(target.rpartition(".")[2], json.loads(body))
        else:
            self._publish({name: values[0] for name, values in parse_qs(body.decode()).items()})

    def _invoke(self, name: str, payload: Any) -> None:
        try:
            self._send(200, self.work[name](payload), {"X-Amz-Executed-Version": "$LATEST"})
        except StateError as error:
            self._send(200, json.loads(error.cause), {"X-Amz-Function-Error": "Unhandled"})

    def _glue(self, action: str, given: dict[str, Any]) -> None:
        if action == "GetJobRun":
            self._send(200, {"JobRun": self.runs[given["RunId"]]})
            return
        job_run_id = f"jr_{len(self.runs)}"
        try:
            answer = self.work[given["JobName"]](given.get("Arguments", {}))
            self.runs[job_run_id] = {"Id": "jr_0", **answer}
        except StateError as error:
            service, _, code = error.error.partition(".")
            if service == "Glue":
                self._send(400, {"__type": code, "message": error.cause})
                return
            self.runs[job_run_id] = json.loads(error.cause)
        self._send(200, {"JobRunId": job_run_id})

    def _publish(self, given: dict[str, str]) -> None:
        self.work[given["TopicArn"]](given["Message"])
        text = (
            '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId>'
            "</PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>"
        )
        self._write(200, text.encode(), {"Content-Type": "text/xml"})

    def _send(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._write(
            status, json.dumps(value).encode(), {"Content-Type": "application/x-amz-json-1.1", **(headers or {})}
        )

    def _write(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


@contextmanager
def serving(work: Work) -> Iterator[str]:
    """A server of that work on this machine only; yields its URL."""
    handler = type("TheseServices", (Services,), {"work": work, "runs": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_on_moto(definition: Mapping[str, Any], value: Any, work: Work, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Runs a definition to its end on moto's engine."""
    with serving(work) as endpoint, mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        slept = _repair(endpoint, monkeypatch)
        client = boto3.client("stepfunctions", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        role = "arn:aws:iam::123456789012:role/x"
        arn = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
        execution = client.start_execution(stateMachineArn=arn, name="x1", input=json.dumps(value))["executionArn"]
        described = _ended(client, execution)
        events = client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    output = json.loads(described["output"]) if described.get("output") else None
    return Answer(described["status"], output, described.get("error"), described.get("cause"), events, slept)


def _ended(client: Any, execution: str) -> dict[str, Any]:
    pause = threading.Event()
    while (described := client.describe_execution(executionArn=execution))["status"] not in _ENDS:
        pause.wait(0.02)
    return dict(described)


def _repair(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    for name in _TASKS:
        importlib.import_module(f"moto.stepfunctions.parser.asl.component.state.exec.state_task.{name}")

    def client(region: str, service: str, state_credentials: Any = None) -> Any:
        return boto3.client(service, region, endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x")

    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions"):
            if hasattr(module, "boto_client_for"):
                monkeypatch.setattr(module, "boto_client_for", client)
            if hasattr(module, "encode_jsonata_variable_declarations"):
                monkeypatch.setattr(module, "encode_jsonata_variable_declarations", _declarations)
    _repair_jsonata(monkeypatch)
    _repair_sync(monkeypatch)
    return _record_sleep(monkeypatch)


def _declarations(bindings: Mapping[str, Any]) -> str:
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())


def _repair_jsonata(monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.stepfunctions.parser.asl.jsonata import jsonata as evaluator

    def evaluate(text: str) -> Any:
        result = jsonata.Jsonata(text).evaluate(None)
        return json.loads(json.dumps(result))

    monkeypatch.setattr(evaluator, "_eval_jsonata", evaluate)


def _repair_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
        state_task_service_callback as sync,
    )

    name = "_eval_integration_pattern"
    cls = sync.StateTaskServiceCallback
    source = textwrap.dedent(inspect.getsource(getattr(cls, name)))
    call = "callback_endpoint.interrupt_all()"
    assert call in source
    space: dict[str, Any] = {}
    repaired = source.replace(call, f"(callback_endpoint and {call})")
    exec("from __future__ import annotations\n" + repaired, vars(sync), space)
    monkeypatch.setattr(cls, name, space[name])
    monkeypatch.setattr(sync, "_DELAY_SECONDS_SYNC_CONDITION_CHECK", 0.01)


def _record_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

    slept: list[float] = []
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr(WaitFunction, "_wait_interval", lambda self, env, wait_seconds: slept.append(wait_seconds))
    return slept
