"""How a raw CSV says what its text alone cannot: a cell that is a fault already, or one that was read by a setting.

A marked cell is MARK RULE MARK READ MARK WAS: the fault's rule (empty where there is none), the text that the rules are
to judge (empty where it is null), and the text as the sender's file shows it, which a reject keeps. U+FDD0 is no
character of any language (Unicode, 23.7), and the conversion refuses a cell that has one, so no cell looks marked that
is not. The file's record (`lakehouse.raw.RawFile.marked`) names the columns in which a cell is marked, so that nothing
is looked for in the others.

A record that cannot be split into cells has one marked cell, its first, with the rule `cells`, and is otherwise empty;
`marked` then has `RECORDS`, too.
"""

from __future__ import annotations

MARK = "\ufdd0"
RECORDS = "_cells"

# The faults that only the conversion can see.
CELLS, NOT_CALCULATED, AMBIGUOUS, EXCEL_ERROR, CHARACTERS = (
    "cells",
    "not_calculated",
    "ambiguous",
    "excel_error",
    "characters",
)
RULES = (CELLS, NOT_CALCULATED, AMBIGUOUS, EXCEL_ERROR, CHARACTERS)


def marked(was: str, *, rule: str = "", read: str = "") -> str:
    """A marked cell: what it was in the file, and the rule of `RULES` that it breaks or what it is read as."""
    if rule and (rule not in RULES or read):
        raise ValueError(f"a cell that breaks {rule!r} cannot be marked as read as {read!r}")
    return f"{MARK}{rule}{MARK}{read}{MARK}{was}"
