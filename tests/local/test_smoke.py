"""The proofs of `doctor --smoke`, on a platform at hand; that they hold on AWS is what they are for."""

from __future__ import annotations

import os

import pytest
from tests.local.shop import Shop
from tests.local.test_ingest_converts_here import Silence

from lakectl import config, wiring
from lakectl.errors import UsageError
from lakectl.operations.smoke import smoke


def proofs(shop: Shop) -> dict[str, str]:
    """Each check's status. Where on AWS an event starts a run, here somebody has to."""
    platform = wiring.open_platform(config.load(shop.project, os.environ, {}))
    return {check.check: check.status for check in smoke(platform, Silence(), sleep=lambda _: _run(shop))}


def _run(shop: Shop) -> None:
    assert shop.run().json["execution"]


def test_a_right_pipeline_passes_and_a_lake_with_rows_is_refused(local_shop: Shop) -> None:
    found = proofs(local_shop)
    assert set(found.values()) == {"ok"}
    assert {"load orders", "query order_items", "the same again", "upload starts a run"} <= found.keys()
    with pytest.raises(UsageError, match="holds rows already, in order_items, orders, products"):
        proofs(local_shop)


def test_rows_that_are_lost_are_found_out(local_shop: Shop) -> None:
    local_shop.replace_asset("glue_jobs", "etl_orders.py", "def main(argv):\n    raise OSError('disk full')\n")
    found = proofs(local_shop)
    assert (found["load products"], found["load orders"]) == ("ok", "fail")
    assert found["the same again"] == "fail"


def test_there_is_nothing_to_prove_on_this_machine(local_shop: Shop) -> None:
    answer = local_shop.lakectl("doctor", "--smoke", "--yes")
    assert answer.code == 2
    assert "no account" in answer.json["error"]["message"]
