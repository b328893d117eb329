"""A contract drafted from files, printed or written; what is there is never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakectl.drafting.draft import Draft, KnownValues, draft_tables
from lakectl.drafting.naming import dataset_names
from lakectl.drafting.tables import Table, read_tables
from lakectl.drafting.writing import contract_yaml
from lakectl.errors import UsageError
from lakehouse.contracts.dataset import is_name
from lakehouse.contracts.model import Contract
from lakehouse.convert.routing import route
from lakehouse.layout import REJECTS_TABLE

if TYPE_CHECKING:
    from lakectl.ports import Platform


@dataclass(frozen=True)
class Drafted:
    """A drafted contract as text, and where it was written; None where it was not."""

    dataset: str
    rows: int
    columns: int
    key: tuple[str, ...]
    contract: str
    file: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """The contracts, and what was left aside, in words."""

    drafts: tuple[Drafted, ...]
    notes: tuple[str, ...]


def draft_contracts(
    files: Sequence[Path],
    known: Mapping[str, Contract],
    values_of: KnownValues,
    *,
    name: str = "",
    sheet: str = "",
    tolerated: float = 0,
) -> Outcome:
    """A contract for each kind of table in the files, from all of their rows. Raises UsageError, UploadRefused."""
    if name and (not is_name(name) or name == REJECTS_TABLE):
        raise UsageError(
            f"{name!r} is no name for a dataset", "A name starts with a-z and goes on with a-z, 0-9 and _."
        )
    if missing := [str(file) for file in files if not file.is_file()]:
        raise UsageError(f"{', '.join(missing)}: no such file", "Nothing was drafted; correct it and try again.")
    tables, notes = read_tables(files, sheet)
    if not tables:
        raise UsageError(_nothing(files, sheet, notes), "A table needs a header, and rows below it.")
    if name and len(tables) > 1:
        raise UsageError(_several(tables), "Say which with --sheet, or leave --name out to draft all of them.")
    named = dict(zip([name] if name else dataset_names(tables), tables, strict=True))
    drafts = draft_tables(named, known, values_of, tolerated)
    if keyless := [draft.dataset for draft in drafts if not draft.key.columns]:
        raise UsageError(f"{', '.join(keyless)}: no column can be a key", "Add one that numbers the rows.")
    for dataset, table in named.items():
        notes += [f"{dataset}: {left}" for left in table.left_out]
        notes += _rivals(dataset, table, known)
    return Outcome(tuple(map(_drafted, drafts)), tuple(notes))


def table_values(platform: Platform, dataset: str, column: str) -> frozenset[str] | None:
    """The values of a table's column as text, none twice; None where there is no such table or column."""
    from lakectl.asking.statement import parse  # takes a while, and most drafts need no answer

    table = platform.lake.catalog.get(dataset)
    if table is None or column not in dict(table.columns):
        return None
    result = platform.queries.run(parse(f'SELECT DISTINCT "{column}" FROM "{dataset}"'), {})
    return frozenset(str(value) for (value,) in result.rows if value is not None)


def write_contracts(outcome: Outcome, target: Path) -> Outcome:
    """Writes one contract into the file, or each into the folder, as DATASET.yaml. Raises UsageError, with nothing
    written, where a file is there already."""
    files = [_place(target, draft, len(outcome.drafts)) for draft in outcome.drafts]
    if present := [str(file) for file in files if file.exists()]:
        raise UsageError(f"{', '.join(present)} is there already", "Nothing was written; name another file.")
    for file, draft in zip(files, outcome.drafts, strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(draft.contract)
    written = (Drafted(**{**vars(draft), "file": file}) for draft, file in zip(outcome.drafts, files, strict=True))
    return Outcome(tuple(written), outcome.notes)


def _place(target: Path, draft: Drafted, drafts: int) -> Path:
    if target.is_dir() or not target.suffix:
        return target / f"{draft.dataset}.yaml"
    if drafts > 1:
        raise UsageError(
            f"{target} is one file, and there are {drafts} contracts to write",
            "Name a folder, or say with --sheet which is meant.",
        )
    return target


def _drafted(draft: Draft) -> Drafted:
    return Drafted(draft.dataset, draft.table.rows, len(draft.columns), draft.key.columns, contract_yaml(draft))


def _rivals(dataset: str, table: Table, known: Mapping[str, Contract]) -> list[str]:
    """Whether a dataset that is known has the table's columns, too: then no sheet could be told to be of either."""
    others = [contract for name, contract in known.items() if name != dataset]
    found = route([values.header for values in table.columns], others)
    if found.taken is None or found.unknown:
        return []
    return [
        f"{dataset}: {found.dataset} has all of these columns, too, so its contract and this one rule each other out"
    ]


def _nothing(files: Sequence[Path], sheet: str, notes: Sequence[str]) -> str:
    where = ", ".join(map(str, files)) + (f", sheet {sheet!r}" if sheet else "")
    return f"{where}: no table in there" + (f" ({'; '.join(notes)})" if notes else "")


def _several(tables: Sequence[Table]) -> str:
    sheets = ", ".join(table.sources[0].sheet or table.sources[0].file for table in tables)
    return f"there are {len(tables)} kinds of tables, such as in {sheets}"
