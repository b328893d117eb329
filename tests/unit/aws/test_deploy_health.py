"""How a deployed lakehouse stands, and what doctor says of it."""

from __future__ import annotations

import pytest
from tests.unit.aws.deploy_fakes import Account
from tests.unit.aws.test_deploy_plan import Files

from lakectl import config
from lakectl.errors import DeployError, Unreachable
from lakectl.operations.doctor import JavaTools, examine
from lakectl.operations.init import create_project


@pytest.fixture
def account(tmp_path):
    return Account(tmp_path / "lake", Files().build)


@pytest.fixture
def deployed(account):
    account.deploy()
    account.site.bucket = True
    return account


def found(account):
    return {finding.what: finding for finding in account.deployment().health()}


def test_all_is_well(deployed):
    health = found(deployed)
    assert list(health) == ["account", "bucket", "stack shop-data", "stack shop-app", "version", "events"]
    assert all(finding.well for finding in health.values())
    assert health["events"].detail == "all were delivered"
    assert health["account"].detail == "123456789012 in eu-central-1"
    assert health["version"].detail.startswith("lakehouse-0.1.0-py3-none-any.whl, deployed ")


def test_nothing_is_deployed(account):
    health = found(account)
    assert {what for what, finding in health.items() if not finding.well} == {
        "bucket",
        "stack shop-data",
        "stack shop-app",
    }
    assert "deploy" in health["stack shop-app"].hint


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "ROLLBACK_COMPLETE"])
def test_a_stack_that_is_not_well(deployed, status):
    deployed.stacks.now("shop-app", status)
    finding = found(deployed)["stack shop-app"]
    assert not finding.well
    assert status in finding.detail
    assert finding.hint


def test_events_that_were_not_delivered_are_worth_a_look(deployed):
    deployed.site.dead_letters = 2
    finding = found(deployed)["events"]
    assert finding.well
    assert finding.detail == "2 could not be delivered"
    assert "lakectl -t aws run" in finding.hint
    assert "shop-dead-letters" in finding.hint


def test_a_bucket_that_is_not_ours(deployed, monkeypatch):
    def refuse():
        raise DeployError("the bucket shop-lake belongs to another account", "Choose another name.")

    deployed.site.has_bucket = refuse
    finding = found(deployed)["bucket"]
    assert (finding.well, finding.hint) == (False, "Choose another name.")


def examined(tmp_path, open_deployment):
    create_project(tmp_path / "shop")
    settings = {"LAKECTL_TARGETS__AWS__BUCKET": "shop-lake", "LAKECTL_TARGETS__AWS__REGION": "eu-central-1"}

    def no_platform(_):
        raise Unreachable("the lake is not there", "Deploy.")

    def load():
        return config.load(tmp_path / "shop", settings, {"target": "aws"})

    java = JavaTools(find=lambda: None, install=lambda: None)
    return {check.check: check for check in examine(load, no_platform, open_deployment, java, fix=False)}


def test_doctor_tells_of_the_account_and_then_of_the_lake(deployed, tmp_path):
    checks = examined(tmp_path, lambda _: deployed.deployment())
    assert checks["stack shop-app"].status == "ok"
    assert checks["lake"].fix == "Deploy."
    assert "disk" not in checks


def test_doctor_warns_of_events_and_goes_on_to_the_lake(deployed, tmp_path):
    deployed.site.dead_letters = 1
    checks = examined(tmp_path, lambda _: deployed.deployment())
    assert checks["events"].status == "warn"
    assert "lake" in checks


def test_doctor_without_credentials(tmp_path):
    def refuse(_):
        raise Unreachable("the AWS credentials have expired", "Sign in again.")

    check = examined(tmp_path, refuse)["account"]
    assert (check.status, check.fix) == ("fail", "Sign in again.")
