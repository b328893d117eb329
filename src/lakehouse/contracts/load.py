"""Contract files in, contracts out: the only door to what is known of the datasets.

A file is read with its lines (`source.py`), becomes a dataset (`dataset.py`, `column.py`, `values.py`), and once all
files are read their references are checked (`relations.py`). Whatever is wrong anywhere is told at once, by file, line
and field. A project's contract replaces a packaged one of the same dataset.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from lakehouse.contracts.dataset import Draft, draft
from lakehouse.contracts.model import Contract
from lakehouse.contracts.relations import check_references, levels
from lakehouse.contracts.source import Problem, read, refusal
from lakehouse.errors import ContractError

__all__ = ["PACKAGED", "contract_files", "fingerprint", "levels", "load_contracts"]

PACKAGED = Path(__file__).parent


def load_contracts(folders: Sequence[Path]) -> dict[str, Contract]:
    """The contracts in the folders' YAML files, by dataset, names sorted; of two of a dataset, the later folder's.

    Raises ContractError with one line for each problem: file, line, field and what is wrong.
    """
    return {name: draft.contract for name, draft in _drafts(folders).items()}


def contract_files(folders: Sequence[Path]) -> dict[str, Path]:
    """The files of the contracts that `load_contracts` gives, by dataset. Raises ContractError as that does."""
    return {name: Path(draft.of.file) for name, draft in _drafts(folders).items()}


def fingerprint(contracts: Mapping[str, Contract]) -> str:
    """A SHA-256 (hex) of what the contracts mean: the same until a rule, a column or a name changes."""
    meaning = {name: asdict(_without_descriptions(contract)) for name, contract in contracts.items()}
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _drafts(folders: Sequence[Path]) -> dict[str, Draft]:
    problems: list[Problem] = []
    drafts: dict[str, Draft] = {}
    for folder in folders:
        drafts |= _folder(folder, problems)
    if not problems:
        check_references(drafts)
        problems = [problem for each in drafts.values() for problem in each.of.problems]
    if problems:
        raise refusal(problems)
    return {name: drafts[name] for name in sorted(drafts)}


def _folder(folder: Path, problems: list[Problem]) -> dict[str, Draft]:
    if not folder.is_dir():
        raise ContractError(f"{folder}: there is no such folder of contracts", "Create it, or correct its name.")
    drafts: dict[str, Draft] = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        fields = read(path)
        found = draft(fields)
        if found and found.contract.dataset in drafts:
            found.of.fault(f"{drafts[found.contract.dataset].of.file} describes this dataset already", "name")
        problems += fields.problems
        if found:
            drafts.setdefault(found.contract.dataset, found)
    return drafts


def _without_descriptions(contract: Contract) -> Contract:
    columns = tuple(replace(column, description="") for column in contract.columns)
    return replace(contract, description="", columns=columns)
