"""Finds the files that run elsewhere too: Lambda handlers, Glue scripts, the state machine, SQL.

They lie in `lakectl/assets/` inside a wheel and in the top folders of a checkout. A project's own file of the same kind
and name wins, so that a user changes one handler without forking the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lakectl.errors import UsageError

Kind = Literal["lambdas", "glue_jobs", "state_machine", "sql"]

_PACKAGE = Path(__file__).parent


def find(kind: Kind, name: str, project: Path | None = None) -> Path:
    """The file of that name (with its suffix). Raises UsageError where neither project nor package has it."""
    places = [folder / name for folder in reversed(folders(kind, project))]
    for place in places:
        if place.is_file():
            return place
    looked = " or ".join(str(place.parent) for place in places)
    raise UsageError(f"there is no {kind}/{name}", f"Put it into {looked}.")


def folders(kind: Kind, project: Path | None = None) -> list[Path]:
    """Where files of a kind lie, the packaged folder first, the project's last: a later file of the same name wins."""
    packaged = _packaged() / kind
    return [packaged] if project is None else [packaged, project / kind]


def stems(kind: Kind, project: Path | None = None) -> list[str]:
    """The names, without suffix, of the Python files of a kind, sorted."""
    return sorted({path.stem for folder in folders(kind, project) for path in folder.glob("*.py")})


def _packaged() -> Path:
    inside_wheel = _PACKAGE / "assets"
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parents[1]
