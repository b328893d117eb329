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

from lakectl.platforms.local.asl_load import substituted

TOPIC = "arn:aws:sns:us-east-1:123456789012:ops"
SHIPPED = Path(__file__).parents[2] / "state_machine" / "lakehouse_etl_flow.asl.json"


def _shipped() -> dict[str, Any]:
    """The definition as shipped, with one iteration at a time so that both engines' events come in one order."""
    handlers = {path.stem: path.stem for path in (SHIPPED.parents[1] / "lambdas").glob("*.py")}
    places = {"lake": "/lake", "contracts": "", "markers": "objects", "engine": "duckdb", "topic": TOPIC}
    values = {**handlers, **places, "job_prefix": "", "lambda_bytes": "1000"}
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
        "acquire_lock": lambda given: {"acquired": True, "holder": given["execution"]},
        "find_uploads": lambda given: {"batches": [{"bytes": 10, "uploads": ["a"]}, {"bytes": 2000, "uploads": ["b"]}]},
        "convert_excel_to_csv": done,
        "plan_run": lambda given: {"levels": levels},
        "check_marker_lambda": lambda given: {"action": "run", "manifest": f"m/{given['dataset']}", "reason": ""},
        "etl_products": done,
        "etl_orders": done,
        "etl_order_items": done,
        "mark_processed": lambda given: {"dataset": given["manifest"][2:], "status": "loaded"},
        "archive_raw_csvs": done,
        "record_failure": lambda given: {"dataset": given["dataset"], "status": "failed", "error": given["error"]},
        "finish_round": lambda given: {"archived": 2, "more": False},
        "close_execution": lambda given: {
            "status": "FAILED" if given["failure"] or "failed" in str(given["results"]) else "SUCCEEDED",
            "error": given["failure"].get("Error", "a dataset failed"),
        },
        TOPIC: lambda message: {"MessageId": "1"},
        **other,
    }


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
    "somebody else runs": ("SUCCEEDED", lambda: _work(acquire_lock=_always({"acquired": False, "holder": "other"}))),
    "nothing to do": (
        "SUCCEEDED",
        lambda: _work(
            find_uploads=_always({"batches": []}),
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
    "conversion breaks": ("FAILED", lambda: _work(convert_excel_to_csv=failing("UploadRefused"))),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_engines_run_the_shipped_definition_alike(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, work = SCENARIOS[scenario]
    given = {"trigger": "run", "resumed_from": None, "engine": "duckdb"}
    assert compare(_shipped(), given, work, monkeypatch).status == status
