"""Areas of a sheet that its rows do not tell: merged cells, and the totals rows of Excel tables.

Merged cells stand in the sheet's part, after its rows; tables are parts of their own (ECMA-376 18.3.1.55 and 18.5.1.2).
`totalsRowShown` only says whether a table ever had a totals row; `totalsRowCount` says whether it has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lakehouse.convert.extent import area_of
from lakehouse.convert.model import Area
from lakehouse.convert.xlsx.package import Package

_MERGED = re.compile(r"""<(?:[\w.-]+:)?mergeCell\s(?:[^>]*\s)?ref\s*=\s*["']([^"'>]*)["']""")


def merged(after_rows: str) -> list[Area]:
    """The merged cells that the XML after a sheet's rows names."""
    return [area for reference in _MERGED.findall(after_rows) if (area := area_of(reference))]


def totals(package: Package, sheet: str) -> Iterator[Area]:
    """The totals rows of the tables of the sheet in a part."""
    for relation in package.relations(sheet).values():
        if relation.kind == "table" and relation.target in package:
            table = package.tree(relation.target)
            area, count = area_of(table.get("ref", "")), table.get("totalsRowCount", "0")
            if area and count.isdecimal() and int(count):
                yield Area(max(area.top, area.bottom - int(count) + 1), area.left, area.bottom, area.right)
