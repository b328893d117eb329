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
from typing import Any, Literal, cast

from lakectl.errors import ConfigError, NoProject
from lakectl.settings import SETTINGS, AwsTarget, Engine, Existing, LocalTarget, fault

FILE = "lakectl.toml"


@dataclass(frozen=True)
class Config:
    """Everything a project can decide, read and checked once."""

    project: Path  # absolute; the folder of lakectl.toml
    target: Literal["local", "aws"]
    engine: Engine
    local: LocalTarget
    aws: AwsTarget | None  # None where lakectl.toml names none

    @property
    def contracts(self) -> Path:
        """The project's own contracts; they win over the packaged ones of the same dataset."""
        return self.project / "contracts"

    @property
    def own_contracts(self) -> str:
        """The same folder for whoever opens the lake; empty where the project has none."""
        return str(self.contracts) if self.contracts.is_dir() else ""

    @property
    def sql(self) -> Path:
        """The project's own queries; they win over the packaged ones of the same name."""
        return self.project / "sql"


# delta-rs takes a path for a URL: a bracket for a host, an escape for the character it stands for.
_DELTA_CANNOT_OPEN = re.compile(r"[][]|%[0-9A-Fa-f]{2}")


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
    return _config(project, {name: _value(name, flags, environment, written) for name in SETTINGS})


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"LAKECTL_{name.replace('.', '__').upper()}"


def _config(project: Path, values: Mapping[str, Any]) -> Config:
    local = LocalTarget(
        path=_lake_folder(project, values["targets.local.path"]),
        markers=values["targets.local.markers"],
        markers_table=values["targets.local.markers_table"],
    )
    aws = _aws_target(project, values)
    # In Glue everything runs on Spark.
    engine: Engine = "spark" if values["target"] == "aws" else values["engine"]
    return Config(project, target=values["target"], engine=engine, local=local, aws=aws)


def _aws_target(project: Path, values: Mapping[str, Any]) -> AwsTarget | None:
    """The lakehouse on AWS; None where neither a bucket nor an existing lakehouse is named and it is not asked for."""
    start = "targets.aws."
    own = {name.removeprefix(start): value for name, value in values.items() if name.startswith(start)}
    existing = _existing({name: own.pop(name) for name in list(own) if name.startswith("existing.")})
    if missing := [name for name in ("bucket", "region") if not own[name]]:
        if existing and own["region"]:
            return AwsTarget(**own, existing=existing)
        if values["target"] != "aws":
            return None
        raise ConfigError(
            f"{project / FILE}: the aws target needs {' and '.join(f'targets.aws.{name}' for name in missing)}",
            "Write them under [targets.aws]; `lakectl init FOLDER --bucket BUCKET --region REGION` does it.",
        )
    return AwsTarget(**own, existing=existing)


def _existing(values: Mapping[str, Any]) -> Existing | None:
    fields = {name.removeprefix("existing."): value for name, value in values.items()}
    if not any(fields.values()):
        return None
    if missing := [name for name in ("bucket", "scripts_prefix", "state_machine_arn") if not fields[name]]:
        needed = " and ".join(f"targets.aws.existing.{name}" for name in missing)
        raise ConfigError(f"an existing lakehouse needs {needed}, too", "Write them under [targets.aws.existing].")
    return Existing(**fields)


def _lake_folder(project: Path, written: str) -> Path:
    folder = (project / Path(written).expanduser()).absolute()
    if found := _DELTA_CANNOT_OPEN.search(str(folder)):
        raise ConfigError(
            f"the lake's folder {folder} has {found[0]!r} in its path, which Delta's library cannot open",
            "Rename the folder, or set targets.local.path to another.",
        )
    return folder


def _value(
    name: str, flags: Mapping[str, str | None], environment: Mapping[str, str], written: Mapping[str, tuple[Any, str]]
) -> Any:
    setting = SETTINGS[name]
    if setting.table:
        return _table(name, written)
    value, where = cast(Any, setting.default), "the default"
    if (flag := flags.get(name)) is not None:
        value, where = flag, f"--{name}"
    elif environment.get(variable(name)):
        value, where = environment[variable(name)], variable(name)
        value = int(value) if setting.number and value.isdecimal() else value
    elif name in written:
        value, where = written[name]
    if wrong := fault(name, value):
        raise ConfigError(f"{where}: {name} cannot be {value!r}", wrong)
    return value


def _table(name: str, written: Mapping[str, tuple[Any, str]]) -> dict[str, str]:
    return {key.removeprefix(f"{name}."): value for key, (value, _) in written.items() if key.startswith(f"{name}.")}


def _read(file: Path) -> dict[str, tuple[Any, str]]:
    """What the file says: setting -> (value, where it stands)."""
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}", "See https://toml.io for how such a file is written.") from error
    found = {}
    for name, value in _flatten(tables):
        where = f"{file}, line {_line(text, name)}"
        setting = SETTINGS.get(name) or next(
            (s for n, s in SETTINGS.items() if s.table and name.startswith(f"{n}.")), None
        )
        if setting is None or setting.table == (name in SETTINGS):
            raise ConfigError(f"{where}: there is no setting {name!r}", _suggestion(name))
        if not setting.number and not isinstance(value, str):
            raise ConfigError(f"{where}: {name} must be a text in quotes", f"Such as {setting.default!r}.")
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
