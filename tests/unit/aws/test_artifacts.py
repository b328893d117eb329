"""What a deployment ships: the same bytes whoever packs it, a project's own files first, all that a handler imports."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest
from tests.cloud.environments import lambda_python
from tests.unit.lakehouse.aws import bucket

from lakectl import assets
from lakectl.errors import Unreachable
from lakectl.platforms.aws import packages, wheels
from lakectl.platforms.aws.artifacts import Artifacts, build, missing, upload
from lakectl.settings import AwsTarget

TARGET = AwsTarget(bucket="lake", region="us-east-1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def put(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def changed(before: Artifacts, after: Artifacts) -> set[str]:
    return {name for name, key in after.parameters.items() if before.parameters[name] != key}


def unpacked(artifacts: Artifacts, folder: Path) -> Path:
    [zipped] = [file.content for file in artifacts.files if file.key == artifacts.parameters["LambdaKey"]]
    (folder / "functions.zip").write_bytes(zipped)
    with zipfile.ZipFile(folder / "functions.zip") as archive:
        archive.extractall(folder / "functions")
    return folder / "functions"


def test_two_builds_are_equal_wherever_and_whenever(project, tmp_path, monkeypatch):
    first = build(project, TARGET)
    monkeypatch.chdir(tmp_path)
    for handler in assets.folders("lambdas", project)[0].glob("*.py"):
        os.utime(handler)
    assert build(project, TARGET) == first
    assert all(file.key.startswith("lakehouse/artifacts/") for file in first.files)


@pytest.mark.parametrize(
    ("name", "text", "parameters"),
    [
        ("lambdas/plan_run.py", "def handler(event, context): ...\n", {"LambdaKey"}),
        ("glue_jobs/etl_orders.py", "def main(argv): ...\n", {"ScriptEtlOrders"}),
        ("sql/mine.sql", "-- title: mine\nselect 1\n", set()),
    ],
)
def test_a_file_of_the_projects_own_changes_only_what_it_is_in(project, name, text, parameters):
    before = build(project, TARGET)
    put(project, name, text)
    assert changed(before, build(project, TARGET)) == parameters


def test_a_contract_of_the_projects_own_takes_the_place_of_the_packaged_one_whatever_its_file_is_called(project):
    before = build(project, TARGET)
    packaged = next(file for file in before.files if file.key.endswith("/orders.yaml"))
    put(project, "contracts/our orders.yaml", packaged.content.decode().replace("version: 1", "version: 2", 1))
    after = build(project, TARGET)
    assert changed(before, after) == {"ContractsPrefix"}
    names = [
        file.key.rpartition("/")[2] for file in after.files if file.key.startswith(after.parameters["ContractsPrefix"])
    ]
    assert names == ["order_items.yaml", "orders.yaml", "products.yaml"]


def test_every_handler_finds_what_it_imports_in_the_zip(project, tmp_path):
    functions = unpacked(build(project, TARGET), tmp_path)
    assert (tmp_path / "functions.zip").stat().st_size < 10 * 2**20
    # The last two are imported when an old workbook or text of an old encoding comes.
    names = [*assets.stems("lambdas"), "olefile", "chardet", "tzdata"]
    imports = "; ".join(f"import {name}" for name in names)
    told = subprocess.run([lambda_python(), "-c", imports], cwd=functions, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_workbook_is_converted_by_the_zip_alone(project, tmp_path):
    functions = unpacked(build(project, TARGET), tmp_path)
    inbox = tmp_path / "lake" / "uploads"
    inbox.mkdir(parents=True)
    (inbox / "products.csv").write_text("product_id,department_id,department,product_name\n1,4,Books,Atlas\n", "utf-8")
    script = f"""
import convert_excel_to_csv, find_uploads
lake = {{"root": {str(tmp_path / "lake")!r}}}
found = find_uploads.handler({{"lake": lake, "execution": "e1", "round": 1, "quiet_seconds": 0, "waited": 0}}, None)
for batch in found["batches"]:
    convert_excel_to_csv.handler({{"lake": lake, "execution": "e1", "batch": batch}}, None)
"""
    environment = {**os.environ, "PYTHONPATH": ""}
    subprocess.run([lambda_python(), "-c", script], cwd=functions, env=environment, check=True)
    [csv] = (tmp_path / "lake/lakehouse/raw/products").glob("*.csv")
    assert "1,4,Books,Atlas" in csv.read_text("utf-8")


def test_the_wheel_is_one_that_pip_installs(tmp_path):
    wheel = tmp_path / packages.wheel_name()
    wheel.write_bytes(packages.lakehouse_wheel())
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        tmp_path / "to",
        wheel,
    ]
    subprocess.run(list(map(str, pip)), check=True)
    assert (tmp_path / "to/lakehouse/contracts/orders.yaml").is_file()
    imported = [sys.executable, "-S", "-c", "import lakehouse.archive"]  # as the Python shell does: from the zip itself
    subprocess.run(imported, env={"PYTHONPATH": str(wheel)}, check=True)


def test_only_what_is_missing_is_uploaded_and_what_is_there_is_left(project, monkeypatch):
    artifacts = build(project, TARGET)
    with bucket(monkeypatch) as name:
        s3 = boto3.client("s3")
        assert missing(artifacts, s3, name) == list(artifacts.files)
        s3.put_object(Bucket=name, Key=artifacts.files[0].key, Body=b"what somebody else has put")
        upload(artifacts.files, s3, name)
        assert missing(artifacts, s3, name) == []
        assert s3.get_object(Bucket=name, Key=artifacts.files[0].key)["Body"].read() == b"what somebody else has put"
        assert s3.get_object(Bucket=name, Key=artifacts.files[1].key)["Body"].read() == artifacts.files[1].content


def test_functions_on_arm_take_wheels_for_arm_and_jobs_do_not(project):
    on_arm = build(project, AwsTarget(bucket="lake", region="us-east-1", architecture="arm64"))
    assert changed(build(project, TARGET), on_arm) == {"LambdaKey"}
    assert "x86_64" in on_arm.parameters["ModulesKeys"]


def test_without_a_network_it_says_so_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(Unreachable, match="could not be fetched"):
        wheels.fetch("x86_64", tmp_path)
    assert list((tmp_path / "wheels").iterdir()) == []
