"""Finding and installing Java, on machines made of a few scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from lakectl.errors import ExitCode, exit_code
from lakectl.platforms.local.java import Java, JavaMissing, find_java, install_java, require_java


def _java(folder: Path, version: str) -> Path:
    """A `java` that says of itself what a real one says."""
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    lines = f"    java.home = {folder}", f"    java.version = {version}", "    java.version.date = 2025-04-15"
    executable.write_text("#!/bin/sh\n" + "".join(f"echo '{line}' >&2\n" for line in ["Property settings:", *lines]))
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize(
    ("version", "major"),
    [("17.0.15", 17), ("21", 21), ("21.0.1-ea", 21), ("1.8.0_402", 8), ("25.0.1", 25), ("11.0.2", 11)],
)
def test_versions(version: str, major: int) -> None:
    java = Java(Path("/x"), version)
    assert java.major == major
    assert java.supported == (major in (17, 21))


def test_the_first_that_fits_wins_though_others_stand_before_it(tmp_path: Path) -> None:
    places = [_java(tmp_path / name, version) for name, version in [("a b", "11.0.2"), ("b", "25"), ("c", "21.0.4")]]
    assert find_java([tmp_path / "nowhere", *places]) == Java(tmp_path / "c", "21.0.4")


def test_a_java_that_does_not_run_is_none(tmp_path: Path) -> None:
    stub = _java(tmp_path / "stub", "17.0.1")
    stub.write_text("#!/bin/sh\necho 'Unable to locate a Java Runtime.' >&2\nexit 1\n")
    assert find_java([stub]) is None


def test_what_is_wrong_is_told_with_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(JavaMissing) as caught:
        require_java([_java(tmp_path / "old", "1.8.0_402")])
    assert "Java 1.8.0_402" in caught.value.message
    assert str(tmp_path / "old") in caught.value.message
    assert caught.value.hint == "type: lakectl doctor --fix"
    assert exit_code(caught.value) == ExitCode.USAGE
    with pytest.raises(JavaMissing, match="no Java was found"):
        require_java([])


@pytest.mark.skipif(sys.platform != "linux", reason="the way of Debian")
def test_debian_is_asked_for_its_package_and_then_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    _java(tmp_path / "jdk-17", "17.0.9")
    (tmp_path / "apt-get").write_text("#!/bin/sh\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)

    def run(command: Sequence[str]) -> int:
        asked.append(command[-1])
        return 0 if "21" in command[-1] else 100

    assert install_java(run, tmp_path).home == tmp_path / "jdk-17"
    assert asked == ["-q", "openjdk-17-jre-headless", "openjdk-21-jre-headless"]
    with pytest.raises(JavaMissing) as caught:
        install_java(lambda command: 100, tmp_path)
    assert caught.value.hint == "type: apt-get install openjdk-17-jre-headless"
