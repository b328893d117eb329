"""Settings: where they come from, which wins, and what is refused by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakectl.config import Config, load, variable
from lakectl.errors import ConfigError, NoProject
from lakectl.settings import SETTINGS, AwsTarget


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str) -> Path:
        (tmp_path / "lakectl.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def read(folder: Path, environment: dict[str, str] | None = None, **flags: str | None) -> Config:
    return load(folder, environment or {}, flags)


def test_an_empty_file_gives_the_defaults(write):
    folder = write("")
    config = read(folder)
    assert (config.target, config.engine, config.local.markers) == ("local", "duckdb", "objects")
    assert config.local.path == folder / "lake"
    assert (config.contracts, config.sql) == (folder / "contracts", folder / "sql")


@pytest.mark.parametrize(
    ("toml", "environment", "flag", "expected"),
    [
        ("", {}, None, "duckdb"),
        ('engine = "spark"', {}, None, "spark"),
        ('engine = "spark"', {"LAKECTL_ENGINE": "duckdb"}, None, "duckdb"),
        ('engine = "duckdb"', {"LAKECTL_ENGINE": "duckdb"}, "spark", "spark"),
        ('engine = "spark"', {"LAKECTL_ENGINE": ""}, None, "spark"),
    ],
)
def test_flag_before_variable_before_file_before_default(write, toml, environment, flag, expected):
    assert read(write(toml), environment, engine=flag).engine == expected


def test_every_setting_has_a_variable(write):
    folder = write("")
    environment = {"LAKECTL_TARGETS__LOCAL__PATH": "elsewhere", "LAKECTL_TARGETS__LOCAL__MARKERS": "dynamodb"}
    config = read(folder, environment)
    assert config.local.path == folder / "elsewhere"
    assert config.local.markers == "dynamodb"
    assert {variable(name) for name in SETTINGS} > environment.keys()


def test_the_file_is_found_upward(write):
    folder = write("")
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert read(inner).project == folder


def test_an_absolute_path_stays(write):
    assert read(write('[targets.local]\npath = "/somewhere/lake"')).local.path == Path("/somewhere/lake")


def test_no_file_says_what_to_do(tmp_path):
    with pytest.raises(NoProject) as caught:
        read(tmp_path)
    assert "no lakectl.toml found" in caught.value.message
    assert "lakectl init" in caught.value.hint


@pytest.mark.parametrize(
    ("toml", "line", "hint"),
    [
        ('# one\nenginee = "spark"', 2, "Did you mean 'engine'?"),
        ('engine = "duckdb"\n\n[targets.local]\npaht = "lake"', 4, "Did you mean 'targets.local.path'?"),
        ('[targets]\nlocal = { pth = "x" }', 2, "Did you mean 'targets.local.path'?"),
        ('zzz = "x"', 1, "There are: "),
        ('targets.local.marker = "objects"', 1, "Did you mean 'targets.local.markers'?"),
    ],
)
def test_an_unknown_setting_is_refused_by_line(write, toml, line, hint):
    with pytest.raises(ConfigError) as caught:
        read(write(toml))
    assert f"lakectl.toml, line {line}: there is no setting" in caught.value.message
    assert hint in caught.value.hint


def test_a_wrong_value_names_its_line_and_the_choices(write):
    with pytest.raises(ConfigError) as caught:
        read(write('target = "local"\nengine = "flink"'))
    assert "line 2: engine cannot be 'flink'" in caught.value.message
    assert "duckdb, spark" in caught.value.hint


def test_a_wrong_variable_is_named(write):
    with pytest.raises(ConfigError, match="LAKECTL_ENGINE: engine cannot be 'flink'"):
        read(write(""), {"LAKECTL_ENGINE": "flink"})


def test_a_value_of_another_type_is_refused(write):
    with pytest.raises(ConfigError, match="line 1: engine must be a text in quotes"):
        read(write("engine = 7"))


def test_a_file_that_is_no_toml_is_refused_by_line(write):
    with pytest.raises(ConfigError, match=r"lakectl\.toml: .*line 2"):
        read(write('engine = "duckdb"\nengine engine'))


AWS = '[targets.aws]\nbucket = "shop-lake"\nregion = "eu-central-1"\n'


def test_an_aws_target_has_defaults_for_all_but_bucket_and_region(write):
    target = read(write(AWS), target="aws").aws
    assert target == AwsTarget(bucket="shop-lake", region="eu-central-1")


def test_jobs_in_glue_run_on_spark(write):
    assert read(write(AWS), target="aws").engine == "spark"


def test_aws_without_a_bucket_says_what_to_write(write):
    with pytest.raises(ConfigError, match=r"needs targets\.aws\.bucket and targets\.aws\.region"):
        read(write(""), target="aws")


def test_numbers_and_tables_are_settings_too(write):
    target = read(write(AWS + 'workers = 5\n[targets.aws.tags]\nteam = "shop"\n"cost center" = "7"\n')).aws
    assert target is not None
    assert (target.workers, target.tags) == (5, {"team": "shop", "cost center": "7"})


def test_a_number_may_come_from_a_variable(write):
    target = read(write(AWS), {"LAKECTL_TARGETS__AWS__QUIET_SECONDS": "0"}).aws
    assert target is not None
    assert target.quiet_seconds == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('workers = "many"', "workers cannot be 'many'"),
        ("workers = 1", "workers cannot be 1"),
        ('bucket = "Shop"', "bucket cannot be 'Shop'"),
        ('prefix = "a-prefix-that-is-much-too-long"', "prefix cannot be"),
        ('account = "12"', "account cannot be '12'"),
    ],
)
def test_a_value_that_aws_would_refuse_is_refused_here(write, line, told):
    with pytest.raises(ConfigError, match=told):
        read(write('[targets.aws]\nregion = "eu-central-1"\n' + line))


def test_a_lakehouse_built_by_hand_needs_no_bucket_of_ours(write):
    target = read(
        write(
            '[targets.aws]\nregion = "eu-central-1"\n[targets.aws.existing]\nbucket = "old"\n'
            'scripts_prefix = "scripts/"\n'
            'state_machine_arn = "arn:aws:states:eu-central-1:000000000000:stateMachine:flow"\n'
            '[targets.aws.existing.jobs]\netl_orders = "orders-job"\n'
        )
    ).aws
    assert target is not None
    assert target.existing is not None
    assert target.existing.jobs == {"etl_orders": "orders-job"}


def test_half_an_existing_lakehouse_is_refused(write):
    with pytest.raises(ConfigError, match="scripts_prefix and targets"):
        read(write('[targets.aws]\nregion = "eu-central-1"\n[targets.aws.existing]\nbucket = "old"\n'))


@pytest.mark.parametrize("name", ["lake [1]", "50%25 off"])
def test_a_lake_folder_that_delta_cannot_open_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "lakectl.toml").write_text(f'[targets.local]\npath = "{name}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot open"):
        load(tmp_path, {}, {})
