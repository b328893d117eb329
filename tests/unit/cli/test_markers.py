"""What `markers list` shows to people: each sheet by its name, upload by upload."""

from __future__ import annotations

import openpyxl

HEADER = ("product_id", "department_id", "department", "product_name")


def test_sheets_are_told_apart_and_stand_together(project, lakectl):
    book = openpyxl.Workbook()
    for number, name in enumerate(("Tools", "Books", "Games")):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append((number + 1, 4, name, "Atlas"))
    book.save(project / "products.xlsx")
    assert lakectl("ingest", "products.xlsx").code == 0

    header, *lines = lakectl("markers", "list").out.splitlines()
    assert header.split() == ["dataset", "source_file", "sheet", "status", "reason"]
    assert [line.split()[2] for line in lines] == ["Books", "Games", "Tools"]
