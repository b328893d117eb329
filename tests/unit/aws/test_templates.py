"""The templates say what the settings, the names and the files of the project say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.unit.aws.shop import ARTIFACTS, BOUNDARY, FULL, KEY, PLAIN, app_values, data_values, names

from lakectl.errors import UsageError
from lakectl.platforms.aws.names import FUNCTIONS, JOBS, PYTHON_SHELL
from lakectl.platforms.aws.templates import CAPABILITIES, MAX_BYTES, Template, app_stack, data_stack, load
from lakectl.settings import AwsTarget

ROOT = Path(__file__).parents[3]
BOTH = pytest.mark.parametrize("target", [PLAIN, FULL], ids=["defaults", "everything"])


def stacks(target: AwsTarget) -> list[Template]:
    return [data_stack(names(target)), app_stack(names(target), ARTIFACTS)]


@BOTH
def test_a_stack_is_given_exactly_the_parameters_it_declares(target: AwsTarget) -> None:
    for stack in stacks(target):
        declared = json.loads(stack.body)["Parameters"]
        assert stack.parameters.keys() == declared.keys()
        for name, value in stack.parameters.items():
            assert value in declared[name].get("AllowedValues", [value])


def test_a_template_travels_inside_the_request() -> None:
    for stack in stacks(FULL):
        assert len(stack.body.encode()) < MAX_BYTES


def test_roles_with_names_need_the_capability_that_is_sent() -> None:
    assert all("RoleName" in role for role in app_values(PLAIN).properties("AWS::IAM::Role"))
    assert CAPABILITIES == ("CAPABILITY_NAMED_IAM",)


def test_tags_are_the_stacks() -> None:
    assert [dict(stack.tags) for stack in stacks(FULL)] == [{"team": "sales"}] * 2


@BOTH
def test_names_are_those_that_the_rest_of_lakectl_computes(target: AwsTarget) -> None:
    expected, app, data = names(target), app_values(target), data_values(target)

    assert {one["FunctionName"] for one in app.properties("AWS::Lambda::Function")} == set(
        map(expected.function, FUNCTIONS)
    )
    assert {one["Name"] for one in app.properties("AWS::Glue::Job")} == set(map(expected.job, JOBS))
    assert {one["Name"] for one in app.properties("AWS::Events::Rule")} == set(expected.rules)
    assert [one["QueueName"] for one in app.properties("AWS::SQS::Queue")] == [expected.dead_letters]
    services = ("lambda", "glue", "states", "events")
    assert [one["RoleName"] for one in app.properties("AWS::IAM::Role")] == list(map(expected.role, services))
    assert app.value({"Ref": "Machine"}) == expected.machine_arn
    assert app.value({"Ref": "Live"}) == expected.alias_arn
    assert app.value({"Ref": "Alerts"}) == expected.topic_arn
    assert app.value({"Ref": "WorkGroup"}) == expected.workgroup
    assert data.value({"Ref": "Lake"}) == expected.bucket
    assert data.value({"Ref": "Catalog"}) == expected.database


@BOTH
def test_every_function_job_and_machine_has_its_log_group_with_a_retention(target: AwsTarget) -> None:
    expected = names(target)
    groups = app_values(target).properties("AWS::Logs::LogGroup")
    jobs = {f"{expected.job_logs}/{kind}" for kind in ("output", "error")}
    functions = set(map(expected.function_logs, FUNCTIONS))

    assert {group["LogGroupName"] for group in groups} == functions | jobs | {expected.machine_logs}
    assert {group["RetentionInDays"] for group in groups} == {"30" if target is PLAIN else "60"}


def test_logs_that_cloudwatch_cannot_keep_so_long_are_refused() -> None:
    with pytest.raises(UsageError, match="log_days is 4000"):
        app_stack(names(AwsTarget(bucket="lake", region="eu-west-1", log_days=4000)), ARTIFACTS)


def test_every_handler_and_script_has_its_resource() -> None:
    app = app_values(PLAIN)
    handlers = {one["Handler"] for one in app.properties("AWS::Lambda::Function")}
    scripts = {one["Command"]["ScriptLocation"].rpartition("/")[2] for one in app.properties("AWS::Glue::Job")}

    assert handlers == {f"{path.stem}.handler" for path in (ROOT / "lambdas").glob("*.py")}
    assert {path.name for path in (ROOT / "glue_jobs").glob("*.py")} == scripts


def test_every_substitution_of_the_state_machine_is_given_and_none_too_many() -> None:
    text = (ROOT / "state_machine" / "lakehouse_etl_flow.asl.json").read_text()
    machine = app_values(PLAIN).properties("AWS::StepFunctions::StateMachine")[0]

    assert machine["DefinitionSubstitutions"].keys() == set(re.findall(r"\$\{(\w+)\}", text))


@BOTH
def test_the_state_machine_is_told_of_this_lake(target: AwsTarget) -> None:
    given = app_values(target).properties("AWS::StepFunctions::StateMachine")[0]["DefinitionSubstitutions"]
    expected = names(target)

    assert given["lake"] == "s3://shop-lake"
    assert given["contracts"] == "s3://shop-lake/lakehouse/artifacts/contracts/5/"
    assert (given["markers"], given["lock"]) == (expected.backends["markers"], expected.backends["lock"])
    assert given["machine"] == expected.machine_arn
    assert given["quiet_seconds"] == str(target.quiet_seconds)
    assert given["lambda_bytes"] == str(target.lambda_megabytes * 1024 * 1024)
    assert given["acquire_lock"].endswith(":function:shop-acquire_lock")
    assert given["job_convert_excel_to_csv"] == "shop-convert_excel_to_csv"


@BOTH
def test_jobs_are_as_the_settings_say(target: AwsTarget) -> None:
    for job in app_values(target).properties("AWS::Glue::Job"):
        assert job["Timeout"] == str(target.job_minutes)
        assert job["MaxRetries"] == 0
        if job["Command"]["Name"] == "glueetl":
            assert job["GlueVersion"] == "6.0"
            assert (job["WorkerType"], job["NumberOfWorkers"]) == (target.worker_type, str(target.workers))
            assert job["DefaultArguments"]["--additional-python-modules"] == (
                "s3://shop-lake/lakehouse/artifacts/wheel/2/lakehouse.whl,"
                "s3://shop-lake/lakehouse/artifacts/wheel/3/sqlglot.whl"
            )


def test_the_archive_job_runs_in_the_python_shell_with_a_boto3_that_knows_conditional_writes() -> None:
    jobs = app_values(PLAIN).properties("AWS::Glue::Job")
    shells = {job["Name"]: job for job in jobs if job["Command"]["Name"] == "pythonshell"}

    assert shells.keys() == {names(PLAIN).job(name) for name in PYTHON_SHELL}
    (job,) = shells.values()
    assert (job["Command"]["PythonVersion"], job["MaxCapacity"]) == ("3.9", 0.0625)
    assert job["DefaultArguments"]["--extra-py-files"] == f"s3://shop-lake/{ARTIFACTS['WheelKey']}"
    boto3, _, version = job["DefaultArguments"]["--additional-python-modules"].partition("==")
    assert boto3 == "boto3"
    assert tuple(map(int, version.split("."))) > (1, 36)


def test_only_jobs_of_one_dataset_run_one_at_a_time() -> None:
    jobs = app_values(PLAIN).properties("AWS::Glue::Job")
    at_once = {job["Name"]: job["ExecutionProperty"]["MaxConcurrentRuns"] for job in jobs}

    assert {name for name, most in at_once.items() if most == 1} == {
        "shop-etl_products", "shop-etl_orders", "shop-etl_order_items", "shop-optimize_tables",
    }  # fmt: skip
    assert {most for most in at_once.values() if most > 1} == {4}


def test_the_one_conf_chains_what_delta_needs_and_no_log_store() -> None:
    jobs = {job["Name"]: job["DefaultArguments"] for job in app_values(PLAIN).properties("AWS::Glue::Job")}
    conf = jobs["shop-etl_orders"]["--conf"]

    assert conf.split(" --conf ") == [
        "spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog",
    ]


def test_the_job_that_the_clock_starts_has_the_arguments_that_others_are_given() -> None:
    job = next(j for j in app_values(FULL).properties("AWS::Glue::Job") if j["Name"] == "shop-optimize_tables")

    assert {
        name: job["DefaultArguments"][f"--{name}"] for name in ("lake", "markers", "lock", "machine", "engine")
    } == {
        "lake": "s3://shop-lake",
        "markers": "dynamodb:shop-state",
        "lock": "dynamodb:shop-state",
        "machine": names(FULL).machine_arn,
        "engine": "spark",
    }


def test_what_is_not_asked_for_is_not_there() -> None:
    optional = ("AWS::Glue::Trigger", "AWS::SNS::Subscription")

    assert [len(app_values(PLAIN).properties(type_)) for type_ in optional] == [0, 0]
    assert [len(app_values(FULL).properties(type_)) for type_ in optional] == [1, 1]
    assert [len(data_values(t).properties("AWS::DynamoDB::Table")) for t in (PLAIN, FULL)] == [0, 1]


def test_a_key_encrypts_whatever_takes_one() -> None:
    app, data = app_values(FULL), data_values(FULL)
    bucket = data.properties("AWS::S3::Bucket")[0]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]

    assert bucket["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert data.properties("AWS::DynamoDB::Table")[0]["SSESpecification"]["KMSMasterKeyId"] == KEY
    assert app.properties("AWS::SNS::Topic")[0]["KmsMasterKeyId"] == KEY
    results = app.properties("AWS::Athena::WorkGroup")[0]["WorkGroupConfiguration"]["ResultConfiguration"]
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_KMS", "KmsKey": KEY}


def test_a_boundary_bounds_every_role() -> None:
    assert {role["PermissionsBoundary"] for role in app_values(FULL).properties("AWS::IAM::Role")} == {BOUNDARY}
    assert not any("PermissionsBoundary" in role for role in app_values(PLAIN).properties("AWS::IAM::Role"))


def test_functions_have_the_architecture_of_their_zip_and_the_converter_a_whole_cpu() -> None:
    functions = {one["FunctionName"]: one for one in app_values(FULL).properties("AWS::Lambda::Function")}

    assert {(*one["Architectures"], one["Runtime"]) for one in functions.values()} == {("arm64", "python3.13")}
    memory = {name: one["MemorySize"] for name, one in functions.items()}
    assert memory.pop("shop-convert_excel_to_csv") == 1769
    assert max(memory.values()) < 1769


def test_the_template_reads_as_cloudformation_wants_it() -> None:
    functions = load("app.yaml")["Resources"]["FindUploads"]["Properties"]

    assert functions["Role"] == {"Fn::GetAtt": ["LambdaRole", "Arn"]}
    assert functions["FunctionName"] == {"Fn::Sub": "${Prefix}-find_uploads"}
    assert functions["Code"] == {"S3Bucket": {"Ref": "Bucket"}, "S3Key": {"Ref": "LambdaKey"}}
