"""Makes a project: settings, a copy of the packaged contracts, and one query, small and ready to be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from lakectl.errors import UsageError
from lakehouse.contracts.load import PACKAGED

_TEMPLATE = Path(__file__).parents[1] / "template"


def create_project(folder: Path) -> list[Path]:
    """Writes a new project's files, and returns their paths relative to the folder. The folder is made if need be.

    Raises UsageError, with nothing written, where one of them is there already.
    """
    files = _files()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", "Name another folder.")
    if present := [str(folder / name) for name in files if (folder / name).exists()]:
        raise UsageError(f"{', '.join(present)} is there already", "Nothing was written; name another folder.")
    for name, source in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    return list(files)


def _files() -> dict[Path, Path]:
    """Every file of a project and what it is a copy of."""
    contracts = {Path("contracts", path.name): path for path in sorted(PACKAGED.glob("*.yaml"))}
    queries = {Path("sql", path.name): path for path in sorted((_TEMPLATE / "sql").glob("*.sql"))}
    settings = {Path("lakectl.toml"): _TEMPLATE / "lakectl.toml", Path(".gitignore"): _TEMPLATE / "gitignore"}
    return {**settings, **contracts, **queries}
