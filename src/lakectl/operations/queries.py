"""The catalogue of named queries: one question per `.sql` file, with its title and parameters in the comment on top.

    -- title: The customers who spent most
    -- param limit integer = 10: how many customers
    -- param since date: the first day that counts

`= VALUE` is the default; without it the user must give one. In the query the value is `:limit`. The file's name is the
query's; a project's file wins over a packaged one of the same name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lakectl.asking.parameters import TYPES, Parameter, ParameterError, ParameterType, read_value
from lakectl.errors import ConfigError, UsageError

_HEADER = re.compile(r"--\s*(title|param)\b\s*(.*)")
_PARAM = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)\s+(?P<type>\w+)\s*(?:=\s*(?P<default>.*?)\s*)?(?::\s+(?P<text>.*))?")


class QueryFileError(ConfigError):
    """A `.sql` file whose header cannot be read."""


class QueryUnknown(UsageError):
    """There is no named query of that name."""


@dataclass(frozen=True)
class NamedQuery:
    """A question with a name. `sql` is the whole file, in Athena's dialect."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    sql: str
    path: Path


def load_queries(folders: Iterable[Path]) -> dict[str, NamedQuery]:
    """All named queries by name, sorted; of two with one name the later folder's wins. Raises QueryFileError."""
    paths = {path.stem: path for folder in folders for path in sorted(folder.glob("*.sql"))}
    return {name: read_query(path) for name, path in sorted(paths.items())}


def find_query(queries: Mapping[str, NamedQuery], name: str) -> NamedQuery:
    """The query of that name. Raises QueryUnknown with the names that come close."""
    if name in queries:
        return queries[name]
    near = difflib.get_close_matches(name, queries, n=1)
    hint = f"Did you mean {near[0]}?" if near else "`lakectl queries` lists them all; SQL goes in quotes."
    raise QueryUnknown(f"There is no query named {name}.", hint)


def is_name(text: str) -> bool:
    """Whether the text is the name of a query, and no SQL: one word."""
    return re.fullmatch(r"[\w.-]+", text.strip()) is not None


def read_query(path: Path) -> NamedQuery:
    """One file. Raises QueryFileError that names file and line."""
    sql = path.read_text(encoding="utf-8-sig")
    title, parameters = path.stem.replace("_", " "), list[Parameter]()
    for number, line in enumerate(_comment(sql), start=1):
        match = _HEADER.match(line)
        if match and match[1] == "title":
            title = match[2].lstrip(": ").strip()
        elif match:
            parameters.append(_parameter(match[2], parameters, f"{path}:{number}"))
    return NamedQuery(path.stem, title, tuple(parameters), sql, path)


def _comment(sql: str) -> list[str]:
    """The lines of the comment that the file starts with."""
    lines = [line.strip() for line in sql.splitlines()]
    end = next((index for index, line in enumerate(lines) if line and not line.startswith("--")), len(lines))
    return lines[:end]


def _parameter(text: str, others: Sequence[Parameter], place: str) -> Parameter:
    match = _PARAM.fullmatch(text.strip())
    if match is None:
        raise QueryFileError(
            f"{place}: cannot read `param {text}`.", "Write: -- param NAME TYPE = DEFAULT: description"
        )
    if match["type"] not in TYPES:
        raise QueryFileError(f"{place}: {match['type']} is no type of a parameter.", f"There are: {', '.join(TYPES)}")
    if match["name"] in [other.name for other in others]:
        raise QueryFileError(f"{place}: parameter {match['name']} is declared twice.", "Remove one of them.")
    parameter = Parameter(match["name"], cast(ParameterType, match["type"]), match["default"], match["text"] or "")
    _check_default(parameter, place)
    return parameter


def _check_default(parameter: Parameter, place: str) -> None:
    if parameter.default is None:
        return
    try:
        read_value(parameter.name, parameter.type, parameter.default)
    except ParameterError as error:
        raise QueryFileError(f"{place}: {error.message}", "Change the default.") from None
