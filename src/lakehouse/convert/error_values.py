"""The error values that spreadsheets are known to show in a cell, as text.

A workbook's cell says of itself that it is an error, and is one whatever it shows. This list is for text that has lost
that: a CSV that was saved from a sheet. They are those
of Excel and of its add-ins.
"""

from __future__ import annotations

ERROR_VALUES = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#UNKNOWN!", "#ADDIN?",
)  # fmt: skip
