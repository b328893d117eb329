"""What all commands share: options before and after the name, errors in two lines and as JSON, exit codes."""

from __future__ import annotations

import errno

import pytest
from tests.unit.lakehouse.aws import bucket

from lakectl.cli.app import _described, main
from lakectl.cli.reference import command_paths

EXECUTION = ("ingest", "x.csv"), ("run",), ("resume",), ("status",)
OTHERS = (
    ("archive",),
    ("executions", "list"),
    ("markers", "list"),
    ("markers", "show", "x"),
    ("markers", "clear", "--all"),
    ("rejects", "list"),
    ("rejects", "export", "x.csv"),
    ("tables", "list"),
    ("tables", "show", "orders"),
    ("query", "select 1"),
    ("queries",),
    ("contracts", "list"),
    ("contracts", "show", "orders"),
)


@pytest.mark.parametrize("words", [*EXECUTION, *OTHERS], ids=" ".join)
def test_outside_a_project_every_command_says_so(lakectl, words):
    ran = lakectl(*words)
    assert ran.code == 2
    assert ran.out == ""
    first, second = ran.err.splitlines()
    assert "no lakectl.toml found" in first
    assert "lakectl init" in second


@pytest.mark.parametrize("words", [*EXECUTION, *OTHERS], ids=" ".join)
def test_a_failure_is_json_where_json_was_asked_for(lakectl, words):
    ran = lakectl(*words, "-o", "json")
    assert ran.code == 2
    error = ran.json["error"]
    told = error if words in EXECUTION else error["message"]
    assert "no lakectl.toml found" in told
    assert ("status" in ran.json) == (words in EXECUTION)


@pytest.mark.parametrize("words", [("version",), ("doctor",), ("--version",), ("--help",)], ids=" ".join)
def test_some_commands_need_no_project(lakectl, words):
    ran = lakectl(*words)
    assert ran.code == 0
    assert ran.out


@pytest.mark.parametrize("words", [("-t", "aws", "status"), ("status", "-t", "aws"), ("tables", "list", "-t", "aws")])
def test_aws_needs_a_bucket_and_a_region(lakectl, project, words):
    ran = lakectl(*words)
    assert ran.code == 2
    assert "needs targets.aws.bucket and targets.aws.region" in " ".join(ran.err.split())


def test_what_aws_says_through_the_lake_is_told_like_any_error(lakectl, project, monkeypatch):
    with bucket(monkeypatch):
        for name, value in {"BUCKET": "nobodys-lake", "REGION": "us-east-1"}.items():
            monkeypatch.setenv(f"LAKECTL_TARGETS__AWS__{name}", value)
        ran = lakectl("-t", "aws", "markers", "list")
    assert ran.code == 2
    assert "the bucket nobodys-lake is not there" in " ".join(ran.err.split())
    assert "lakectl -t aws deploy" in ran.err


def test_target_from_the_environment(lakectl, project, monkeypatch):
    monkeypatch.setenv("LAKECTL_TARGET", "aws")
    assert lakectl("status").code == 2
    assert lakectl("status", "-t", "local").code == 0


@pytest.mark.parametrize("words", [("-o", "json", "contracts", "list"), ("contracts", "list", "-o", "json")])
def test_options_work_before_and_after_the_command(lakectl, project, words):
    assert [contract["dataset"] for contract in lakectl(*words).json] == ["order_items", "orders", "products"]


def test_the_option_after_the_command_wins(lakectl, project):
    assert lakectl("-o", "json", "contracts", "list", "-o", "table").out.startswith("dataset ")


def test_output_from_the_environment(lakectl, project, monkeypatch):
    monkeypatch.setenv("LAKECTL_OUTPUT", "json")
    assert len(lakectl("contracts", "list").json) == 3


def test_an_output_that_the_command_has_not(lakectl, project, monkeypatch):
    monkeypatch.setenv("LAKECTL_OUTPUT", "csv")
    ran = lakectl("contracts", "list")
    assert ran.code == 2
    assert "cannot print 'csv'" in ran.err


def test_project_option(lakectl, project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lakectl("contracts", "list").code == 2
    assert lakectl("contracts", "list", "--project", "shop").code == 0
    assert lakectl("--project", str(project / "sql"), "contracts", "list").code == 0
    monkeypatch.setenv("LAKECTL_PROJECT", str(project))
    assert lakectl("contracts", "list").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("ingst",), "Did you mean 'ingest'"),
        (("ingest",), "Missing argument 'FILES'"),
        (("status", "--nonsense"), "--nonsense"),
        (("query", "select 1", "-p", "limit"), "-p limit is no parameter"),
        (("markers", "clear"), "nothing was named to forget"),
        (("rejects", "show", "x.csv", "first"), "'ROW'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_is_two_lines_and_exit_2(lakectl, project, words, message):
    ran = lakectl(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert ran.err.startswith("Error: ")
    assert "\nNext:  " in ran.err
    assert message in lakectl(*words, "-o", "json").json["error"]["message"]


def test_an_unknown_output_format(lakectl, project):
    ran = lakectl("query", "select 1", "-o", "yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "yaml" in ran.err


def test_what_nobody_foresaw_is_one_line_and_debug_shows_more(lakectl, project):
    (project / "lake").write_text("a file where the folder should be")
    ran = lakectl("ingest", "lakectl.toml")
    assert ran.code == 1
    assert "Run it again with --debug for the traceback." in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in lakectl("ingest", "lakectl.toml", "--debug").err


@pytest.mark.parametrize(
    ("trouble", "message", "hint"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device", "Make room"),
        (OSError(errno.EROFS, "Read-only file system", "lake/x"), "lake/x: Read-only file system", "write there"),
        (PermissionError(errno.EACCES, "Permission denied", "lake/x"), "lake/x: Permission denied", "Let this user"),
    ],
)
def test_a_full_or_closed_disk_is_told_in_words(trouble, message, hint):
    told, advice, code = _described(trouble)
    assert (told, code) == (message, 1)
    assert hint in advice


def test_no_command_raises(project):
    for path in command_paths():
        assert main([*path, "--nonsense"]) == 2


def test_groups_show_their_help(lakectl):
    ran = lakectl("markers")
    assert ran.code == 0
    assert "Usage: lakectl markers" in ran.out


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_contracts_sql_is_all_that_its_job_runs_rejects_and_retries_included(lakectl, project, monkeypatch, engine):
    monkeypatch.setenv("LAKECTL_ENGINE", engine)
    printed = lakectl("contracts", "show", "order_items", "--sql").out
    names = [line.removeprefix("-- ") for line in printed.splitlines() if line.startswith("-- ")]
    assert names[:3] == ["retried", "raw", "checked"]
    assert names[-2:] == ["reject_changes", "waiting"]
    products = lakectl("contracts", "show", "products", "--sql").out
    assert "-- retried" not in products
