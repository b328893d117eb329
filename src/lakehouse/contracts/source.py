"""A YAML file read so that every complaint can name its line.

PyYAML's nodes know where they stand. `Fields` wraps one mapping of the file: it hands out values of the kind that is
asked for, and notes a problem, with line and field, where the file holds something else. Reading goes on after a
problem, so that a person sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

from lakehouse.errors import ContractError

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong at a line (the first is 1) of a file, and in which field."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return f"{where}{self.field}: {self.message}" if self.field else f"{where}{self.message}"


@dataclass(frozen=True)
class Fields:
    """One mapping of a file. `path` names it for people, e.g. `orders.total_amount`; all share `problems`."""

    node: yaml.MappingNode
    file: str
    path: str
    problems: list[Problem]

    def names(self) -> list[str]:
        """The names of the fields, in the file's order."""
        return [key.value for key, _ in self.node.value if isinstance(key, yaml.ScalarNode)]

    def fault(self, message: str, key: str = "") -> None:
        """Note a problem of a field, at the line of the mapping where it has no such field."""
        names = {name.value: name for name, _ in self.node.value}
        line = names.get(key, self.node).start_mark.line + 1
        self.problems.append(Problem(self.file, line, ".".join(filter(None, (self.path, key))), message))

    def only(self, known: Iterable[str]) -> None:
        """Note every field that is not among the known ones, and every field given twice."""
        known, seen = tuple(known), set[str]()
        for key in self.names():
            if key in seen:
                self.fault("is given twice", key)
            elif key not in known:
                close = get_close_matches(key, known, 1)
                self.fault("is not a field of the standard" + (f"; did you mean {close[0]}?" if close else ""), key)
            seen.add(key)

    def text(self, key: str, required: bool = False) -> str:
        """The field's text, exactly as written; empty where there is none."""
        node = self._get(key)
        if node is None:
            if required:
                self.fault("is missing", key)
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self._mistyped(key, node, "a single value")
            return ""
        return str(node.value)

    def flag(self, key: str) -> bool:
        """The field's boolean; false where there is none."""
        node = self._get(key)
        if node is not None and node.tag != _TAG + "bool":
            self._mistyped(key, node, "true or false")
        # The spellings of YAML 1.1, which PyYAML reads.
        return node is not None and str(node.value).lower() in ("true", "yes", "on")

    def count(self, key: str) -> int:
        """The field's whole number, 0 or more; 0 where there is none."""
        node = self._get(key)
        if node is None:
            return 0
        if node.tag == _TAG + "int" and node.value.isdecimal():
            return int(node.value)
        self._mistyped(key, node, "a whole number")
        return 0

    def texts(self, key: str) -> tuple[str, ...]:
        """The field's list of texts; a single value is a list of one."""
        node = self._get(key)
        entries = [] if node is None else node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not all(isinstance(entry, yaml.ScalarNode) for entry in entries):
            self.fault("should be a list of single values", key)
            return ()
        return tuple(entry.value for entry in entries)

    def fields(self, key: str) -> Fields:
        """The mapping under a field; one without any fields where there is none."""
        node = self._get(key)
        if node is not None and not isinstance(node, yaml.MappingNode):
            self._mistyped(key, node, "a mapping")
        return self._child(node if isinstance(node, yaml.MappingNode) else self._nothing(), key)

    def items(self, key: str) -> list[Fields]:
        """The mappings in the list under a field."""
        node = self._get(key)
        entries = node.value if isinstance(node, yaml.SequenceNode) else []
        if (node is not None and not isinstance(node, yaml.SequenceNode)) or not all(
            isinstance(entry, yaml.MappingNode) for entry in entries
        ):
            self.fault("should be a list of mappings", key)
        return [self._child(entry, key) for entry in entries if isinstance(entry, yaml.MappingNode)]

    def named(self, name: str) -> Fields:
        """The same fields under a name of their own, as people know them."""
        return Fields(self.node, self.file, name, self.problems)

    def _get(self, key: str) -> yaml.Node | None:
        found = next((value for name, value in self.node.value if name.value == key), None)
        return None if found is None or found.tag == _TAG + "null" else found

    def _child(self, node: yaml.MappingNode, key: str) -> Fields:
        return Fields(node, self.file, ".".join(filter(None, (self.path, key))), self.problems)

    def _nothing(self) -> yaml.MappingNode:
        return yaml.MappingNode(_TAG + "map", [], self.node.start_mark, self.node.end_mark)

    def _mistyped(self, key: str, node: yaml.Node, wanted: str) -> None:
        found = f"'{node.value}'" if isinstance(node, yaml.ScalarNode) else "a list or mapping"
        self.fault(f"should be {wanted}, not {found}", key)


def read(path: Path) -> Fields:
    """The file's topmost mapping. Raises ContractError if the file is no YAML, or holds something else."""
    try:
        node = yaml.compose(path.read_bytes(), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise refusal([Problem(str(path), line, "", f"not valid YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise refusal([Problem(str(path), 1, "", f"not valid YAML: {' '.join(str(error).split())}")]) from error
    if not isinstance(node, yaml.MappingNode):
        raise refusal([Problem(str(path), 1, "", "holds no data contract")])
    return Fields(node, str(path), "", [])


def refusal(problems: Iterable[Problem]) -> ContractError:
    """The error that lists the problems, one a line, in the files' order."""
    return ContractError("\n".join(map(str, sorted(problems))), "docs/contracts.md says what a contract may contain.")
