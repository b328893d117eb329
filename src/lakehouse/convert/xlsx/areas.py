"""Areas of a sheet that its rows do not tell: merged cells, and the totals rows of Excel tables.

Merged cells stand in the sheet's part, after its rows; tables are parts of their own (ECMA-376 18.3.1.55 and 18.5.1.2).
`totalsRowShown` only says whether a table ever had a totals row; `totalsRowCount` says whether it has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakehouse.convert.model import Area
from lakehouse.convert.xlsx.cells import column
from lakehouse.convert.xlsx.package import Package

_MERGED = re.compile(r"""<(?:[\w.-]+:)?mergeCell\s(?:[^>]*\s)?ref\s*=\s*["']([^"'>]*)["']""")
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", re.ASCII)


def merged(after_rows: str) -> list[Area]:
    """The merged cells that the XML after a sheet's rows names."""
    return [area for reference in _MERGED.findall(after_rows) if (area := _area(reference))]


def totals(package: Package, sheet: str) -> Iterator[Area]:
    """The totals rows of the tables of the sheet in a part."""
    for relation in package.relations(sheet).values():
        if relation.kind == "table" and relation.target in package:
            table = package.tree(relation.target)
            area, count = _area(table.get("ref", "")), table.get("totalsRowCount", "0")
            if area and count.isdecimal() and int(count):
                yield Area(max(area.top, area.bottom - int(count) + 1), area.left, area.bottom, area.right)


def _area(reference: str) -> Area | None:
    found = _AREA.fullmatch(reference.strip())
    if not found:
        return None
    left, top, right, bottom = found.groups()
    columns = sorted((column(left), column(right or left)))
    rows = sorted((int(top), int(bottom or top)))
    return Area(rows[0], columns[0], rows[1], columns[1])
