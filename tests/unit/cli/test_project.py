"""Making a project, and examining one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lakectl import config, wiring
from lakectl.deploying import Deployment
from lakectl.errors import UsageError
from lakectl.operations.doctor import Check, JavaTools, Provision, examine
from lakectl.operations.init import create_project
from lakehouse.errors import LakehouseError
from lakehouse.lock import PIPELINE


@dataclass(frozen=True)
class Java:
    home: Path = Path("/opt/java")
    version: str = "17.0.15"


def no_deployment(_: config.Config) -> Deployment:
    raise AssertionError("the local target has no deployment")


def checks(
    folder: Path, *, java: Java | None = Java(), engine: str | None = None, fix: bool = False
) -> dict[str, Check]:
    tools = JavaTools(find=lambda: java, install=Java)
    found = examine(
        lambda: config.load(folder, {}, {"engine": engine}), wiring.open_platform, no_deployment, tools, fix
    )
    return {check.check: check for check in found}


def test_a_project_has_what_it_needs(project):
    files = sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())
    contracts = [f"contracts/{name}.yaml" for name in ("order_items", "orders", "products")]
    assert files == [".gitignore", *contracts, "lakectl.toml", "sql/orders_by_hour.sql"]
    assert (project / ".gitignore").read_text() == "/lake/\n"


def test_a_fresh_project_has_the_defaults(project):
    settings = config.load(project, {}, {})
    assert (settings.target, settings.engine, settings.local.path) == ("local", "duckdb", project / "lake")


def test_nothing_is_overwritten(project):
    (project / "lakectl.toml").write_text("# mine\n")
    (project / "sql" / "orders_by_hour.sql").unlink()
    with pytest.raises(UsageError, match="there already"):
        create_project(project)
    assert (project / "lakectl.toml").read_text() == "# mine\n"
    assert not (project / "sql" / "orders_by_hour.sql").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "shop").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        create_project(tmp_path / "shop")


def test_init_says_what_comes_next(lakectl):
    ran = lakectl("init", "shop")
    assert (ran.code, ran.out) == (0, "")
    assert "cd shop && lakectl ingest" in ran.err


def test_the_folder_may_be_the_current_one(lakectl, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert lakectl("init", ".").code == 0
    assert (tmp_path / "lakectl.toml").is_file()
    assert "folder for the project is missing" in lakectl("init").err


def test_a_healthy_project(project):
    found = checks(project)
    assert {check.status for check in found.values()} == {"ok"}
    assert found.keys() == {"python", "packages", "config", "spark", "contracts", "lake", "disk", "lock", "tables"}


def test_no_project_is_a_warning(tmp_path):
    found = checks(tmp_path)
    assert found["config"].status == "warn"
    assert "lakectl init" in found["config"].fix
    assert "tables" not in found


def test_wrong_settings_fail(project):
    (project / "lakectl.toml").write_text("enginee = 'spark'")
    assert checks(project)["config"].status == "fail"


def test_a_wrong_contract_fails(project):
    (project / "contracts" / "orders.yaml").write_text("apiVersion: v3.1.0\n")
    found = checks(project)
    assert found["contracts"].status == "fail"
    assert "orders.yaml" in found["contracts"].detail


@pytest.mark.parametrize(("engine", "status"), [("duckdb", "warn"), ("spark", "fail")])
def test_no_java_matters_to_spark_alone(project, engine, status):
    pytest.importorskip("pyspark")
    found = checks(project, java=None, engine=engine)
    assert found["spark"].status == status
    assert found["spark"].fix == "lakectl doctor --fix"


def test_fix_installs_java(project):
    pytest.importorskip("pyspark")
    assert checks(project, java=None, fix=True)["spark"].status == "ok"


def test_a_failed_installation_is_told(project):
    pytest.importorskip("pyspark")

    def refuse() -> Java:
        raise LakehouseError("no network", "type: apt-get install openjdk-17-jre-headless")

    tools = JavaTools(find=lambda: None, install=refuse)
    found = examine(lambda: config.load(project, {}, {}), wiring.open_platform, no_deployment, tools, fix=True)
    assert Check("spark", "fail", "no network", "type: apt-get install openjdk-17-jre-headless") in found


def test_what_spark_uses_is_a_warning_until_fix_makes_it_and_says_so(project):
    pytest.importorskip("pyspark")
    made: list[str] = []
    said: list[str] = []

    def part(name: str) -> Provision:
        return Provision(name, "a minute", "runs are slow", lambda java: name in made, lambda java: made.append(name))

    tools = JavaTools(find=Java, install=Java, provisions=(part("jars"), part("classes")), say=said.append)

    def found(fix: bool) -> list[Check]:
        every = examine(lambda: config.load(project, {}, {}), wiring.open_platform, no_deployment, tools, fix)
        return [check for check in every if check.check in ("jars", "classes")]

    before = found(fix=False)
    assert before[0] == Check("jars", "warn", "not there: runs are slow", "lakectl doctor --fix")
    assert (made, said) == ([], [])
    assert [check.status for check in found(fix=True)] == ["ok", "ok"]
    assert (made, said) == (["jars", "classes"], ["Making jars: a minute.", "Making classes: a minute."])
    found(fix=True)
    assert made == ["jars", "classes"]


def test_a_lake_that_cannot_be_made_fails(project):
    (project / "lake").write_text("a file")
    assert checks(project)["lake"].status == "fail"


def test_a_lock_left_behind_is_a_warning(project):
    platform = wiring.open_platform(config.load(project, {}, {}))
    platform.lake.lock.acquire(PIPELINE, "20260101T000000Z-dead00")
    lock = checks(project)["lock"]
    assert lock.status == "warn"
    assert "20260101T000000Z-dead00" in lock.detail
