"""A Java for Spark: found where machines keep theirs, installed the way the machine offers, or asked for in one line.

Spark 4.1 runs on Java 17 and 21 and on no other. `find_java` therefore asks every Java it meets for its version and
takes the first that fits, so that an old JAVA_HOME does not hide a good Java on the PATH. Only `--engine spark` needs
one.

    python -m lakectl.platforms.local.java      installs a Java where none is found, and prints its home
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lakectl.errors import UsageError

SUPPORTED = (17, 21)

# Runs a command and returns its exit code; what it prints goes to the terminal, as an installation is slow.
Run = Callable[[Sequence[str]], int]


class JavaMissing(UsageError):
    """No Java that Spark can use, and none could be installed."""


@dataclass(frozen=True)
class Java:
    """An installed Java: its home folder and its version as it gives it itself, such as `17.0.15`."""

    home: Path
    version: str

    @property
    def executable(self) -> Path:
        return self.home / "bin" / "java"

    @property
    def major(self) -> int:
        """17 of `17.0.15`, 8 of `1.8.0_402`."""
        parts = re.findall(r"\d+", self.version)
        return int(parts[1] if parts[0] == "1" and len(parts) > 1 else parts[0])

    @property
    def supported(self) -> bool:
        return self.major in SUPPORTED


def cache_folder() -> Path:
    """Where this user's Java, jars and JVM archives are kept between runs."""
    return Path(platformdirs.user_cache_path("lakectl"))


def find_java(places: Sequence[Path] | None = None) -> Java | None:
    """The first Java that Spark can use; None where there is none. `places` are `java` executables, best first."""
    return next((java for java in _javas(_places() if places is None else places) if java.supported), None)


def require_java(places: Sequence[Path] | None = None) -> Java:
    """The first Java that Spark can use. Raises JavaMissing, naming the ones that do not fit and what to type."""
    places = _places() if places is None else places
    found = find_java(places)
    if found is None:
        raise JavaMissing(_what_is_wrong(list(_javas(places))), "type: lakectl doctor --fix")
    return found


def install_java(run: Run | None = None, folder: Path | None = None) -> Java:
    """Installs a Java in the way this machine offers and returns it. Raises JavaMissing with the line to type instead.

    On Debian and Ubuntu as root that is their package, on macOS Homebrew's, elsewhere a folder of the user's cache.
    """
    run = run or _run
    home = folder or cache_folder() / "java"
    if shutil.which("apt-get") and os.geteuid() == 0:
        _install_debian(run)
    elif sys.platform == "darwin" and shutil.which("brew"):
        _need(run(["brew", "install", "openjdk@17"]) == 0, "brew install openjdk@17")
    else:
        _install_in_cache(home)
    java = find_java([*_in_folder(home), *_places()])
    if java is None:
        raise JavaMissing("Java was installed, but is not where Spark looks for it", "set JAVA_HOME to its folder")
    return java


def _install_debian(run: Run) -> None:
    # Each release of Debian and Ubuntu has one of the two, some have both. The lists may be missing or old.
    run(["apt-get", "update", "-q"])
    packages = [f"openjdk-{major}-jre-headless" for major in SUPPORTED]
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
    _need(any(run([*install, package]) == 0 for package in packages), f"apt-get install {packages[0]}")


def _install_in_cache(folder: Path) -> None:
    try:
        import jdk
    except ImportError:
        raise JavaMissing(
            "no Java 17 or 21 found", "type: pip install install-jdk, then lakectl doctor --fix"
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        jdk.install(str(SUPPORTED[0]), jre=True, path=str(folder))
    except jdk.JdkError as error:
        hint = "install Java 17 or 21 yourself and set JAVA_HOME to its folder"
        raise JavaMissing(f"Java could not be fetched: {error}", hint) from error


def _need(installed: bool, command: str) -> None:
    if not installed:
        raise JavaMissing("Java 17 could not be installed", f"type: {command}")


def _what_is_wrong(found: Sequence[Java]) -> str:
    if not found:
        return "Spark needs Java 17 or 21, and no Java was found"
    misfits = ", ".join(dict.fromkeys(f"Java {java.version} in {java.home}" for java in found))
    return f"Spark needs Java 17 or 21; found only {misfits}"


def _places(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Every place a `java` may be, the user's own choice first."""
    chosen = [Path(environ["JAVA_HOME"], "bin", "java")] if environ.get("JAVA_HOME") else []
    on_path = [Path(found)] if (found := shutil.which("java", path=environ.get("PATH"))) else []
    return [*chosen, *on_path, *_installed(), *_in_folder(cache_folder() / "java")]


def _installed() -> Iterator[Path]:
    if sys.platform == "darwin":
        for prefix in ("/opt/homebrew", "/usr/local"):
            yield from (Path(prefix, "opt", f"openjdk@{major}", "bin", "java") for major in SUPPORTED)
        yield from sorted(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home/bin/java"))
    else:
        yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"))


def _in_folder(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*/bin/java"), *folder.glob("*/Contents/Home/bin/java")])


def _javas(places: Sequence[Path]) -> Iterator[Java]:
    return (java for place in places if (java := _ask(place)) is not None)


def _ask(executable: Path) -> Java | None:
    """What this `java` says of itself; None for one that does not run, such as macOS's stand-in for a missing one."""
    try:
        command = [str(executable), "-XshowSettings:properties", "-version"]
        told = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    told_of = dict(re.findall(r"^\s+(java\.\w+) = (.+)$", told, re.MULTILINE))
    if "java.home" not in told_of or "java.version" not in told_of:
        return None
    return Java(Path(told_of["java.home"]), told_of["java.version"])


def _run(command: Sequence[str]) -> int:
    # Installers talk on stdout, which is for data here.
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode


def main() -> int:
    """Makes sure of a Java and prints its home. Exit code 2 where there is none and none could be installed."""
    try:
        java = find_java() or install_java()
    except JavaMissing as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        return 2
    sys.stdout.write(f"{java.home}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
