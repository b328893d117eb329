"""The Pythons of the emulator: its own packages, and what Lambda, Glue's Spark and Glue's Python shell find there.

Everything is installed by pip, once for each set of versions, into a folder of the user's cache; a folder appears under
its name only when it is complete. Lambda and Glue have Python 3.13, the shell has 3.9. Where this machine has none of
these, the Python of the tests takes their place.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

MINISTACK = "ministack==1.5.33"  # exactly: `emulator` replaces private functions of it
_GLUE = ("boto3==1.42.84", "PyYAML==6.0.3")  # what Glue 6.0 has and the project's jobs use, besides pyspark
_LAMBDA = ("boto3==1.42.84",)
_SPARK = ("pyspark", "py4j")  # pure Python: the tests' own serve every Python


class CannotInstall(Exception):
    """Pip or venv could not; the message says why."""


def cache_folder() -> Path:
    """Where tests keep what is fetched once."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lakectl-tests"


def ministack() -> Path:
    """A folder of packages for the tests' Python: MiniStack and what it needs."""
    return once("ministack", [sys.version, MINISTACK], lambda folder: _pip(sys.executable, folder, [MINISTACK]))


def lambda_python() -> Path:
    """A Python with boto3, as Lambda's."""
    return _environment("lambda", _python("3.13"), _LAMBDA)


def spark_python() -> Path:
    """A Python with pyspark, as Glue's."""
    return _environment("glue", _python("3.13"), _GLUE, _SPARK)


def shell_python() -> Path:
    """A Python as that of Glue's Python shell, whose old boto3 the job replaces."""
    return _environment("shell", _python("3.9"), ())


def once(kind: str, facts: Sequence[str], make: Callable[[Path], None]) -> Path:
    """The folder of that kind for these facts, made by the first who asks; others wait."""
    name = f"{kind}-{hashlib.sha256(' '.join(facts).encode()).hexdigest()[:16]}"
    complete = cache_folder() / name
    complete.parent.mkdir(parents=True, exist_ok=True)
    with (complete.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            # Made where it stays: the scripts of an environment know their own path.
            try:
                make(complete)
            except BaseException:
                shutil.rmtree(complete, ignore_errors=True)
                raise
    return complete


def run(*command: str | Path) -> None:
    """Runs a command that installs something. Raises CannotInstall with the last it said."""
    told = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if told.returncode:
        said = (told.stderr.strip() or told.stdout.strip() or "nothing").splitlines()
        raise CannotInstall(f"{' '.join(map(str, command))}: {said[-1]}")


def _environment(kind: str, python: str, packages: Sequence[str], linked: Sequence[str] = ()) -> Path:
    links = [f"{name}=={version(name)} {_home(name)}" for name in linked]

    def make(folder: Path) -> None:
        run(python, "-m", "venv", folder)
        if packages:
            run(folder / "bin/python", "-m", "pip", "install", "--quiet", *packages)
        (site,) = folder.glob("lib/python*/site-packages")
        for name in linked:
            (site / name).symlink_to(_home(name))

    return once(kind, [python, *packages, *links], make) / "bin" / "python"


def _home(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotInstall(f"the tests' Python has no {name}: install the development dependencies")
    return Path(spec.origin).parent


def _pip(python: str, folder: Path, packages: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        run(python, "-m", "pip", "install", "--quiet", "--target", Path(work, "packages"), *packages)
        Path(work, "packages").rename(folder)


def _python(wanted: str) -> str:
    """A Python of that version, or the one that runs."""
    tools = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [shutil.which(f"python{wanted}"), *map(str, sorted(tools.glob(f"{wanted}.*/bin/python")))]
    for python in filter(None, found):
        told = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
        if told.stdout.startswith(f"Python {wanted}."):
            return python
    return sys.executable
