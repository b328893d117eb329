"""`lakectl deploy` and `destroy` as a person sees them, on a deployment that the test holds in memory."""

from __future__ import annotations

import json

import pytest
from tests.unit.cli.golden import assert_golden
from tests.unit.cli.test_json import assert_shape

from lakectl import wiring
from lakectl.cli import plan_view
from lakectl.deploying import Change, Finding, Plan
from lakectl.errors import DeployError

ARGUMENTS = "--additional-python-modules, --markers, --lock"
BROKEN = (
    "column total_amount decimal(12,2) -> decimal(20,2); BREAKS orders: the column 'total_amount' is decimal(12,2) in "
    "the table and decimal(20,2) in the contract"
)
CHANGES = [
    Change("stack", "shop-app", "update", "outputs or parameters"),
    Change("resource", "AcquireLock", "create", "AWS::Lambda::Function"),
    Change("resource", "Lake", "replace", "AWS::S3::Bucket: BucketName; the old one is kept"),
    Change("resource", "PlanRun", "create", "AWS::Lambda::Function"),
    Change("resource", "OldTopic", "delete", "AWS::SNS::Topic"),
    Change("resource", "UploadsRule", "update", "AWS::Events::Rule: EventPattern"),
    Change("job", "EtlOrders", "update", f"AWS::Glue::Job: script, {ARGUMENTS}, WorkerType"),
    Change("state", "Levels/Datasets/ThisNameIsLongerThanItsColumn", "update", "Retry, Catch"),
    Change("state", "Quiet?", "create", "Choice"),
    Change("contract", "orders", "update", BROKEN),
    Change("artifact", "etl_orders.py", "create", "glue_jobs: lakehouse/artifacts/glue_jobs/1a2b/etl_orders.py"),
    Change("artifact", "etl_products.py", "create", "glue_jobs: lakehouse/artifacts/glue_jobs/3c4d/etl_products.py"),
    Change("artifact", "functions.zip", "create", "lambda: lakehouse/artifacts/lambda/5e6f/functions.zip"),
]
PLAN = Plan(CHANGES, ["uploads/orders_apr_2025.xlsx", "uploads/more/products.csv"], {"stack shop-app": "1"})
NOTHING = Plan([], [], {"stack shop-app": "1"})
OUTPUTS = {
    "bucket": "shop-lake",
    "state_machine": "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-lakehouse_etl_flow",
    "topic": "arn:aws:sns:eu-central-1:123456789012:shop-alerts",
    "workgroup": "shop",
    "database": "ecom_catalog",
    "stacks": ["shop-data", "shop-app"],
}


class MemoryDeployment:
    """A target that holds what was deployed to it."""

    def __init__(self, plan):
        self.today = plan
        self.applied = []
        self.destroyed = False
        self.by_hand = []
        self.failure = None
        self.findings = [Finding("stack shop-app", True, "CREATE_COMPLETE")]

    def health(self):
        return [Finding("account", True, "123456789012"), *self.findings]

    def plan(self):
        return self.today

    def apply(self, plan, tell):
        if self.failure:
            raise self.failure
        if plan.changes:
            tell("updating stack shop-app")
        self.applied.append(plan)
        return OUTPUTS

    def drift(self):
        return self.by_hand

    def outputs(self):
        return OUTPUTS

    def destroy(self, tell):
        if self.failure:
            raise self.failure
        tell("delete complete")
        self.destroyed = True
        return {"stacks": ["shop-data"], "Bucket": "shop-lake"}


@pytest.fixture
def target(monkeypatch):
    made = MemoryDeployment(PLAN)
    made.asked_for = None

    def open_deployment(config, only):
        made.asked_for = only
        return made

    monkeypatch.setattr(wiring, "open_deployment", open_deployment)
    return made


@pytest.mark.parametrize("width", [80, 120])
def test_a_plan_fits_the_screen(width):
    lines = [line.plain for line in plan_view.plan_lines(PLAN, width)]
    assert max(map(len, lines)) <= width
    assert_golden(f"cli/plan_{width}.txt", "\n".join(lines) + "\n")


def test_plan_shows_and_changes_nothing(project, lakectl, target):
    ran = lakectl("deploy", "--plan")
    assert (ran.code, target.applied) == (0, [])
    assert "  ~   EtlOrders" in ran.out
    assert ran.out.endswith("Plan: 6 to create, 5 to update, 1 to replace, 1 to delete. 2 uploads wait.\n")


def test_plan_json(project, lakectl, target):
    ran = lakectl("deploy", "--plan", "-o", "json")
    assert_shape("plan", ran.json)
    assert ran.json["changes"][0] == {
        "kind": "stack",
        "name": "shop-app",
        "action": "update",
        "detail": "outputs or parameters",
    }
    assert (ran.json["waiting"], ran.json["stale"]) == (PLAN.waiting, False)


@pytest.mark.parametrize(("plan", "code"), [(PLAN, 4), (NOTHING, 0)])
def test_detailed_exit_code(project, lakectl, target, plan, code):
    target.today = plan
    assert lakectl("deploy", "--plan", "--detailed-exitcode").code == code


def test_nothing_to_do_asks_nobody(project, lakectl, target):
    target.today = NOTHING
    ran = lakectl("deploy")
    assert ran.code == 0
    assert ran.err.startswith("Nothing to do")
    assert "shop-lake" in ran.out


def test_off_a_terminal_it_needs_yes(project, lakectl, target):
    ran = lakectl("deploy")
    assert (ran.code, target.applied) == (2, [])
    assert "no terminal to ask on" in ran.err
    assert "--yes" in ran.err


def test_deploy(project, lakectl, target):
    ran = lakectl("deploy", "--yes", "-o", "json")
    assert (ran.code, target.applied) == (0, [PLAN])
    assert_shape("deploy", ran.json)
    assert ran.json["outputs"] == OUTPUTS
    assert "Z updating stack shop-app" in ran.err


def test_a_failure_is_quoted(project, lakectl, target):
    target.failure = DeployError("stack shop-app: EtlOrders failed first: no role", "Correct it.")
    ran = lakectl("deploy", "--yes", "-o", "json")
    assert ran.code == 1
    assert ran.json == {"error": {"message": target.failure.message, "hint": "Correct it."}}


@pytest.mark.parametrize("words", [("deploy",), ("destroy",)], ids=" ".join)
def test_ctrl_c_says_that_cloudformation_goes_on(project, lakectl, target, words):
    target.failure = KeyboardInterrupt()
    ran = lakectl(*words, "--yes")
    assert ran.code == 130
    assert "stopped following" in ran.err


def test_a_saved_plan_is_deployed(project, lakectl, target):
    assert lakectl("deploy", "--plan", "--plan-out", "plan.json").code == 0
    assert json.loads((project / "plan.json").read_text())["version"] == 1
    ran = lakectl("deploy", "plan.json", "--yes")
    assert (ran.code, target.applied) == (0, [PLAN])


def test_a_stale_plan_is_refused_and_says_why(project, lakectl, target):
    lakectl("deploy", "--plan", "--plan-out", "plan.json")
    target.today = Plan(CHANGES, [], {"stack shop-app": "2"})
    ran = lakectl("deploy", "plan.json", "--yes")
    assert (ran.code, target.applied) == (2, [])
    assert "plan.json is stale: stack shop-app changed" in ran.err
    shown = lakectl("deploy", "plan.json", "--plan", "-o", "json")
    assert shown.json["stale"] is True


def test_waiting_uploads_do_not_make_a_plan_stale(project, lakectl, target):
    lakectl("deploy", "--plan", "--plan-out", "plan.json")
    target.today = Plan(CHANGES, ["uploads/new.csv"], PLAN.basis)
    assert lakectl("deploy", "plan.json", "--yes").code == 0


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"version": 9, "changes": []}', '"text"'])
def test_what_is_no_plan(project, lakectl, target, content):
    (project / "plan.json").write_text(content)
    ran = lakectl("deploy", "plan.json", "--yes")
    assert (ran.code, target.applied) == (2, [])
    assert "plan.json" in ran.err


def test_a_plan_that_is_not_there(project, lakectl, target):
    assert "nowhere.json cannot be read" in lakectl("deploy", "nowhere.json", "--yes").err


def test_drift(project, lakectl, target):
    assert lakectl("deploy", "--plan", "--drift", "--detailed-exitcode").code == 0
    target.by_hand = [Change("resource", "UploadsRule", "update", "AWS::Events::Rule: State is DISABLED, was ENABLED")]
    ran = lakectl("deploy", "--plan", "--drift", "--detailed-exitcode")
    assert ran.code == 4
    assert "State is DISABLED, was ENABLED" in ran.out
    assert lakectl("deploy", "--drift", "-o", "json").json["drift"][0]["name"] == "UploadsRule"
    assert target.applied == []


def test_only_is_passed_on(project, lakectl, target):
    lakectl("deploy", "--only", "scripts, state-machine", "--plan")
    assert target.asked_for == ("scripts", "state-machine")


def test_doctor_gives_the_outputs(project, lakectl, target):
    (project / "lakectl.toml").write_text('[targets.aws]\nbucket = "shop-lake"\nregion = "eu-central-1"\n', "utf-8")
    found = lakectl("-t", "aws", "doctor", "-o", "json").json
    assert_shape("doctor", found)
    assert found["outputs"] == OUTPUTS
    target.findings = [Finding("stack shop-app", False, "it is not there", "Deploy.")]
    ran = lakectl("-t", "aws", "doctor", "-o", "json")
    assert (ran.code, ran.json["outputs"]) == (1, None)


def test_destroy_asks_and_says_what_is_kept(project, lakectl, target):
    assert lakectl("destroy").code == 2
    assert not target.destroyed
    ran = lakectl("destroy", "--yes")
    assert target.destroyed
    assert "Kept: the bucket shop-lake" in ran.out
    assert "delete-stack --stack-name shop-data" in ran.out
    assert lakectl("destroy", "--yes", "-o", "json").json == {"kept": {"stacks": ["shop-data"], "Bucket": "shop-lake"}}


def test_the_local_target_has_nothing_to_deploy(project, lakectl):
    ran = lakectl("deploy", "--plan", "-o", "json")
    assert ran.code == 2
    assert "local" in ran.json["error"]["message"]
    assert "-t aws" in ran.json["error"]["hint"]
