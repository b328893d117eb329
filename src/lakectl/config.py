"""The settings of a project: lakectl.toml, found upward from where the command runs.

A setting comes from the first that has it: a flag, its LAKECTL_* variable, lakectl.toml, the default. A variable is the
setting's name in capitals with two underscores for a dot: LAKECTL_ENGINE, LAKECTL_TARGETS__LOCAL__PATH. Whatever is
not a setting is refused by file and line, since a misspelt one would otherwise be ignored without a word.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lakectl.errors import ConfigError, NoProject, TargetMissing

FILE = "lakectl.toml"
TARGETS = ("local", "aws")
ENGINES = ("duckdb", "spark")

Engine = Literal["duckdb", "spark"]


@dataclass(frozen=True)
class LocalTarget:
    """Where the lake is on this machine, and what remembers which files have been loaded."""

    path: Path  # absolute
    markers: Literal["objects", "dynamodb"]
    markers_table: str  # of DynamoDB; used only where `markers` is dynamodb


@dataclass(frozen=True)
class Config:
    """Everything a project can decide, read and checked once."""

    project: Path  # absolute; the folder of lakectl.toml
    target: Literal["local", "aws"]
    engine: Engine
    local: LocalTarget

    @property
    def contracts(self) -> Path:
        """The project's own contracts; they win over the packaged ones of the same dataset."""
        return self.project / "contracts"

    @property
    def sql(self) -> Path:
        """The project's own queries; they win over the packaged ones of the same name."""
        return self.project / "sql"


# delta-rs takes a path for a URL: a bracket for a host, an escape for the character it stands for.
_DELTA_CANNOT_OPEN = re.compile(r"[][]|%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class _Setting:
    default: str
    choices: tuple[str, ...] = ()


SETTINGS: Mapping[str, _Setting] = {
    "target": _Setting("local", TARGETS),
    "engine": _Setting("duckdb", ENGINES),
    "targets.local.path": _Setting("lake"),
    "targets.local.markers": _Setting("objects", ("objects", "dynamodb")),
    "targets.local.markers_table": _Setting("lakectl-markers"),
}


def find_project(start: Path) -> Path:
    """The nearest folder, from `start` upward, that holds a lakectl.toml. Raises NoProject."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE).is_file():
            return folder
    raise NoProject(
        f"no {FILE} found in {start.absolute()} or above it",
        "Make a project with `lakectl init FOLDER`, or name one with --project.",
    )


def load(start: Path, environment: Mapping[str, str], flags: Mapping[str, str | None]) -> Config:
    """The settings of the project around `start`. `flags` maps setting names to what the command line said.

    Raises ConfigError, NoProject.
    """
    project = find_project(start)
    written = _read(project / FILE)
    values = {name: _value(name, flags, environment, written) for name in SETTINGS}
    if values["target"] == "aws":
        raise TargetMissing("the aws target is not available in this version", "Use the local target: -t local.")
    return _config(project, values)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"LAKECTL_{name.replace('.', '__').upper()}"


def _config(project: Path, values: Mapping[str, Any]) -> Config:
    local = LocalTarget(
        path=_lake_folder(project, values["targets.local.path"]),
        markers=values["targets.local.markers"],
        markers_table=values["targets.local.markers_table"],
    )
    return Config(project, target=values["target"], engine=values["engine"], local=local)


def _lake_folder(project: Path, written: str) -> Path:
    folder = (project / Path(written).expanduser()).absolute()
    if found := _DELTA_CANNOT_OPEN.search(str(folder)):
        raise ConfigError(
            f"the lake's folder {folder} has {found[0]!r} in its path, which Delta's library cannot open",
            "Rename the folder, or set targets.local.path to another.",
        )
    return folder


def _value(
    name: str, flags: Mapping[str, str | None], environment: Mapping[str, str], written: Mapping[str, tuple[str, str]]
) -> str:
    value, where = SETTINGS[name].default, "the default"
    if (flag := flags.get(name)) is not None:
        value, where = flag, f"--{name}"
    elif environment.get(variable(name)):
        value, where = environment[variable(name)], variable(name)
    elif name in written:
        value, where = written[name]
    choices = SETTINGS[name].choices
    if choices and value not in choices:
        raise ConfigError(f"{where}: {name} cannot be {value!r}", f"It is one of: {', '.join(choices)}.")
    return value


def _read(file: Path) -> dict[str, tuple[str, str]]:
    """What the file says: setting -> (value, where it stands)."""
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}", "See https://toml.io for how such a file is written.") from error
    found = {}
    for name, value in _flatten(tables):
        where = f"{file}, line {_line(text, name)}"
        if name not in SETTINGS:
            raise ConfigError(f"{where}: there is no setting {name!r}", _suggestion(name))
        if not isinstance(value, str):
            raise ConfigError(f"{where}: {name} must be a text in quotes", f"Such as {SETTINGS[name].default!r}.")
        found[name] = (value, where)
    return found


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{prefix}{key}.")
        elif value != {}:
            yield f"{prefix}{key}", value


def _line(text: str, name: str) -> int:
    """The line (from 1) on which a setting stands; tomllib does not tell."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = re.sub(r"[\s\"']", "", header[1]) + "."
        elif key := re.match(r"\s*([\w.\"' -]+?)\s*=", line):
            full = section + re.sub(r"[\s\"']", "", key[1])
            if name == full or name.startswith(f"{full}."):
                return number
    return 1


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(name, SETTINGS, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(SETTINGS)}."
