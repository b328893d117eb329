"""Makes a project: settings, a copy of the packaged contracts, and one query, small and ready to be changed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from lakectl import __version__
from lakectl.config import FILE
from lakectl.errors import UsageError
from lakectl.settings import fault
from lakehouse.contracts.load import PACKAGED

_TEMPLATE = Path(__file__).parents[1] / "template"


def create_project(folder: Path, bucket: str = "", region: str = "") -> list[Path]:
    """Writes a new project's files, and returns their paths relative to the folder. The folder is made if need be.

    With a bucket and a region its target is AWS. Raises UsageError, with nothing written, where one of the files is
    there already, or where AWS has no such names.
    """
    named = {"bucket": bucket, "region": region}
    _check(named)
    files = _files()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", "Name another folder.")
    if present := [str(folder / name) for name in files if (folder / name).exists()]:
        raise UsageError(f"{', '.join(present)} is there already", "Nothing was written; name another folder.")
    for name, source in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    if bucket:
        _aim_at_aws(folder / FILE, named)
    return list(files)


def add_workflow(folder: Path) -> Path:
    """Adds the workflow with which GitHub plans and deploys a project, and returns its path relative to the folder.

    Raises UsageError, with nothing written, where there is one.
    """
    path = Path(".github", "workflows", "deploy.yml")
    if (folder / path).exists():
        raise UsageError(f"{folder / path} is there already", "Nothing was written; move it away to have a new one.")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    text = (_TEMPLATE / "ci" / "github" / "deploy.yml").read_text("utf-8")
    (folder / path).write_text(text.replace("@version@", __version__), encoding="utf-8")
    return path


def _check(named: Mapping[str, str]) -> None:
    if missing := [name for name, value in named.items() if not value and any(named.values())]:
        raise UsageError(f"a lakehouse on AWS needs a {missing[0]}, too", f"Add --{missing[0]} NAME.")
    for name, value in named.items():
        if wrong := fault(f"targets.aws.{name}", value):
            raise UsageError(f"--{name} cannot be {value!r}", wrong)


def _aim_at_aws(settings: Path, named: Mapping[str, str]) -> None:
    text = settings.read_text("utf-8").replace('target = "local"     #', 'target = "aws"       #')
    for name, value in named.items():
        text = re.sub(rf'^# {name} = "[^"]*"', f'{name} = "{value}"', text, count=1, flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")


def _files() -> dict[Path, Path]:
    """Every file of a project and what it is a copy of."""
    contracts = {Path("contracts", path.name): path for path in sorted(PACKAGED.glob("*.yaml"))}
    queries = {Path("sql", path.name): path for path in sorted((_TEMPLATE / "sql").glob("*.sql"))}
    settings = {Path(FILE): _TEMPLATE / FILE, Path(".gitignore"): _TEMPLATE / "gitignore"}
    return {**settings, **contracts, **queries}
