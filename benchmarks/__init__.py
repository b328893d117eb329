"""Ratios against the ways people do it today, measured in one run on one machine: `make bench`, or some of it by name.

    measure      processes, their time and their peak memory
    lab          the month that is measured, lakes made for it, the cache of made data
    made         data too large to keep: months of history, millions of rows, a huge workbook
    baselines/   what people do today, as scripts of their own
    conversion, ingest, growth, query, startup: the rows of the table

Absolute times say little, a ratio on the same machine in the same minutes says enough. Nothing in here is a test.
"""
