"""A contract drafted from files: what their values allow to say, and what was seen as comments.

    headers     which row is the header; a header becomes a name
    tables      files -> tables: sheets of one header are one table, all of its rows are read
    values      the values of one column, counted
    places      how a place writes numbers, dates, booleans and nothing
    types       values -> a type, and the settings of reading that it takes
    keys        which columns tell rows apart, which row is the latest, what partitions
    references  which column refers to another dataset
    draft       all of that for one table
    writing     a draft -> YAML

The values of all rows are looked at, never a sample. Rows are read by the conversion itself, so a draft sees what an
`ingest` will see.
"""

from __future__ import annotations
