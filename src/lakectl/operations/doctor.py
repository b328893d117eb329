"""Examines this machine, the project and the lake: each check says how it stands, and what to do where it is not well.

What does not depend on a project is checked everywhere; the rest only where there is a valid one. Nothing is changed
but what `fix` allows: a Java is installed for Spark where none fits, and what Spark needs besides, or starts faster
with, is put into the user's cache.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol

from lakectl.config import Config
from lakectl.deploying import Deployment, Finding
from lakectl.errors import NoProject
from lakectl.operations.contracts import contracts_in_force
from lakectl.ports import Platform
from lakehouse import layout
from lakehouse.errors import LakehouseError
from lakehouse.lock import PIPELINE
from lakehouse.repair import damage

PYTHONS = ((3, 11), (3, 13))
# Reader features that Athena's SELECT understands; any other makes the whole table unreadable there.
ATHENA_READS = frozenset({"columnMapping", "timestampNtz", "deletionVectors"})
_ATHENA_READER = 3
_SPARK = ("pyspark", "delta-spark")
_FIX = "lakectl doctor --fix"
_LITTLE_SPACE, _NO_SPACE = 2 * 10**9, 200 * 10**6  # bytes


@dataclass(frozen=True)
class Check:
    """One thing examined. `fix` says what to do; empty where nothing has to be done."""

    check: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    fix: str = ""


class Java(Protocol):
    """An installed Java."""

    @property
    def home(self) -> Path:
        """Its folder."""

    @property
    def version(self) -> str:
        """Its version, such as 17.0.15."""


@dataclass(frozen=True)
class Provision:
    """A part that Spark's runs use, made once on a machine and then kept in the user's cache.

    `name` is that of its check, `cost` says what making it takes, `missing` what a run does without it. `make` raises
    LakehouseError.
    """

    name: str
    cost: str
    missing: str
    is_there: Callable[[Any], bool]  # of the Java that was found
    make: Callable[[Any], object]


@dataclass(frozen=True)
class JavaTools:
    """How a Java that Spark can use is found (None: there is none) and installed (raises LakehouseError).

    `provisions` are what Spark's runs use besides, each after what it needs; `say` is told of every repair before it
    begins.
    """

    find: Callable[[], Java | None]
    install: Callable[[], Java]
    provisions: tuple[Provision, ...] = ()
    say: Callable[[str], None] = lambda _: None


def examine(
    load: Callable[[], Config],
    open_platform: Callable[[Config], Platform],
    open_deployment: Callable[[Config], Deployment],
    java: JavaTools,
    fix: bool,
) -> list[Check]:
    """All checks, in the order in which one needs another."""
    checks = [_python(), _packages()]
    config, check = _config(load)
    if config is not None and config.target != "local":
        return [*checks, check, *_of_cloud(config, open_platform, open_deployment)]
    checks += [check, *_spark(java, needed=config is not None and config.engine == "spark", fix=fix)]
    if config is None:
        return checks
    contracts = _guarded("contracts", lambda: _contracts(config))
    checks += [contracts, _writable(config.local.path), _space(config.local.path)]
    if contracts.status == "ok":
        checks += _of_lake(lambda: open_platform(config))
    return checks


def versions() -> dict[str, str]:
    """The version of every package that lakectl stands on; empty where one is not installed."""
    return {name: _version(name) for name in (*_required(), *_SPARK)}


def _of_cloud(
    config: Config, open_platform: Callable[[Config], Platform], open_deployment: Callable[[Config], Deployment]
) -> list[Check]:
    """The checks of a target that is deployed to; what is in the lake only where the rest is well."""
    contracts = _guarded("contracts", lambda: _contracts(config))
    try:
        found = open_deployment(config).health()
    except LakehouseError as error:
        return [contracts, Check("account", "fail", error.message, error.hint)]
    checks = [contracts, *map(_found, found)]
    broken = any(check.status == "fail" for check in checks)
    return checks if broken else [*checks, *_of_lake(lambda: open_platform(config))]


def _found(finding: Finding) -> Check:
    look: Literal["ok", "warn"] = "warn" if finding.hint else "ok"
    return Check(finding.what, look if finding.well else "fail", finding.detail, finding.hint)


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Check("python", "ok", f"{version} in {sys.prefix}")
    lowest, highest = (".".join(map(str, limit)) for limit in PYTHONS)
    return Check("python", "fail", version, f"Use Python {lowest} to {highest}.")


def _packages() -> Check:
    required = _required()
    if missing := [name for name in required if not _version(name)]:
        return Check("packages", "fail", f"missing: {', '.join(missing)}", "pip install --force-reinstall lakectl")
    return Check("packages", "ok", ", ".join(f"{name} {_version(name)}" for name in required))


def _required() -> list[str]:
    told = importlib.metadata.requires("lakectl") or []
    return [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in told if "extra ==" not in line]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _config(load: Callable[[], Config]) -> tuple[Config | None, Check]:
    try:
        config = load()
    except NoProject as error:
        return None, Check("config", "warn", error.message, error.hint)
    except LakehouseError as error:
        return None, Check("config", "fail", error.message, error.hint)
    return config, Check("config", "ok", f"{config.project}: target {config.target}, engine {config.engine}")


def _spark(tools: JavaTools, needed: bool, fix: bool) -> Iterator[Check]:
    """Java is needed only for Spark, so that its absence is no fault of a project that does not use it."""
    if not all(map(_version, _SPARK)):
        wanted = "pip install 'lakectl[spark]'" if needed else ""
        yield Check("spark", "fail" if needed else "ok", "pyspark is not installed", wanted)
        return
    try:
        java = tools.find() or (_install(tools) if fix else None)
    except LakehouseError as error:
        yield Check("spark", "fail", error.message, error.hint)
        return
    if java is None:
        yield Check("spark", "fail" if needed else "warn", "no Java 17 or 21: --engine spark cannot run", _FIX)
        return
    yield Check("spark", "ok", f"pyspark {_version('pyspark')}, Java {java.version} in {java.home}")
    for part in tools.provisions:
        yield _guarded(part.name, partial(_provided, part, java, tools.say if fix else None))


def _install(tools: JavaTools) -> Java:
    tools.say("Installing Java for Spark: a minute or two.")
    return tools.install()


def _provided(part: Provision, java: Java, say: Callable[[str], None] | None) -> Check:
    """Makes the part where it is not there, if there is somebody to say it to."""
    if say and not part.is_there(java):
        say(f"Making {part.name}: {part.cost}.")
        part.make(java)
    if part.is_there(java):
        return Check(part.name, "ok", "ready")
    return Check(part.name, "warn", f"not there: {part.missing}", _FIX)


def _contracts(config: Config) -> Check:
    return Check("contracts", "ok", ", ".join(contracts_in_force(config.contracts)))


def _writable(lake: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=_existing(lake)):
            return Check("lake", "ok", f"{lake} can be written")
    except OSError as error:
        return Check("lake", "fail", f"{lake}: {error.strerror}", "Give yourself the right to write, or another path.")


def _space(lake: Path) -> Check:
    free = shutil.disk_usage(_existing(lake)).free
    status: Literal["ok", "warn", "fail"] = "fail" if free < _NO_SPACE else "warn" if free < _LITTLE_SPACE else "ok"
    return Check("disk", status, f"{free / 10**9:.1f} GB free", "" if status == "ok" else "Make room on that disk.")


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _of_lake(open_platform: Callable[[], Platform]) -> list[Check]:
    """The checks of what is in the lake; one of them fails where it cannot even be opened."""
    try:
        platform = open_platform()
    except LakehouseError as error:
        return [Check("lake", "fail", error.message, error.hint)]
    return [
        _guarded("lock", lambda: _lock(platform)),
        _guarded("tables", lambda: _whole(platform) or _tables(_locations(platform), platform.delta_options())),
    ]


def _lock(platform: Platform) -> Check:
    holder = platform.lake.lock.holder(PIPELINE)
    if not holder:
        return Check("lock", "ok", "free")
    if platform.lake.lock.running_holder(PIPELINE):
        return Check("lock", "ok", f"execution {holder} is running")
    return Check("lock", "warn", f"left behind by {holder}, which no longer runs", "The next run takes it over.")


def _locations(platform: Platform) -> Iterator[tuple[str, str]]:
    """Name and location of every table that is there."""
    for name in (*platform.lake.contracts, layout.REJECTS_TABLE):
        folder = layout.table(name)
        if any(platform.lake.storage.list(f"{folder}/_delta_log/")):
            yield name, platform.lake.storage.uri(folder)


def _whole(platform: Platform) -> Check | None:
    """That a table has lost commits; None where none has."""
    lost = [found for name in platform.lake.contracts if (found := damage(platform.lake.storage, name))]
    return Check("tables", "fail", "; ".join(lost), "`lakectl run` loads again what is missing.") if lost else None


def _tables(locations: Iterable[tuple[str, str]], options: Mapping[str, str]) -> Check:
    found = dict(locations)
    faults = [f"{name} {fault}" for name, location in found.items() if (fault := athena_fault(location, options))]
    if faults:
        return Check("tables", "warn", "; ".join(faults), "Another tool set this: Athena cannot read such a table.")
    return Check("tables", "ok", ", ".join(found) if found else "none yet")


def athena_fault(location: str, options: Mapping[str, str] | None = None) -> str:
    """What in a Delta table's protocol Athena cannot read; empty where it reads all of it."""
    from deltalake import DeltaTable

    protocol = DeltaTable(location, without_files=True, storage_options=dict(options or {})).protocol()
    if protocol.min_reader_version > _ATHENA_READER:
        return f"needs reader version {protocol.min_reader_version}"
    beyond = sorted(set(protocol.reader_features or ()) - ATHENA_READS)
    return f"uses {', '.join(beyond)}" if beyond else ""


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """The check, or that it failed with an error that says what to do."""
    try:
        return check()
    except LakehouseError as error:
        return Check(name, "fail", error.message, error.hint)
