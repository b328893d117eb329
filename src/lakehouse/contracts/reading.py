"""How a file of a dataset is to be read, where that is a matter of place: separators, formats of dates, words.

The same settings stand in a contract, for the dataset or for one column, as custom properties, and after
`ingest --read KEY=VALUE` for one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from lakehouse.errors import ContractError


@dataclass(frozen=True)
class Reading:
    """Settings of how text becomes values; what is empty is not set."""

    encoding: str = ""  # a name that Python knows
    delimiter: str = ""
    header_row: int = 0  # as a person counts: a row of Excel, a line of a CSV
    decimal_separator: str = ""
    group_separator: str = ""
    date_formats: tuple[str, ...] = ()
    time_zone: str = ""  # of times without one: an IANA name or +HH:MM
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    null_values: tuple[str, ...] = ()
    unknown_columns: str = ""  # keep_out or refuse

    def over(self, other: Reading) -> Reading:
        """These settings, and the other's where these say nothing."""
        return Reading(*(getattr(self, field.name) or getattr(other, field.name) for field in fields(self)))

    @classmethod
    def parse(cls, pairs: Mapping[str, str]) -> Reading:
        """The settings of a call, by name; the entries of a list stand between `|`. Raises ContractError."""
        known = {"decimalSeparator": "decimal_separator", "encoding": "encoding", "headerRow": "header_row"}
        if wrong := [name for name in pairs if name not in known]:
            raise ContractError(f"'{wrong[0]}' is no setting of how to read a file", f"there are {', '.join(known)}")
        numbers: dict[str, Any] = {"headerRow": int}
        return cls(**{known[name]: numbers.get(name, str)(text) for name, text in pairs.items()})


NONE = Reading()
