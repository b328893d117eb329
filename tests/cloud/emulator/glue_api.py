"""Glue's API for jobs: starting, stopping and telling of runs. MiniStack would call every Spark run a success."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import glue
from ministack.services.cloudformation import provisioners
from ministack.services.glue import error_response_json as refused
from ministack.services.glue import json_response
from tests.cloud.emulator import glue_runs

ACTIVE = ("STARTING", "RUNNING", "STOPPING", "WAITING")
_DROPPED = ("ExecutionProperty", "ExecutionClass", "NotificationProperty")  # what MiniStack forgets of a job


def patch() -> None:
    """Puts these in the place of MiniStack's."""
    glue._start_job_run, glue._batch_stop_job_run = start_job_run, batch_stop_job_run
    glue._get_job_run, glue._get_job_runs = get_job_run, get_job_runs
    create, update, fields = glue._create_job, glue._update_job, provisioners._glue_job_fields

    def create_job(data: dict[str, Any]) -> Any:
        answer = create(data)
        return _keeping(answer, data.get("Name"), data)

    def update_job(data: dict[str, Any]) -> Any:
        answer = update(data)
        return _keeping(answer, data.get("JobName"), data.get("JobUpdate") or {})

    glue._create_job, glue._update_job = create_job, update_job
    provisioners._glue_job_fields = lambda props: {**fields(props), **_dropped(props)}


def start_job_run(data: dict[str, Any]) -> Any:
    name, given = data.get("JobName"), data.get("Arguments") or {}
    job = glue._jobs.get(name)
    if job is None:
        return refused("EntityNotFoundException", f"Job with name: {name} not found.", 400)
    for key, value in given.items():
        if not isinstance(value, str):
            return refused("SerializationException", f"Argument {key} is not a string", 400)
    runs = glue._job_runs.setdefault(name, [])
    most = (job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns", 1)
    if sum(run["JobRunState"] in ACTIVE for run in runs) >= most:
        return refused("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}", 400)
    run = _new_run(job, data)
    runs.append(run)
    arguments = {**job["DefaultArguments"], **given, **job["NonOverridableArguments"]}
    start = glue_runs.Start(run, job["Command"], arguments, get_account_id(), get_region())
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(glue_runs.execute, start), daemon=True).start()
    return json_response({"JobRunId": run["Id"]})


def batch_stop_job_run(data: dict[str, Any]) -> Any:
    stopped, errors = [], []
    for run_id in data.get("JobRunIds", []):
        named = {"JobName": data.get("JobName"), "JobRunId": run_id}
        problem = _stop(_find(data.get("JobName"), run_id))
        if problem is None:
            stopped.append(named)
        else:
            errors.append({**named, "ErrorDetail": {"ErrorCode": problem, "ErrorMessage": problem}})
    return json_response({"SuccessfulSubmissions": stopped, "Errors": errors})


def get_job_run(data: dict[str, Any]) -> Any:
    run = _find(data.get("JobName"), data.get("RunId"))
    if run is None:
        return refused("EntityNotFoundException", f"Job run {data.get('RunId')} not found", 400)
    return json_response({"JobRun": told(run)})


def get_job_runs(data: dict[str, Any]) -> Any:
    """Newest first, page by page."""
    if data.get("JobName") not in glue._jobs:
        return refused("EntityNotFoundException", f"Job {data.get('JobName')} not found", 400)
    runs = [told(run) for run in reversed(glue._job_runs.get(data["JobName"], []))]
    start = int(data.get("NextToken") or 0)
    end = start + int(data.get("MaxResults") or 200)
    more = {"NextToken": str(end)} if end < len(runs) else {}
    return json_response({"JobRuns": runs[start:end], **more})


def told(run: dict[str, Any]) -> dict[str, Any]:
    """A run as the API tells it: without members that have no value."""
    return {key: value for key, value in run.items() if value is not None and (value or key != "ErrorMessage")}


def _new_run(job: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    sizes = ("WorkerType", "NumberOfWorkers")
    return {
        "Id": f"jr_{new_uuid().replace('-', '') * 2}",
        "Attempt": 0,
        "JobName": job["Name"],
        "JobRunState": "STARTING",
        "Arguments": dict(data.get("Arguments") or {}),
        "StartedOn": now,
        "LastModifiedOn": now,
        "ErrorMessage": "",
        "PredecessorRuns": [],
        "ExecutionTime": 0,
        "Timeout": data.get("Timeout") or job.get("Timeout") or 2880,
        "MaxCapacity": job.get("MaxCapacity"),
        "GlueVersion": job.get("GlueVersion"),
        "LogGroupName": job["DefaultArguments"].get("--custom-logGroup-prefix", "/aws-glue/jobs"),
        **{name: data.get(name) or job.get(name) for name in sizes},
    }


def _find(name: str | None, run_id: str | None) -> dict[str, Any] | None:
    return next((run for run in glue._job_runs.get(name, []) if run["Id"] == run_id), None)


def _stop(run: dict[str, Any] | None) -> str | None:
    """Why it cannot be stopped."""
    if run is None:
        return "EntityNotFoundException"
    with glue_runs.lock:
        if run["JobRunState"] not in ("STARTING", "RUNNING"):
            return "IllegalJobStateException"
        run["JobRunState"] = "STOPPING"
    threading.Thread(target=glue_runs.stop, args=(run["Id"],), daemon=True).start()
    return None


def _dropped(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _DROPPED if name in given}


def _keeping(answer: Any, name: str | None, given: dict[str, Any]) -> Any:
    if answer[0] < 400:
        glue._jobs[name].update(_dropped(given))
    return answer
