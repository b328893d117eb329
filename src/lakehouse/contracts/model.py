"""What a dataset is: frozen values that a contract file becomes once it is valid. No YAML, no I/O in here."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from lakehouse.contracts.reading import NONE, Reading

Kind = Literal["string", "integer", "decimal", "double", "boolean", "date", "timestamp"]

# Every row of every table ends with these; they are never part of a comparison.
LINEAGE = ("_source_file", "_source_sheet", "_source_row", "_execution_id")

_PLAIN_ASCII = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}


def header(text: str) -> str:
    """A header as it is compared with names and aliases: its letters and digits, without case and punctuation."""
    if text.isascii():
        return text.translate(_PLAIN_ASCII)
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


@dataclass(frozen=True)
class Type:
    """A column's type. `bits` for integers (32 or 64), `precision` and `scale` for decimals, else 0."""

    kind: Kind
    bits: int = 0
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        """The type as contracts and tables write it: bigint, int, decimal(12,2), ..."""
        if self.kind == "decimal":
            return f"decimal({self.precision},{self.scale})"
        return {64: "bigint", 32: "int"}.get(self.bits, self.kind)


@dataclass(frozen=True)
class Column:
    """One column: its type and what its values must be. Bounds are text, exact as the contract wrote them."""

    name: str
    type: Type
    required: bool = False
    aliases: tuple[str, ...] = ()
    derived_from: str = ""  # a timestamp column whose UTC date this is; a source's own value is never believed
    minimum: str = ""
    maximum: str = ""
    min_length: int = 0
    max_length: int = 0  # 0: no limit
    pattern: str = ""
    allowed: tuple[str, ...] = ()
    description: str = ""
    reading: Reading = NONE  # wins over the dataset's


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of this dataset must be in `parent_columns` of the parent's table."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """Everything that is known of a dataset. Columns are in table order."""

    dataset: str
    version: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    partition_by: str = ""
    latest_by: tuple[str, ...] = ()  # which row of a key wins; delivery decides where these are equal
    foreign_keys: tuple[ForeignKey, ...] = ()
    description: str = ""
    reading: Reading = NONE

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]

    @property
    def source_columns(self) -> tuple[Column, ...]:
        """The columns that a sheet delivers, in order: all but the derived ones."""
        return tuple(column for column in self.columns if not column.derived_from)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Columns whose header a sheet must have: the key and whatever may not be null."""
        return tuple(c.name for c in self.source_columns if c.required or c.name in self.primary_key)
