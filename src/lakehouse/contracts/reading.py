"""How a file of a dataset is to be read, where that is a matter of place: separators, formats of dates, words.

The same settings stand in a contract, for the dataset or for one column, as custom properties, and after
`ingest --read KEY=VALUE` for one call. SETTINGS is the one list of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches

from lakehouse.contracts import setting_values as values
from lakehouse.contracts.setting_values import NUMBERS, TIMES, Setting
from lakehouse.errors import ContractError

SETTINGS: tuple[Setting, ...] = (
    Setting("encoding", "encoding", "the encoding of delimited text, by a name that Python knows", "windows-1251",
            values.encoding, column=False),
    Setting("delimiter", "delimiter", "one character between the cells of delimited text, or `tab`", "';'",
            values.delimiter, column=False),
    Setting("headerRow", "header_row", "the row of the header as Excel counts, the line of a CSV", "3",
            values.header_row, column=False),
    Setting("unknownColumns", "unknown_columns", "`keep_out` (the default), or `refuse` a sheet that has one", "refuse",
            values.unknown_columns, column=False),
    Setting("decimalSeparator", "decimal_separator", "`.` or `,`; without a `groupSeparator`, the other one, spaces "
            "and apostrophes may group digits", "','", values.decimal_separator, kinds=NUMBERS),
    Setting("groupSeparator", "group_separator", "what groups digits: `.`, `,`, `'`, `_` or `space`; without a "
            "`decimalSeparator`, decimals follow `,` where this is `.`, else `.`", "'.'",
            values.group_separator, kinds=NUMBERS),
    Setting("dateFormat", "date_formats", "formats of dates and times, in the directives of strptime", "'%d.%m.%Y'",
            values.date_format, kinds=TIMES, many=True),
    Setting("timeZone", "time_zone", "the zone of times that name none: an IANA name or `±HH:MM`", "Europe/Berlin",
            values.time_zone, kinds=("timestamp",)),
    Setting("trueValues", "true_values", "words that are true, in any case", "[ja, x]",
            values.word, kinds=("boolean",), many=True),
    Setting("falseValues", "false_values", "words that are false, in any case", "[nein, '-']",
            values.word, kinds=("boolean",), many=True),
    Setting("nullValues", "null_values", "texts that stand for an empty cell, exactly", "['NULL', 'n/a']",
            values.word, many=True),
)  # fmt: skip


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

    def contradiction(self) -> str:
        """Why these settings cannot hold together; empty if they can."""
        if self.decimal_separator and self.decimal_separator == self.group_separator:
            return "decimalSeparator and groupSeparator are the same"
        if {word.casefold() for word in self.true_values} & {word.casefold() for word in self.false_values}:
            return "trueValues and falseValues have a word in common"
        return ""

    @classmethod
    def parse(cls, pairs: Mapping[str, str]) -> Reading:
        """The settings of a call, by name; the entries of a list stand between `|`.

        Raises ContractError for a name that is no setting (it names those that are) and for a wrong value.
        """
        found: dict[str, object] = {}
        for name, text in pairs.items():
            setting = _named(name)
            try:
                given = tuple(map(setting.read, text.split("|") if setting.many else [text]))
            except ValueError as error:
                raise ContractError(f"{name}={text}: {error}", f"{name} is {setting.meaning}") from None
            found[setting.field] = given if setting.many else given[0]
        reading = cls(**found)  # type: ignore[arg-type]
        if reason := reading.contradiction():
            raise ContractError(reason, "change one of them")
        return reading


NONE = Reading()


def _named(name: str) -> Setting:
    names = {setting.name: setting for setting in SETTINGS}
    if name in names:
        return names[name]
    close = get_close_matches(name.lower(), [known.lower() for known in names], 1)
    meant = next((f"; did you mean {known}?" for known in names if known.lower() in close), "")
    raise ContractError(f"'{name}' is no setting of how to read a file{meant}", f"there are {', '.join(names)}")
