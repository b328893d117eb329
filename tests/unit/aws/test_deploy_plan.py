"""What a deployment would do, and doing it, on an account in memory."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.aws.deploy_fakes import (
    TARGET,
    Account,
    by_hand,
    definition_of,
    failed,
    job_changed,
    machine_changed,
)

from lakectl.deploying import Change
from lakectl.errors import DeployError, StackBusy
from lakectl.platforms.aws.artifacts import Artifact, Artifacts
from lakectl.platforms.aws.stacks import ResourceChange
from lakehouse.contracts.load import PACKAGED

MACHINE = (Path(__file__).parents[3] / "state_machine" / "lakehouse_etl_flow.asl.json").read_text()


class Files:
    """The project's files, as artifacts."""

    def __init__(self):
        self.script, self.machine, self.contracts = "pass", MACHINE, "one"

    def build(self):
        script, machine = artifact("glue_jobs", "etl_orders.py", self.script), artifact("sm", "flow", self.machine)
        parameters = {
            "ModulesKeys": "lakehouse/artifacts/wheels/1/a.whl",
            "ScriptEtlOrders": script.key,
            "WheelKey": "lakehouse/artifacts/wheels/1/lakehouse-0.1.0-py3-none-any.whl",
            "DefinitionKey": machine.key,
            "ContractsPrefix": f"lakehouse/artifacts/contracts/{self.contracts}/",
        }
        return Artifacts((script, machine), parameters)


def artifact(kind, name, text):
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Artifact(f"lakehouse/artifacts/{kind}/{sha256[:8]}/{name}", text.encode())


@pytest.fixture
def files():
    return Files()


@pytest.fixture
def account(tmp_path, files):
    return Account(tmp_path / "lake", files.build)


@pytest.fixture
def deployed(account):
    account.deploy()
    return account


def test_an_empty_account_is_only_looked_at(account):
    plan = account.deployment().plan()
    assert account.stacks.changing == []
    assert {change.action for change in plan.changes} == {"create"}
    assert [change.name for change in plan.changes if change.kind == "stack"] == ["shop-data", "shop-app"]
    assert {"Lake", "Machine", "EtlOrdersJob", "etl_orders.py"} <= {change.name for change in plan.changes}
    assert plan.waiting == []


def test_data_come_first_then_artifacts_then_what_uses_them(account):
    told = account.deploy()
    assert account.stacks.changing == ["create shop-data", "protect shop-data", "create shop-app"]
    assert [line for line in told if "artifacts" in line] == ["uploading 2 artifacts"]
    assert len(account.site.keys) == 2


def test_a_second_plan_is_empty_and_asks_four_questions(deployed):
    plan = deployed.deployment().plan()
    assert plan.changes == []
    assert deployed.stacks.asked == ["find shop-data", "find shop-app", "body shop-data", "body shop-app"]


def test_a_changed_script_is_all_that_is_planned(deployed, files):
    files.script = "pass  # corrected"
    deployed.stacks.previews["shop-app"] = [job_changed("EtlOrdersJob")]
    plan = deployed.deployment().plan()
    key = files.build().parameters["ScriptEtlOrders"]
    assert plan.changes == [
        Change("job", "EtlOrdersJob", "update", "AWS::Glue::Job: script"),
        Change("artifact", "etl_orders.py", "create", f"glue_jobs: {key}"),
    ]
    deployed.deploy()
    assert deployed.stacks.changing == ["update shop-app"]


def test_a_changed_definition_is_told_state_by_state(deployed, files):
    deployed.site.machine = definition_of(MACHINE, "lakehouse/artifacts/contracts/one/")
    changed = json.loads(MACHINE)
    changed["States"]["NothingToLoad"]["Comment"] = "new"
    files.machine = json.dumps(changed)
    deployed.stacks.previews["shop-app"] = [machine_changed()]
    plan = deployed.deployment().plan()
    assert Change("state", "NothingToLoad", "update", "Comment") in plan.changes
    assert sum(change.kind == "state" for change in plan.changes) == 1


def test_a_machine_that_was_deleted_by_hand_has_no_states_to_compare(deployed, files):
    files.machine = json.dumps({**json.loads(MACHINE), "Comment": "x"})
    deployed.stacks.previews["shop-app"] = [machine_changed()]
    assert not [change for change in deployed.deployment().plan().changes if change.kind == "state"]


def test_changed_contracts_are_named_with_what_changed(deployed, files, tmp_path):
    files.contracts = "two"
    deployed.site.contracts["lakehouse/artifacts/contracts/one/"] = PACKAGED
    mine = tmp_path / "contracts"
    mine.mkdir()
    text = (PACKAGED / "orders.yaml").read_text()
    (mine / "orders.yaml").write_text(re.sub(r"(?m)^version: .*$", "version: 7.0.0", text))
    plan = deployed.deployment(contracts=str(mine)).plan()
    assert Change("contract", "orders", "update", "version") in plan.changes


def test_what_waits_in_the_inbox_is_told(deployed, tmp_path):
    uploads = tmp_path / "lake" / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "products.csv").write_text("product_id,department_id,department,product_name\n1,4,Books,Atlas\n")
    plan = deployed.deployment().plan()
    assert (plan.waiting, plan.changes) == (["uploads/products.csv"], [])


def test_settings_that_touch_no_resource_are_an_update_of_the_stack(deployed):
    plan = deployed.deployment(target=replace(TARGET, quiet_seconds=5)).plan()
    assert plan.changes == [Change("stack", "shop-app", "update", "outputs or parameters")]


def test_a_template_that_changes_nothing_is_no_change(deployed):
    deployed.stacks.previews["shop-app"] = None
    assert deployed.deployment(target=replace(TARGET, quiet_seconds=5)).plan().changes == []


def test_changed_tags_are_a_change(deployed):
    tagged = ResourceChange("Machine", "AWS::StepFunctions::StateMachine", "update", ("tags",))
    deployed.stacks.previews |= {"shop-app": [tagged], "shop-data": []}
    deployed.site.machine = definition_of(MACHINE, "lakehouse/artifacts/contracts/one/")
    plan = deployed.deployment(target=replace(TARGET, tags={"team": "data"})).plan()
    assert Change("resource", "Machine", "update", "AWS::StepFunctions::StateMachine: tags") in plan.changes


def test_what_a_plan_was_made_from(deployed, files):
    before = deployed.deployment().plan()
    assert deployed.deployment().plan().fingerprint == before.fingerprint
    files.script = "other"
    after = deployed.deployment().plan()
    assert before.differs_from(after) == ["parameter shop-app ScriptEtlOrders"]
    deployed.deploy()
    assert "stack shop-app" in before.differs_from(deployed.deployment().plan())


def test_outputs(deployed):
    assert deployed.deployment().outputs() == {
        "bucket": "shop-lake",
        "state_machine": "arn:machine",
        "topic": "arn:topic",
        "workgroup": "shop",
        "database": "ecom_catalog",
        "stacks": ["shop-data", "shop-app"],
    }


def test_no_outputs_where_nothing_is_deployed(account):
    with pytest.raises(DeployError, match="there is no stack shop-data"):
        account.deployment().outputs()


def test_a_bucket_that_no_stack_holds_is_left_alone(account):
    account.site.bucket = True
    with pytest.raises(DeployError, match="shop-lake is there already") as raised:
        account.deployment().plan()
    assert "another name" in raised.value.hint
    assert account.stacks.changing == []


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"])
def test_another_operation_is_waited_for(deployed, status):
    deployed.stacks.now("shop-app", status)
    with pytest.raises(StackBusy, match=f"shop-app is {status}"):
        deployed.deployment().plan()


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_stuck_stack_says_what_helps(deployed, status):
    deployed.stacks.now("shop-app", status)
    with pytest.raises(DeployError, match=status) as raised:
        deployed.deployment().plan()
    assert "aws cloudformation" in raised.value.hint


def test_a_stack_that_was_never_used_is_made_again(deployed):
    deployed.stacks.now("shop-app", "ROLLBACK_COMPLETE")
    plan = deployed.deployment().plan()
    assert plan.changes[0].action == "replace"
    assert "never used" in plan.changes[0].detail
    told = deployed.deploy()
    assert deployed.stacks.changing == ["delete shop-app", "create shop-app"]
    assert "deleting stack shop-app, whose creation had failed" in told


def test_a_stack_of_which_there_was_only_a_change_set_is_created(deployed):
    deployed.stacks.now("shop-app", "REVIEW_IN_PROGRESS")
    deployed.deploy()
    assert deployed.stacks.changing == ["create shop-app"]


def test_a_failure_of_the_second_stack_leaves_the_first_and_the_artifacts(account):
    account.stacks.broken["shop-app"] = failed("stack shop-app: EtlOrdersJob failed first: no role")
    with pytest.raises(DeployError, match="no role"):
        account.deploy()
    assert "shop-data" in account.stacks.stacks
    account.stacks.broken.clear()
    told = account.deploy()
    assert account.stacks.changing == ["create shop-app"]
    assert not [line for line in told if "artifacts" in line]


def test_destroy_keeps_the_data(deployed):
    kept = deployed.deployment().destroy(lambda _: None)
    assert deployed.stacks.changing == ["delete shop-app"]
    assert kept == {"stacks": ["shop-data"], "Bucket": "shop-lake", "Database": "ecom_catalog"}
    assert deployed.deployment().destroy(lambda _: None) == kept


def test_destroy_waits_for_a_running_execution(deployed):
    deployed.site.executions = ["20261123T024413Z-1a2b3c"]
    with pytest.raises(DeployError, match="20261123T024413Z-1a2b3c is running") as raised:
        deployed.deployment().destroy(lambda _: None)
    assert "stop" in raised.value.hint
    assert deployed.stacks.changing == []


def test_destroy_deletes_a_stack_whose_deletion_had_failed(deployed):
    deployed.stacks.now("shop-app", "DELETE_FAILED")
    deployed.deployment().destroy(lambda _: None)
    assert deployed.stacks.changing == ["delete shop-app"]


def test_destroy_of_nothing(account):
    assert account.deployment().destroy(lambda _: None) == {"stacks": []}


def test_drift_joins_what_cloudformation_and_we_see(deployed):
    deployed.stacks.by_hand = [by_hand("shop-data bucket"), by_hand("shop-app PlanRun")]
    deployed.site.code_by_hand = [by_hand("shop-app PlanRun"), by_hand("FinishRound")]
    found = deployed.deployment().drift()
    assert [change.name for change in found] == ["shop-data bucket", "shop-app PlanRun", "FinishRound"]


def test_no_drift_where_nothing_is_deployed(account):
    with pytest.raises(DeployError, match="there is no stack"):
        account.deployment().drift()
