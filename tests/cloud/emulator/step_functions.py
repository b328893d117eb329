"""Executions that start Glue jobs and wait for them, that stay stopped once stopped, and that time out."""

from __future__ import annotations

import contextvars
import json
import threading
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, glue
from ministack.services import stepfunctions as sfn
from tests.cloud.emulator import glue_api
from tests.cloud.policies import Need
from tests.cloud.recording import Recorder

_LOOK = 0.1  # seconds between two looks at a job
_current: contextvars.ContextVar[Any] = contextvars.ContextVar("execution", default=None)


class Aborted(Exception):
    """Ends the thread of an execution that is over. No error of a state: neither Retry nor Catch runs."""


def stop_if_over(execution: Any) -> None:
    """Raises Aborted for an execution that does not run any more."""
    if execution is not None and execution["status"] != "RUNNING":
        raise Aborted(execution["status"])


def patch(recorder: Recorder) -> None:
    """Puts these in the place of MiniStack's. What the machine's and the rules' roles need is noted."""
    _patch_tasks(recorder)
    _patch_ends()
    _patch_parallel()
    start = eventbridge._dispatch_to_stepfunctions

    def dispatch(arn: str, payload: Any) -> Any:
        recorder.note(Need("events", "states:StartExecution", arn))
        return start(arn, payload)

    eventbridge._dispatch_to_stepfunctions = dispatch


def _patch_tasks(recorder: Recorder) -> None:
    execute, invoke = sfn._execute_task, sfn._invoke_resource

    def execute_task(state: Any, value: Any, execution: Any, context: Any) -> Any:
        token = _current.set(execution)
        try:
            return execute(state, value, execution, context)
        finally:
            _current.reset(token)

    def invoke_resource(resource: str, value: Any) -> Any:
        stop_if_over(_current.get())
        if "lambda:invoke" in resource:
            recorder.note(Need("states", "lambda:InvokeFunction", value["FunctionName"]))
        return invoke(resource, value)

    def start_job_run(resource: str, value: Any) -> Any:
        job = f"arn:aws:glue:{get_region()}:{get_account_id()}:job/{value['JobName']}"
        for operation in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun"):  # as AWS asks for `.sync`
            recorder.note(Need("states", f"glue:{operation}", job))
        return _run_job(resource, value)

    sfn._execute_task, sfn._invoke_resource = execute_task, invoke_resource
    sfn._SERVICE_DISPATCH["arn:aws:states:::glue:startJobRun"] = start_job_run


def _run_job(resource: str, value: Any) -> Any:
    execution = _current.get()
    status, _, body = glue._start_job_run(value)
    answer = json.loads(body)
    if status >= 400:
        name = answer["__type"].split("#")[-1]
        raise sfn._ExecutionError(f"Glue.{name}", answer.get("message") or answer.get("Message", ""))
    named = {"JobName": value["JobName"], "JobRunId": answer["JobRunId"]}
    if not resource.endswith(".sync"):
        return named
    if execution is not None:
        task = {"resourceType": "glue", "resource": "startJobRun.sync", "output": json.dumps(named)}
        sfn._add_event(execution, "TaskSubmitted", {"taskSubmittedEventDetails": task})
    run = _waited(named, execution)
    stop_if_over(execution)
    for key in ("StartedOn", "CompletedOn", "LastModifiedOn"):
        run[key] = int(run[key] * 1000)  # Step Functions tells milliseconds
    if run["JobRunState"] != "SUCCEEDED":
        raise sfn._ExecutionError("States.TaskFailed", json.dumps(run))
    return run


def _waited(named: dict[str, str], execution: Any) -> dict[str, Any]:
    """The run, once it is over. It is stopped where its execution is."""
    stopping = False
    while True:
        _, _, body = glue._get_job_run({"JobName": named["JobName"], "RunId": named["JobRunId"]})
        run: dict[str, Any] = json.loads(body)["JobRun"]
        if run["JobRunState"] not in glue_api.ACTIVE:
            return run
        if not stopping and execution is not None and execution["status"] != "RUNNING":
            glue._batch_stop_job_run({"JobName": named["JobName"], "JobRunIds": [named["JobRunId"]]})
            stopping = True
        time.sleep(_LOOK)


def _patch_ends() -> None:
    fail, run = sfn._fail_execution, sfn._run_execution

    def fail_execution(execution: Any, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":  # one that was stopped stays so
            fail(execution, error, cause)

    def run_execution(arn: str) -> None:
        timer = _timer(sfn._executions.get(arn))
        try:
            run(arn)
        except Aborted:
            return
        finally:
            timer.cancel()

    sfn._fail_execution, sfn._run_execution = fail_execution, run_execution


def _timer(execution: Any) -> threading.Timer:
    """Runs already: ends the execution after the TimeoutSeconds of its definition."""

    def expire() -> None:
        if execution["status"] == "RUNNING":
            execution.update(status="TIMED_OUT", stopDate=sfn.now_iso())
            sfn._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
            sfn._emit_execution_status_event(execution)

    definition = json.loads(sfn._state_machines.get(execution["stateMachineArn"])["definition"])
    seconds = definition.get("TimeoutSeconds", 99_999_999)
    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), contextvars.copy_context().run, (expire,))
    timer.daemon = True
    timer.start()
    return timer


def _patch_parallel() -> None:
    """A Parallel in JSONata has Arguments, Output and Assign."""
    branches = sfn._run_parallel_branches

    def run_branches(state: Any, value: Any, execution: Any, context: Any) -> Any:
        if sfn._state_query_language(state, context) != "JSONata":
            return branches(state, value, execution, context)
        given = sfn._apply_jsonata_arguments(state, value, context)
        result, after = branches(state, given, execution, context)
        output = sfn._apply_jsonata_output(state, value, context, result=result, default=result)
        sfn._apply_state_assign(state, value, context, result=result)
        return output, after

    sfn._run_parallel_branches = run_branches
