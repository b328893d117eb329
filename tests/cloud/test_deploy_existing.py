"""Update-only mode: scripts and the state machine of a lakehouse that was built by hand, on the emulator."""

from __future__ import annotations

import json

import pytest
from tests.cloud.shop import REGION, changes, client, open_shop

from lakectl import assets

HAND_MADE = json.dumps({"StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": True}}})


@pytest.fixture
def shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    return open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)


@pytest.fixture
def hand_made(shop):
    """A lakehouse that was built by hand, as far as its bucket and state machine."""
    client("s3").create_bucket(Bucket=shop.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    role = "arn:aws:iam::123456789012:role/flow"
    made = client("stepfunctions").create_state_machine(name="flow", definition=HAND_MADE, roleArn=role)
    shop.arn = made["stateMachineArn"]
    return shop


def existing(shop, *, without=""):
    """Describes it, with or without a name that the state machine needs."""
    text = assets.find("state_machine", "lakehouse_etl_flow.asl.json").read_text()
    names = assets.stems("lambdas")
    functions = [
        f'{name} = "arn:aws:lambda:{REGION}:123456789012:function:{name}"' for name in names if name != without
    ]
    jobs = [f'{name} = "old-{name}"' for name in assets.stems("glue_jobs") if f"${{job_{name}}}" in text]
    shop.configure(
        "[targets.aws.existing]",
        f'bucket = "{shop.bucket}"',
        'scripts_prefix = "glue/scripts/"',
        f'state_machine_arn = "{shop.arn}"',
        "[targets.aws.existing.functions]",
        *functions,
        "[targets.aws.existing.jobs]",
        *(job for job in jobs if not job.startswith(f"{without} ")),
    )


def test_update_only(hand_made):
    existing(hand_made)
    only = ("--only", "scripts,state-machine")
    plan = hand_made.plan(*only)
    assert ("artifact", "etl_orders.py", "create") in changes(plan)
    assert {("state", "Old", "delete"), ("state", "AcquireLock", "create")} <= changes(plan)
    outputs = hand_made.deploy(*only)["outputs"]
    assert outputs["version"] == f"{hand_made.arn}:1"
    script = client("s3").get_object(Bucket=hand_made.bucket, Key="glue/scripts/etl_orders.py")["Body"].read()
    assert script == assets.find("glue_jobs", "etl_orders.py").read_bytes()
    definition = client("stepfunctions").describe_state_machine(stateMachineArn=hand_made.arn)["definition"]
    assert "old-etl_orders" in definition
    assert "${" not in definition
    assert hand_made.plan(*only)["changes"] == []
    assert hand_made.stacks() == {}


def test_update_only_of_the_scripts_leaves_the_machine_alone(hand_made):
    existing(hand_made)
    hand_made.deploy("--only", "scripts")
    hand_made.own("glue_jobs", "etl_orders.py", b"# corrected\n")
    assert changes(hand_made.plan("--only", "scripts")) == {("artifact", "etl_orders.py", "update")}
    described = client("stepfunctions").describe_state_machine(stateMachineArn=hand_made.arn)
    assert described["definition"] == HAND_MADE


@pytest.mark.parametrize(("name", "table"), [("plan_run", "functions"), ("etl_orders", "jobs")])
def test_update_only_names_what_its_tables_lack(hand_made, name, table):
    existing(hand_made, without=name)
    answer = hand_made.deploy("--only", "state-machine", code=2)
    assert f"{name} in targets.aws.existing.{table}" in answer["error"]["message"]


def test_update_only_of_a_machine_that_is_not_there(hand_made):
    hand_made.arn += "-gone"
    existing(hand_made)
    assert "flow-gone" in hand_made.plan("--only", "state-machine", code=1)["error"]["message"]


def test_what_was_built_by_hand_is_not_deployed_as_stacks(hand_made):
    existing(hand_made)
    assert "--only" in hand_made.plan(code=2)["error"]["hint"]
    assert "no drift" in hand_made.run("deploy", "--only", "scripts", "--drift", code=2)["error"]["message"]
