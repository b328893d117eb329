"""A project that is made for AWS, and the template that names every setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lakectl import __version__
from lakectl.config import load
from lakectl.errors import UsageError
from lakectl.operations.init import create_project
from lakectl.settings import SETTINGS

ROOT = Path(__file__).parents[3]


def test_bucket_and_region_make_a_project_whose_target_is_aws(tmp_path: Path) -> None:
    create_project(tmp_path / "shop", "shop-lake", "eu-west-1")
    config = load(tmp_path / "shop", {}, {})
    assert config.target == "aws"
    assert config.aws is not None
    assert (config.aws.bucket, config.aws.region) == ("shop-lake", "eu-west-1")


def test_without_them_nothing_of_aws_is_set(tmp_path: Path) -> None:
    create_project(tmp_path / "shop")
    config = load(tmp_path / "shop", {}, {})
    assert (config.target, config.aws) == ("local", None)


@pytest.mark.parametrize(
    ("bucket", "region", "told"),
    [
        ("shop-lake", "", "needs a region"),
        ("", "eu-west-1", "needs a bucket"),
        ("Shop Lake", "eu-west-1", "--bucket cannot be 'Shop Lake'"),
        ("shop-lake", "Frankfurt", "--region cannot be 'Frankfurt'"),
    ],
)
def test_names_that_aws_has_not_are_refused_with_nothing_written(
    tmp_path: Path, bucket: str, region: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        create_project(tmp_path / "shop", bucket, region)
    assert not (tmp_path / "shop").exists()


def test_every_setting_stands_in_the_template_with_a_value_that_it_may_have(tmp_path: Path) -> None:
    create_project(tmp_path / "shop")
    file = tmp_path / "shop" / "lakectl.toml"
    text = re.sub(r"^# (?=\[|\w+ = )", "", file.read_text("utf-8"), flags=re.MULTILINE)
    whole = text.replace("arn:aws:kms:...", "arn:aws:kms:eu-west-1:123456789012:key/k")
    whole = whole.replace("arn:aws:iam::...", "arn:aws:iam::123456789012:policy/p")
    whole = whole.replace("arn:aws:states:...", "arn:aws:states:eu-west-1:123456789012:stateMachine:m")
    file.write_text(whole, encoding="utf-8")
    config = load(tmp_path / "shop", {}, {})
    assert config.aws is not None
    assert config.aws.existing is not None
    assert (config.aws.tags, config.aws.existing.jobs) == ({"team": "shop"}, {"etl_orders": "orders-job"})
    named = {name.rpartition(".")[2] for name in SETTINGS}
    assert named == {name for name in named if re.search(rf"^(\[.*)?{name}\b", text, re.MULTILINE)}


@pytest.mark.parametrize("exists", [True, False])
def test_a_workflow_for_github_is_added_to_a_new_project_or_one_that_is_there(lakectl, tmp_path, exists):
    folder = tmp_path / "shop"
    if exists:
        create_project(folder)
    before = (folder / "lakectl.toml").read_text() if exists else ""
    added = lakectl("init", str(folder), "--ci", "github", "-o", "json").json["files"]
    assert (".github/workflows/deploy.yml" in added, len(added) == 1) == (True, exists)
    text = (folder / ".github/workflows/deploy.yml").read_text("utf-8")
    assert f'pip install "lakectl=={__version__}"' in text
    assert not exists or (folder / "lakectl.toml").read_text() == before
    again = lakectl("init", str(folder), "--ci", "github")
    assert (again.code, "is there already" in again.err) == (2, True)


def test_init_without_a_folder_says_so(lakectl):
    assert lakectl("init").code == 2


WORKFLOWS = [ROOT / ".github/workflows/deploy.yml", ROOT / "src/lakectl/template/ci/github/deploy.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=["ours", "theirs"])
def test_workflows_pin_their_actions_hold_no_secret_and_ask_for_little(path):
    text = path.read_text("utf-8")
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert "secrets." not in text
    asked = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert asked["check"] == {"contents": "read"}
    assert asked["plan"] == asked["deploy"] == {"contents": "read", "id-token": "write"}
    assert asked["comment"] == {"pull-requests": "write"}  # which is lent no role, and runs nothing of the change
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert {step["with"]["persist-credentials"] for step in steps if "checkout@" in step.get("uses", "")} == {False}
    # What others wrote, such as a branch's name, reaches a shell through variables only.
    assert not re.findall(r"run: .*\$\{\{", text)
