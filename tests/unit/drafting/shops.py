"""Short ways to write files, to draft from them, and to see what loading them comes to."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lakectl.drafting.types import Clues, Finding, find_type
from lakectl.drafting.values import Values
from lakectl.operations.contracts import contracts_in_force
from lakectl.operations.draft import Outcome, draft_contracts
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import Contract


def values_of(*texts: str, header: str = "value", position: int = 0) -> Values:
    """A column with these values."""
    values = Values(header, position)
    values.extend(texts)
    return values


def found(*texts: str, **clues: Any) -> Finding:
    """What the type of a column with these values is found to be."""
    return find_type(values_of(*texts), Clues(**clues))


def csv_file(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A CSV with these rows, the first of which is the header."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def drafted(*files: Path, known: Mapping[str, Contract] | None = None, **options: Any) -> Outcome:
    """What is drafted from the files beside the packaged contracts, where nobody knows any table's values."""
    return draft_contracts(files, contracts_in_force(None) if known is None else known, lambda *_: None, **options)


def contracts(outcome: Outcome, folder: Path) -> dict[str, Contract]:
    """The drafts as they are loaded from a folder of contracts."""
    folder.mkdir(exist_ok=True)
    for draft in outcome.drafts:
        (folder / f"{draft.dataset}.yaml").write_text(draft.contract, encoding="utf-8")
    return load_contracts([PACKAGED, folder])


def only(outcome: Outcome, folder: Path) -> Contract:
    """The only draft, loaded."""
    [draft] = outcome.drafts
    return contracts(outcome, folder)[draft.dataset]
