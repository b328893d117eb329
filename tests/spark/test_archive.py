"""The archive of classes: named by what it fits, there only when complete, never a reason for a run to fail."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lakectl.platforms.local import cds
from lakectl.platforms.local.java import Java, require_java
from lakectl.platforms.local.spark_options import java_options

JAVA = Java(Path("/jdk"), "17.0.15")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A pyspark with one jar."""
    (tmp_path / "pyspark" / "jars").mkdir(parents=True)
    (tmp_path / "pyspark" / "jars" / "spark.jar").write_bytes(b"1")
    return tmp_path / "pyspark"


def test_another_java_or_other_jars_have_another_archive(home: Path, tmp_path: Path) -> None:
    first = cds.path(JAVA, home, [], tmp_path)
    assert cds.path(JAVA, home, [], tmp_path) == first
    assert cds.path(Java(Path("/jdk"), "17.0.16"), home, [], tmp_path) != first
    assert cds.path(JAVA, home, [home / "jars" / "spark.jar"], tmp_path) != first
    (home / "jars" / "spark.jar").write_bytes(b"22")
    assert cds.path(JAVA, home, [], tmp_path) != first


def test_it_is_found_once_it_is_complete(home: Path, tmp_path: Path) -> None:
    archive = cds.path(JAVA, home, [], tmp_path / "cache")

    def write(unfinished: Path) -> None:
        unfinished.write_bytes(b"classes")
        assert cds.find(JAVA, home, [], tmp_path / "cache") is None

    assert cds.train(archive, write)
    assert cds.find(JAVA, home, [], tmp_path / "cache") == archive


def test_a_training_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(unfinished: Path) -> None:
        unfinished.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cds.train(tmp_path / "cache" / "spark-1.jsa", fail)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["spark-1.lock"]


def test_only_one_trains(tmp_path: Path) -> None:
    archive = tmp_path / "spark-1.jsa"

    def write(unfinished: Path) -> None:
        assert not cds.train(archive, lambda _: pytest.fail("two at once"))
        unfinished.write_bytes(b"classes")

    assert cds.train(archive, write)


def test_old_archives_go(tmp_path: Path) -> None:
    for number in range(4):
        cds.train(tmp_path / f"spark-{number}.jsa", lambda unfinished: unfinished.write_bytes(b"classes") and None)
    left = sorted(path.name for path in tmp_path.glob("*.jsa"))
    assert len(left) == cds.KEEP
    assert "spark-3.jsa" in left


@pytest.mark.spark
def test_java_goes_on_with_an_archive_that_is_garbage(tmp_path: Path) -> None:
    (tmp_path / "bad.jsa").write_bytes(b"garbage" * 1000)
    options = java_options(small=True, archive=tmp_path / "bad.jsa")
    done = subprocess.run([require_java().executable, *options, "-version"], capture_output=True, check=False)
    assert done.returncode == 0
