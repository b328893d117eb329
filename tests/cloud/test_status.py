"""What asking for executions costs: calls to AWS that a person waits for."""

from __future__ import annotations

import pytest
from tests.cloud.shop import open_shop

MOST_CALLS = 5  # of one screen of status


@pytest.fixture
def shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    shop = open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)
    shop.deploy()
    for _ in range(2):
        shop.run("run")
    return shop


def test_status_takes_few_calls_however_much_has_run(shop):
    made = shop.calls("status")
    assert made["DescribeExecution"] == 1
    assert sum(made.values()) <= MOST_CALLS, made


def test_a_list_of_executions_asks_for_no_more_than_are_shown(shop):
    newest, _ = shop.run("executions", "list")
    assert shop.run("executions", "list", "--limit", "1") == [newest]
    made = shop.calls("executions", "list", "--limit", "1")
    assert (made["ListExecutions"], made["DescribeExecution"]) == (1, 1)
