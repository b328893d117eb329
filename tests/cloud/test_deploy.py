"""Deploying to the emulator with the command itself: plan, deploy, plan again, change, fail, destroy, find again."""

from __future__ import annotations

import json

import pytest
from tests.cloud.shop import REGION, changes, client, open_shop

from lakehouse.contracts.load import PACKAGED

MOST_CALLS = 14  # of a plan that finds nothing to do


@pytest.fixture
def shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    return open_shop(tmp_path, monkeypatch, emulator, capsys, caplog)


@pytest.fixture
def deployed(shop):
    shop.deploy()
    return shop


def test_a_plan_for_an_empty_account_leaves_it_empty(shop):
    plan = shop.plan("--detailed-exitcode", code=4)
    assert {change["action"] for change in plan["changes"]} == {"create"}
    assert ("resource", "Lake", "create") in changes(plan)
    assert shop.stacks() == {}
    assert client("s3").list_buckets()["Buckets"] == []


def test_deploying_then_nothing_is_left_to_do(shop):
    outputs = shop.deploy()["outputs"]
    assert outputs["bucket"] == shop.bucket
    assert outputs["stacks"] == ["shop-data", "shop-app"]
    assert shop.stacks() == {"shop-data": "CREATE_COMPLETE", "shop-app": "CREATE_COMPLETE"}
    machines = client("stepfunctions")
    alias = machines.describe_state_machine_alias(stateMachineAliasArn=f"{outputs['state_machine']}:live")
    assert alias["routingConfiguration"][0]["weight"] == 100
    assert "${" not in machines.describe_state_machine(stateMachineArn=outputs["state_machine"])["definition"]
    assert shop.plan("--detailed-exitcode")["changes"] == []
    made = shop.calls("deploy", "--plan")
    assert sum(made.values()) <= MOST_CALLS, made
    assert not [call for call in made if call.startswith(("Put", "Create", "Upload", "Delete", "Execute"))]


def test_deploying_what_is_deployed_uploads_and_asks_nothing(deployed):
    made = deployed.calls("deploy")
    assert sum(made.values()) <= MOST_CALLS, made
    assert made["PutObject"] == made["CreateChangeSet"] == 0


def test_only_a_changed_script_is_planned_and_deployed(deployed):
    deployed.own("glue_jobs", "etl_orders.py", b"# corrected\n")
    plan = deployed.plan()
    assert changes(plan) == {("job", "EtlOrdersJob", "update"), ("artifact", "etl_orders.py", "create")}
    sets = client("cloudformation").list_change_sets(StackName="shop-app")["Summaries"]
    assert "AVAILABLE" not in {each["ExecutionStatus"] for each in sets}
    deployed.deploy()
    location = client("glue").get_job(JobName="shop-etl_orders")["Job"]["Command"]["ScriptLocation"]
    bucket, _, key = location.removeprefix("s3://").partition("/")
    assert client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().endswith(b"# corrected\n")
    assert deployed.plan()["changes"] == []


def test_a_changed_definition_is_told_state_by_state_and_gets_a_version(deployed):
    file = deployed.own("state_machine", "lakehouse_etl_flow.asl.json", b"")
    definition = json.loads(file.read_text())
    definition["States"]["NothingToLoad"]["Comment"] = "new"
    file.write_text(json.dumps(definition))
    plan = deployed.plan()
    assert ("state", "NothingToLoad", "update") in changes(plan)
    assert [name for kind, name, _ in changes(plan) if kind == "state"] == ["NothingToLoad"]
    deployed.deploy()
    arn = (
        f"arn:aws:states:{REGION}:{client('sts').get_caller_identity()['Account']}:stateMachine:shop-lakehouse_etl_flow"
    )
    assert len(client("stepfunctions").list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]) == 2


def test_a_changed_contract_says_what_it_breaks(deployed):
    columns = [{"Name": "product_id", "Type": "string"}]
    location = f"s3://{deployed.bucket}/lakehouse/processed/products/"
    client("glue").create_table(
        DatabaseName="ecom_catalog",
        TableInput={
            "Name": "products",
            "Parameters": {"spark.sql.sources.provider": "delta"},
            "StorageDescriptor": {"Columns": columns, "Location": location},
        },
    )
    text = (PACKAGED / "products.yaml").read_text()
    own = deployed.folder / "contracts" / "products.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(text.replace("name: department_id", "name: section_id", 1))
    (change,) = [change for change in deployed.plan()["changes"] if change["kind"] == "contract"]
    assert "column section_id added" in change["detail"]
    assert "column department_id gone" in change["detail"]
    assert "BREAKS products: the column 'product_id' is string" in change["detail"]


def test_waiting_uploads_are_told(deployed):
    client("s3").put_object(Bucket=deployed.bucket, Key="uploads/more/products.csv", Body=b"product_id\n1\n")
    assert deployed.plan()["waiting"] == ["uploads/more/products.csv"]


def test_a_saved_plan_goes_stale(deployed, tmp_path):
    deployed.own("glue_jobs", "etl_orders.py", b"# one\n")
    saved = str(tmp_path / "plan.json")
    deployed.plan("--plan-out", saved)
    deployed.own("glue_jobs", "etl_products.py", b"# two\n")
    answer = deployed.deploy(saved, code=2)
    assert "ScriptEtlProducts" in answer["error"]["message"]
    assert deployed.plan(saved)["stale"] is True
    fresh = str(tmp_path / "fresh.json")
    deployed.plan("--plan-out", fresh)
    assert deployed.deploy(fresh)["stale"] is False


def test_what_was_changed_by_hand(deployed):
    assert deployed.run("deploy", "--plan", "--drift", "--detailed-exitcode")["drift"] == []
    client("lambda").update_function_configuration(FunctionName="shop-plan_run", MemorySize=128)
    client("logs").delete_log_group(logGroupName="/aws/lambda/shop-plan_run")
    machines = client("stepfunctions")
    arn = machines.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    definition = json.loads(machines.describe_state_machine(stateMachineArn=arn)["definition"])
    definition["States"]["Begin"]["Comment"] = "by hand"
    machines.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))
    job = client("glue").get_job(JobName="shop-etl_orders")["Job"]
    update = {key: job[key] for key in ("Role", "Command", "GlueVersion", "WorkerType")}
    update |= {"NumberOfWorkers": 2, "Timeout": 60}
    update["DefaultArguments"] = {**job["DefaultArguments"], "--by-hand": "1"}
    client("glue").update_job(JobName="shop-etl_orders", JobUpdate=update)
    found = deployed.run("deploy", "--plan", "--drift", "--detailed-exitcode", code=4)["drift"]
    assert {(change["kind"], change["name"], change["action"]) for change in found} == {
        ("resource", "PlanRun", "update"),
        ("resource", "PlanRunLogs", "create"),
        ("state", "Begin", "update"),
        ("job", "EtlOrdersJob", "update"),
    }
    assert [change["detail"] for change in found if change["kind"] == "job"] == ["AWS::Glue::Job: --by-hand"]


def test_a_failed_update_is_rolled_back_and_quotes_the_cause(deployed):
    definition = deployed.folder / "state_machine" / "lakehouse_etl_flow.asl.json"
    definition.parent.mkdir()
    definition.write_text('{"StartAt": "Nowhere", "States": {}}')
    answer = deployed.deploy(code=1)
    assert "Machine (AWS::StepFunctions::StateMachine) failed first: " in answer["error"]["message"]
    assert answer["error"]["hint"].startswith("What was there before is back and works.")
    assert deployed.stacks()["shop-app"] == "UPDATE_ROLLBACK_COMPLETE"
    definition.unlink()
    assert deployed.plan()["changes"] == []


def test_a_failed_creation_is_made_again(shop):
    definition = shop.folder / "state_machine" / "lakehouse_etl_flow.asl.json"
    definition.parent.mkdir()
    definition.write_text('{"StartAt": "Nowhere", "States": {}}')
    shop.deploy(code=1)
    assert shop.stacks() == {"shop-data": "CREATE_COMPLETE", "shop-app": "ROLLBACK_COMPLETE"}
    definition.unlink()
    assert ("stack", "shop-app", "replace") in changes(shop.plan())
    shop.deploy()
    assert shop.stacks()["shop-app"] == "CREATE_COMPLETE"


def test_destroy_keeps_the_data_and_deploy_finds_them(deployed):
    s3 = client("s3")
    s3.put_object(Bucket=deployed.bucket, Key="lakehouse/kept.csv", Body=b"order_id\n1\n")
    assert deployed.run("destroy", "--yes")["kept"]["Bucket"] == deployed.bucket
    assert deployed.stacks() == {"shop-data": "CREATE_COMPLETE"}
    assert client("lambda").list_functions()["Functions"] == []
    plan = deployed.plan()
    assert {name for kind, name, _ in changes(plan) if kind == "stack"} == {"shop-app"}
    assert not [name for kind, name, _ in changes(plan) if kind == "artifact"]
    deployed.deploy()
    assert s3.get_object(Bucket=deployed.bucket, Key="lakehouse/kept.csv")["Body"].read() == b"order_id\n1\n"


def test_data_are_protected_from_deletion(deployed):
    formation = client("cloudformation")
    with pytest.raises(formation.exceptions.ClientError, match="TerminationProtection"):
        formation.delete_stack(StackName="shop-data")


def test_a_bucket_of_ours_that_no_stack_holds_is_left_alone(shop):
    client("s3").create_bucket(Bucket=shop.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    answer = shop.deploy(code=1)
    assert f"the bucket {shop.bucket} is there already" in answer["error"]["message"]
    assert shop.stacks() == {}


def test_somebody_elses_bucket(shop, monkeypatch):
    with monkeypatch.context() as other:
        other.setenv("AWS_ACCESS_KEY_ID", "999999999999")
        client("s3").create_bucket(Bucket=shop.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    answer = shop.deploy(code=1)
    assert f"the bucket {shop.bucket} belongs to another account" in answer["error"]["message"]
    assert shop.stacks() == {}


def test_another_account_or_region_is_refused(shop, monkeypatch):
    shop.configure(f'bucket = "{shop.bucket}"', 'account = "000000000001"')
    assert "000000000001" in shop.deploy(code=2)["error"]["message"]
    shop.configure(f'bucket = "{shop.bucket}"')
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert "say us-east-1" in shop.deploy(code=2)["error"]["message"]
