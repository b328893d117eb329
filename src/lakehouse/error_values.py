"""The error values of Excel and of its add-ins, as a cell shows them.

A workbook's cell says of itself that it is an error, and is one whatever it shows. This list is for text that has lost
that, such as a CSV that was saved from a sheet.
"""

from __future__ import annotations

ERROR_VALUES = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#UNKNOWN!", "#ADDIN?",
)  # fmt: skip
