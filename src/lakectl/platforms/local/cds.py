"""Class-data sharing: the classes that Spark loads, kept ready in one file, so that a run starts in half the time.

Java writes such an archive as it exits and maps it into memory as it starts. Writing takes some 15 seconds, so no
run of the user's does it: a run that finds no archive goes on without, and `spark_training.py` runs a small pipeline
for the archive's sake, in the background afterwards or when `lakectl doctor --fix` asks for it.

An archive can never break a run: Java checks its class path, its version and the file's header, and goes on without
where they do not fit. It is named by all of these, so one that stopped fitting is simply not found and another is made.
It appears under its name only when it is complete.
"""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lakectl.platforms.local.java import Java, cache_folder
from lakectl.platforms.local.spark_options import java_options

KEEP = 2  # archives of 190 MB: this environment's, and one of another the user may go back and forth to


def path(java: Java, home: Path, jars: Sequence[Path], folder: Path | None = None) -> Path:
    """Where the archive for this Java, this pyspark in `home` and these jars belongs."""
    facts = [java.version, str(java.home), *java_options(small=True), *map(_fact, [*jars, *(home / "jars").iterdir()])]
    name = hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:16]
    return (folder or cache_folder() / "cds") / f"spark-{name}.jsa"


def _fact(jar: Path) -> str:
    status = jar.stat()  # Java compares these two itself and refuses the archive where they changed
    return f"{jar} {status.st_size} {status.st_mtime_ns}"


def find(java: Java, home: Path, jars: Sequence[Path], folder: Path | None = None) -> Path | None:
    """The archive that fits, or None."""
    archive = path(java, home, jars, folder)
    return archive if archive.is_file() else None


def train(archive: Path, run: Callable[[Path], None]) -> bool:
    """Makes the archive by a run that writes one to the path it is given. False where another process is at it."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with _alone(archive.with_suffix(".lock")) as alone, tempfile.TemporaryDirectory(dir=archive.parent) as work:
        if alone and not archive.is_file():
            unfinished = Path(work, "new.jsa")
            run(unfinished)
            unfinished.replace(archive)
            _forget_old(archive)
        return alone


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _forget_old(newest: Path) -> None:
    others = sorted(
        (file for file in newest.parent.glob("*.jsa") if file != newest), key=lambda file: file.stat().st_mtime
    )
    for archive in others[: len(others) - KEEP + 1]:
        archive.unlink(missing_ok=True)
