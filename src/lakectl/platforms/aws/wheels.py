"""The wheels of others that run on AWS: fetched by pip for Lambda's and Glue's Python, not for the one at hand.

`wheels.txt` pins their versions and their content, so a deployment from another machine, or through a mirror, ships the
same bytes. They are kept in the user's cache and fetched once.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

from lakectl.errors import Unreachable, UsageError
from lakectl.settings import Architecture

PYTHON = "3.13"  # of Lambda (the template's Runtime) and of Glue 6.0
PINS = Path(__file__).with_name("wheels.txt")
_MACHINE: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}


def fetch(architecture: Architecture, cache: Path | None = None) -> dict[str, Path]:
    """The wheels for an architecture, by the name of their project in lower case, such as `msoffcrypto_tool`.

    Raises UsageError where there is no pip, Unreachable where the wheels cannot be fetched.
    """
    folder = cache or platformdirs.user_cache_path("lakectl")
    pinned = hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]
    place = folder / "wheels" / f"{architecture}-{pinned}"
    if not place.is_dir():
        _download(architecture, place)
    return {path.name.split("-")[0].lower(): path for path in sorted(place.glob("*.whl"))}


def _download(architecture: Architecture, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        done = subprocess.run(_pip(architecture, folder), capture_output=True, text=True, check=False)
        if "No module named pip" in done.stderr:
            raise UsageError(
                f"{sys.executable} has no pip, which fetches the wheels that run on AWS",
                f"Type: {sys.executable} -m ensurepip",
            )
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise Unreachable(
                f"the wheels that run on AWS could not be fetched: {said[0] if said else 'pip failed'}",
                "Is the network there, and has the package index these versions? See wheels.txt beside this module.",
            )
        try:
            Path(folder, "wheels").rename(place)
        except OSError:
            if not place.is_dir():  # else somebody was quicker
                raise


def _pip(architecture: Architecture, folder: str) -> list[str]:
    machine = _MACHINE[architecture]
    platforms = [f"--platform={tag}_{machine}" for tag in ("manylinux2014", "manylinux_2_17", "manylinux_2_28")]
    python = [f"--python-version={PYTHON}", "--implementation=cp", "--abi=cp313", "--abi=abi3", "--abi=none"]
    what = ["--no-deps", "--only-binary=:all:", "--require-hashes", f"--requirement={PINS}"]
    quiet = ["--quiet", "--disable-pip-version-check"]
    return [sys.executable, "-m", "pip", "download", *quiet, *platforms, *python, *what, f"--dest={folder}/wheels"]
