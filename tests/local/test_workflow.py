"""The local workflow on a real lake folder: functions and jobs of a project, histories, liveness, a killed process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from lakectl.platforms.local.asl import Machine, StateError
from lakectl.platforms.local.asl_model import GLUE, LAMBDA, SNS
from lakectl.platforms.local.clock import SystemClock
from lakectl.platforms.local.jobs import Jobs
from lakectl.platforms.local.tasks import LocalTasks
from lakectl.platforms.local.workflow import LocalWorkflow
from lakehouse.errors import LakehouseError, ObjectMissing
from lakehouse.liveness import alive, is_running

FUNCTION = """
    class Closed(Exception):
        pass

    def handler(event, context):
        assert context.function_name == "shop"
        assert 0 < context.get_remaining_time_in_millis() <= 900_000
        if event.get("fail"):
            raise Closed("at night")
        return {"keys": sorted(event), "pair": (1, 2), 5: None}
"""

JOB = """
    import pathlib, sys

    def main(argv):
        given = dict(zip(argv[::2], argv[1::2]))
        if "--exit" in given:
            sys.exit(int(given["--exit"]))
        if "--fail" in given:
            raise ValueError("bad rows in " + given["--fail"])
        pathlib.Path(given["--out"]).write_text(" ".join(argv))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder, text in (("lambdas/shop.py", FUNCTION), ("glue_jobs/etl.py", JOB)):
        path = tmp_path / "project" / folder
        path.parent.mkdir(parents=True)
        path.write_text(textwrap.dedent(text))
    (tmp_path / "project/lambdas/broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "project/lambdas/odd.py").write_text("def handler(event, context):\n    return {1, 2}\n")
    return tmp_path / "project"


@pytest.fixture
def tasks(tmp_path: Path, project: Path) -> LocalTasks:
    return LocalTasks(tmp_path / "lake", project)


def _invoke(tasks: LocalTasks, name: str, payload: Any) -> Any:
    return tasks.call(LAMBDA, {"FunctionName": name, "Payload": payload}, print)


def _run_job(tasks: LocalTasks, **arguments: str) -> Any:
    submitted: list[Any] = []
    given = {"JobName": "etl", "Arguments": {f"--{name}": value for name, value in arguments.items()}}
    job_run = tasks.call(GLUE, given, submitted.append)
    assert submitted == [{"JobRunId": job_run["Id"]}]
    return job_run


def test_a_function_gets_json_and_gives_json(tasks: LocalTasks) -> None:
    answer = _invoke(tasks, "shop", {"b": 1, "a": 2})
    assert answer["Payload"] == {"keys": ["a", "b"], "pair": [1, 2], "5": None}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")


def test_a_failed_function_fails_with_its_class_and_lambdas_json(tasks: LocalTasks) -> None:
    with pytest.raises(StateError) as caught:
        _invoke(tasks, "shop", {"fail": True})
    cause = json.loads(caught.value.cause)
    assert caught.value.error == cause["errorType"] == "Closed"
    assert cause["errorMessage"] == "at night"
    assert any("shop.py" in line for line in cause["stackTrace"])


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nobody", "Lambda.ResourceNotFoundException"),
        ("broken", "Runtime.ImportModuleError"),
        ("odd", "Runtime.MarshalError"),
    ],
)
def test_a_function_that_cannot_run_has_lambdas_own_error(tasks: LocalTasks, name: str, error: str) -> None:
    with pytest.raises(StateError) as caught:
        _invoke(tasks, name, {})
    assert caught.value.error == error


def test_a_job_gets_glues_arguments_and_its_run_is_the_result(tasks: LocalTasks, tmp_path: Path) -> None:
    job_run = _run_job(tasks, out=str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text() == f"--JOB_NAME etl --out {tmp_path / 'out.txt'}"
    assert job_run["JobRunState"] == "SUCCEEDED"
    assert job_run["CompletedOn"] >= job_run["StartedOn"]


def test_a_failed_job_is_task_failed_with_its_run_as_cause(tasks: LocalTasks) -> None:
    for given, message in (
        ({"fail": "raw/x.csv"}, "ValueError: bad rows in raw/x.csv"),
        ({"exit": "3"}, "SystemExit: 3"),
    ):
        with pytest.raises(StateError) as caught:
            _run_job(tasks, **given)
        assert caught.value.error == "States.TaskFailed"
        job_run = json.loads(caught.value.cause)
        assert (job_run["JobRunState"], job_run["ErrorMessage"]) == ("FAILED", message)
    assert _run_job(tasks, exit="0")["JobRunState"] == "SUCCEEDED"


def test_an_unknown_job_and_one_that_runs_already_are_refused(tmp_path: Path, project: Path) -> None:
    (project / "glue_jobs/slow.py").write_text("import builtins\n\ndef main(argv):\n    builtins.slow_job()\n")
    jobs = Jobs(SystemClock(), project)
    with pytest.raises(StateError, match=r"Glue\.EntityNotFoundException"):
        jobs.run("nobody", {}, print)
    refused: list[str] = []

    def again() -> None:
        try:
            jobs.run("slow", {}, lambda _: None)
        except StateError as error:
            refused.append(error.error)

    import builtins

    builtins.slow_job = again  # type: ignore[attr-defined]
    try:
        jobs.run("slow", {}, lambda _: None)
    finally:
        del builtins.slow_job  # type: ignore[attr-defined]
    assert refused == ["Glue.ConcurrentRunsExceededException"]


def test_a_message_is_kept_in_the_lake(tasks: LocalTasks, tmp_path: Path) -> None:
    answer = tasks.call(SNS, {"TopicArn": "ops", "Subject": "s", "Message": {"a": 1}}, print)
    line = json.loads((tmp_path / "lake/lakehouse/notifications.jsonl").read_text())
    assert (line["MessageId"], line["TopicArn"], line["Subject"]) == (answer["MessageId"], "ops", "s")
    assert json.loads(line["Message"]) == {"a": 1}


DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Task",
            "Resource": LAMBDA,
            "Arguments": {"FunctionName": "shop", "Payload": "{% $states.input %}"},
            "Output": "{% $states.result.Payload.keys %}",
            "End": True,
        }
    },
}


@pytest.fixture
def workflow(tmp_path: Path, tasks: LocalTasks) -> LocalWorkflow:
    return LocalWorkflow(tmp_path / "lake", Machine.load(DEFINITION), tasks)


def test_executions_are_kept_described_and_listed_newest_first(workflow: LocalWorkflow, tmp_path: Path) -> None:
    seen: list[str] = []
    root = str(tmp_path / "lake")

    def observe(event: Any) -> None:
        seen.append(event["type"])
        assert is_running(root, "e1")
        assert workflow.describe("e1").status in {"RUNNING", "SUCCEEDED"}

    first = workflow.follow("e1", {"trigger": "run"}, observe)
    second = workflow.follow("e2", {"fail": True}, lambda _: None)
    assert (first.status, first.given, first.error) == ("SUCCEEDED", {"trigger": "run"}, "")
    assert second.status == "FAILED"
    assert second.error.startswith("Closed: ")
    assert [state.name for state in workflow.list()] == ["e2", "e1"]
    assert [state.name for state in workflow.list(1)] == ["e2"]
    assert seen == [event["type"] for event in workflow.history("e1")]
    assert not is_running(root, "e1")


def test_a_name_is_used_once_and_an_unknown_one_is_missing(workflow: LocalWorkflow) -> None:
    workflow.follow("e1", {}, lambda _: None)
    with pytest.raises(LakehouseError, match="e1 has run before"):
        workflow.follow("e1", {}, lambda _: None)
    with pytest.raises(ObjectMissing):
        workflow.describe("e9")


def test_liveness_is_seen_from_any_thread_and_ends_with_the_block(tmp_path: Path) -> None:
    seen: list[bool] = []
    with alive(str(tmp_path), "e1"):
        thread = threading.Thread(target=lambda: seen.append(is_running(str(tmp_path), "e1")))
        thread.start()
        thread.join()
    assert seen == [True]
    assert not is_running(str(tmp_path), "e1")
    assert not is_running(str(tmp_path), "never")


SCRIPT = """
    import signal, sys, time
    from pathlib import Path
    from lakectl.platforms.local.asl import Machine
    from lakectl.platforms.local.workflow import LocalWorkflow

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell makes its children deaf to it

    class Forever:
        def interrupt(self):
            pass

        def call(self, resource, arguments, submitted):
            print("started", flush=True)
            while True:
                time.sleep(0.01)

    definition = {definition!r}
    state = LocalWorkflow(Path(sys.argv[1]), Machine.load(definition), Forever()).follow("e1", {{}}, lambda event: None)
    print(state.status, flush=True)
"""


def _start(lake: Path) -> subprocess.Popen[str]:
    script = textwrap.dedent(SCRIPT).format(definition=DEFINITION)
    process = subprocess.Popen([sys.executable, "-c", script, str(lake)], stdout=subprocess.PIPE, text=True, env=_env())
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_an_execution_whose_process_was_killed_is_aborted_and_not_running(tmp_path: Path, tasks: LocalTasks) -> None:
    lake = tmp_path / "lake"
    workflow = LocalWorkflow(lake, Machine.load(DEFINITION), tasks)
    process = _start(lake)
    assert is_running(str(lake), "e1")
    assert workflow.describe("e1").status == "RUNNING"
    process.kill()
    process.communicate()
    assert not is_running(str(lake), "e1")
    state = workflow.describe("e1")
    assert (state.status, state.finished_at is None) == ("ABORTED", False)
    assert "ended before" in state.error


def test_ctrl_c_ends_an_execution_aborted(tmp_path: Path, tasks: LocalTasks) -> None:
    process = _start(tmp_path / "lake")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert output == "ABORTED\n"
    workflow = LocalWorkflow(tmp_path / "lake", Machine.load(DEFINITION), tasks)
    assert list(workflow.history("e1"))[-1]["type"] == "ExecutionAborted"
