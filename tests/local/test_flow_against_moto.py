"""The shipped definition takes the same path on the local runner and on moto's engine, whatever its tasks answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.local.moto_engine import Work
from tests.local.two_engines import compare, failing_job
from tests.unit.asl.fakes import failing

from lakectl import assets
from lakectl.platforms.local.asl_load import substituted

SHIPPED = Path(__file__).parents[2] / "state_machine" / "lakehouse_etl_flow.asl.json"


def _shipped() -> dict[str, Any]:
    """The definition as shipped, with one iteration at a time so that both engines' events come in one order."""
    handlers = {name: name for name in assets.stems("lambdas")}
    jobs = {f"job_{name}": name for name in assets.stems("glue_jobs")}
    places = {
        "lake": "/lake",
        "contracts": "",
        "markers": "objects",
        "lock": "objects",
        "machine": "",
        "engine": "duckdb",
    }
    values = {**handlers, **jobs, **places, "quiet_seconds": "20", "lambda_bytes": "1000"}
    definition: dict[str, Any] = substituted(json.loads(SHIPPED.read_text("utf-8")), values)
    for state in definition["States"].values():
        if state["Type"] == "Map":
            state["MaxConcurrency"] = 1
    # Jitter is left to chance by moto: without it both wait the same.
    text = json.dumps(definition).replace('"JitterStrategy": "FULL"', '"JitterStrategy": "NONE"')
    plain: dict[str, Any] = json.loads(text)
    return plain


def _work(**other: Callable[[Any], Any]) -> Work:
    """Handlers and jobs that find two uploads and load two levels of datasets, in one round."""

    def done(_: Any) -> dict[str, Any]:
        return {"JobRunState": "SUCCEEDED"}

    levels = [
        {"datasets": [{"dataset": "products", "job": "etl_products"}, {"dataset": "orders", "job": "etl_orders"}]},
        {"datasets": [{"dataset": "order_items", "job": "etl_order_items"}]},
    ]
    return {
        "acquire_lock": lambda given: {"acquired": True, "holder": given["execution"], "wait": False},
        "find_uploads": lambda given: {
            "batches": [{"bytes": 10, "uploads": ["a"]}, {"bytes": 2000, "uploads": ["b"]}],
            "wait": 0,
        },
        "convert_excel_to_csv": done,
        "plan_run": lambda given: {"levels": levels},
        "check_marker_lambda": lambda given: {"action": "run", "manifest": f"m/{given['dataset']}", "reason": ""},
        "etl_products": done,
        "etl_orders": done,
        "etl_order_items": done,
        "mark_processed": lambda given: {"dataset": given["manifest"][2:], "status": "loaded"},
        "archive_raw_csvs": done,
        "record_failure": _recorded,
        "finish_round": lambda given: {"archived": 2, "more": False},
        "close_execution": lambda given: {
            "status": "FAILED" if given["failure"] or "failed" in str(given["results"]) else "SUCCEEDED",
            "error": given["failure"].get("Error", "a dataset failed"),
        },
        **other,
    }


def _recorded(given: dict[str, Any]) -> dict[str, Any]:
    if "batch" in given:
        return {"refused": given["batch"]["uploads"][0]}
    return {"dataset": given["dataset"], "status": "failed", "error": given["error"]}


def _broken_batches(*answers: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A converter, function and job, that answers in turn; then all is well."""
    left = list(answers)
    return lambda given: left.pop(0)(given) if left else {"JobRunState": "SUCCEEDED"}


def _in_turn(*answers: Any) -> Callable[[Any], Any]:
    left = list(answers)
    return lambda given: left.pop(0)


def _always(answer: Any) -> Callable[[Any], Any]:
    return lambda given: answer


SCENARIOS: dict[str, tuple[str, Callable[[], Work]]] = {
    "all is loaded": ("SUCCEEDED", _work),
    "more arrives": (
        "SUCCEEDED",
        lambda: _work(finish_round=_in_turn({"archived": 1, "more": True}, {"archived": 1, "more": False})),
    ),
    "somebody else runs": (
        "SUCCEEDED",
        lambda: _work(acquire_lock=_always({"acquired": False, "holder": "other", "wait": False})),
    ),
    "upkeep runs": (
        "SUCCEEDED",
        lambda: _work(
            acquire_lock=_in_turn(
                {"acquired": False, "holder": "glue:optimize_tables:jr_1", "wait": True},
                {"acquired": True, "holder": "e1", "wait": False},
            )
        ),
    ),
    "nothing to do": (
        "SUCCEEDED",
        lambda: _work(
            find_uploads=_always({"batches": [], "wait": 0}),
            check_marker_lambda=_always({"action": "skip", "manifest": "", "reason": "nothing new"}),
        ),
    ),
    "a throttled function is called again": (
        "SUCCEEDED",
        lambda: _work(plan_run=failing("Lambda.TooManyRequestsException", then={"levels": []})),
    ),
    "a job fails": ("FAILED", lambda: _work(etl_orders=failing_job("etl_orders"))),
    "a dataset is blocked": (
        "SUCCEEDED",
        lambda: _work(check_marker_lambda=_always({"action": "blocked", "manifest": "", "reason": "no orders"})),
    ),
    "the lock breaks": ("FAILED", lambda: _work(acquire_lock=failing("PermissionError"))),
    "a killed converter's work is done by the job": (
        "SUCCEEDED",
        lambda: _work(convert_excel_to_csv=failing("Runtime.ExitError", then={"JobRunState": "SUCCEEDED"})),
    ),
    "of a batch that kills the job, too, an upload is refused and the rest is converted": (
        "SUCCEEDED",
        lambda: _work(
            convert_excel_to_csv=_broken_batches(
                failing("Sandbox.Timedout"), *[failing_job("convert_excel_to_csv")] * 4
            )
        ),
    ),
    "no upload is to blame that conversion breaks": (
        "FAILED",
        lambda: _work(
            convert_excel_to_csv=_broken_batches(failing("ContractError"), *[failing_job("convert_excel_to_csv")] * 2),
            record_failure=failing("LakehouseError"),
        ),
    ),
}


def _arrived(key: str) -> dict[str, Any]:
    return {"source": "aws.s3", "detail": {"bucket": {"name": "lake"}, "object": {"key": key, "size": 7}}}


def _patient() -> Work:
    """Two files arrive one after another: the run begins when nothing has arrived for a while."""
    asked: list[dict[str, Any]] = []

    def find_uploads(given: dict[str, Any]) -> dict[str, Any]:
        asked.append(given)
        assert (given["quiet_seconds"], given["waited"]) == (20, (0, 2, 3)[len(asked) - 1])
        return {"batches": [], "wait": (2, 1, 0)[len(asked) - 1]}

    return _work(find_uploads=find_uploads)


def _nobody_is_called() -> Work:
    return {}


EVENTS: dict[str, tuple[str, Callable[[], Work]]] = {
    "uploads/orders.xlsx": ("SUCCEEDED", _patient),
    "uploads/März + April/ORDERS 1.CSV.GZ": ("SUCCEEDED", _patient),
    "uploads/folder/": ("SUCCEEDED", _nobody_is_called),
    "uploads/notes.docx": ("SUCCEEDED", _nobody_is_called),
    "uploads/orders.xlsx.part": ("SUCCEEDED", _nobody_is_called),
    "uploads/xlsx": ("SUCCEEDED", _nobody_is_called),
}


@pytest.mark.parametrize("key", EVENTS)
def test_an_upload_starts_a_run_once_it_is_quiet_and_anything_else_ends_at_once(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, work = EVENTS[key]
    assert compare(_shipped(), _arrived(key), work, monkeypatch).status == status


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_engines_run_the_shipped_definition_alike(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, work = SCENARIOS[scenario]
    given = {"trigger": "run", "resumed_from": None, "engine": "duckdb"}
    assert compare(_shipped(), given, work, monkeypatch).status == status
