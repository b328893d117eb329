"""The kinds of notes that a conversion makes, each with what it means: the one list, for the code and for the docs."""

from __future__ import annotations

KINDS = {
    "header_row": "the header is not in the first row; what stands above it is left out",
    "header_again": "rows that repeat the header (a page's, a file's put behind another) are left out",
    "block": "a second table below the first, with a header of its own",
    "merged": "merged cells give their value to each row that they span",
    "totals_row": "the totals row of an Excel table is left out",
    "footer": "a line below the table that is no row of it is left out",
    "kept_out": "a column that the contract does not know is kept out",
    "no_header": "a column without a header holds data, which is kept out",
    "did_you_mean": "a header almost is one that the contract knows",
    "encoding": "which encoding the text was read in, where that was not said in the file",
    "delimiter": "which delimiter the file itself names (`sep=`)",
    "escapes": "how quotes were escaped, where that is not by doubling them",
    "format": "the file is of another kind than its name says, and was read as what it is",
    "password": "the workbook was opened with Excel's default password",
    "serial_60": "29 February 1900, which Excel has and the calendar has not",
    "errors_only": "the sheet holds nothing but error values",
    "read_as": "values were read by a setting of the contract or of the call",
}
