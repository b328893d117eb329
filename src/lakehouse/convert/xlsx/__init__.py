"""Workbooks of Excel 2007 and later, .xlsx and .xlsm, read without a library: every cell exactly, and fast.

package    the archive: parts, relations, the list of sheets
xml        decoding and parsing, without DTDs
formats    number formats of the styles      strings    the shared strings
contents   what a cell holds, by its type and style
sheet      a sheet's rows: most by a `template` (of cells' `shapes`), the rest by `cells`
rows       the rows in order, and how far they reach
areas      merged cells, totals rows of tables
"""

from lakehouse.convert.xlsx.workbook import read

__all__ = ["read"]
