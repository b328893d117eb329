"""What doctor says of an account of the emulator, before and after a deployment."""

from __future__ import annotations

import pytest
from tests.cloud.shop import client, open_shop


@pytest.fixture
def shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    return open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)


def by_name(answer):
    return {check["check"]: check for check in answer["checks"]}


def test_nothing_is_deployed_yet(shop):
    answer = shop.run("doctor", code=1)
    checks = by_name(answer)
    assert answer["outputs"] is None
    assert checks["account"]["status"] == "ok"
    assert checks["stack shop-app"]["status"] == "fail"
    assert "lakectl -t aws deploy" in checks["stack shop-app"]["fix"]
    assert "lock" not in checks  # there is no lake to look into


def test_all_is_well_until_an_event_could_not_be_delivered(shop):
    outputs = shop.deploy()["outputs"]
    answer = shop.run("doctor")
    assert {check["status"] for check in answer["checks"]} == {"ok"}
    assert answer["outputs"] == outputs

    queues = client("sqs")
    queue = queues.get_queue_url(QueueName="shop-dead-letters")["QueueUrl"]
    queues.send_message(QueueUrl=queue, MessageBody="{}")
    checks = by_name(shop.run("doctor"))
    assert (checks["events"]["status"], checks["events"]["detail"]) == ("warn", "1 could not be delivered")
    assert checks["lock"]["status"] == "ok"
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=["shop-dead-letters"])["MetricAlarms"]
    assert alarm["AlarmActions"] == [outputs["topic"]]
