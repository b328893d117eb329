"""The archive of an .xlsx workbook: how its parts are named and found, what they say of sheets, what is damaged."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
import xlsxwriter
from tests.unit.convert.xlsx_parts import MAIN, RELATIONS, book, grids, relations, rows, sheet, strings

from lakehouse.convert.model import Area
from lakehouse.errors import UploadRefused

ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
WORKBOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>'


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("./worksheets/../worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("worksheets/sheet1.xml", "xl\\worksheets\\sheet1.xml"),
        ("worksheets/sheet1.xml", "XL/Worksheets/Sheet1.xml"),
        ("worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"),
        ("data.xml", "xl/data.xml"),
        ("../data.xml", "data.xml"),
    ],
)
def test_a_part_is_found_however_it_is_spelled(tmp_path, target, part):
    parts = {
        "xl/worksheets/sheet1.xml": "",
        "xl/_rels/workbook.xml.rels": relations(("worksheet", target), ("sharedStrings", "sharedStrings.xml")),
        "xl/sharedStrings.xml": strings("<si><t>x</t></si>"),
        part: sheet(ROW),
    }
    assert rows(book(tmp_path / "named.xlsx", parts=parts)) == [(1, ["x"])]


@pytest.mark.parametrize("main", ["xl/workbook.xml", "XL\\Workbook.xml", "book/main.xml", "main.xml"])
def test_the_workbooks_own_part_may_be_anywhere(tmp_path, main):
    folder, _, name = main.rpartition("/")
    parts = {
        "_rels/.rels": relations(("officeDocument", main)),
        "xl/workbook.xml": "",
        "xl/_rels/workbook.xml.rels": "",
        main: WORKBOOK,
        f"{folder}/_rels/{name}.rels" if "\\" not in main else "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "/xl/worksheets/sheet1.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1"><v>1</v></c></row>'),
    }
    assert rows(book(tmp_path / "main.xlsx", parts=parts)) == [(1, ["1"])]


def test_without_relations_the_workbooks_own_part_is_where_it_always_is(tmp_path):
    path = book(tmp_path / "bare.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>', parts={"_rels/.rels": ""})
    assert rows(path) == [(1, ["1"])]


NAMES = ["../../evil", "x" * 300, "🍕", "", "..", "a\tb", "a &amp; b"]


def test_sheets_may_have_any_name_and_state(tmp_path):
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId1"/>' for n, name in enumerate(NAMES, start=1))
    listed += '<sheet name="h" state="hidden" r:id="rId1"/><sheet name="v" state="veryHidden" r:id="rId1"/>'
    parts = {"xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'}
    found = grids(book(tmp_path / "names.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>', parts=parts))
    names = ["../../evil", "x" * 300, "🍕", "", "..", "a b", "a & b", "h", "v"]
    assert [(grid.name, grid.position) for grid in found] == list(zip(names, range(1, 10), strict=True))
    assert [grid.unusable for grid in found[-3:]] == ["", "the sheet is hidden", "the sheet is hidden"]
    assert [list(grid.rows()) for grid in found] == [[(1, ["1"])]] * 9


def test_a_chart_is_no_worksheet(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "chart.xlsx") as made:
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=data!$A$1:$A$1"})
        made.add_chartsheet("picture").set_chart(chart)
        made.add_worksheet("data").write(0, 0, 1)
    picture, data = grids(tmp_path / "chart.xlsx")
    assert (picture.unusable, list(picture.rows())) == ("not a worksheet", [])
    assert (data.unusable, list(data.rows())) == ("", [(1, ["1"])])


def test_merged_cells_are_told(tmp_path):
    made = openpyxl.Workbook()
    made.worksheets[0]["B2"] = 1
    for area in ("B2:B4", "C2:D3"):
        made.worksheets[0].merge_cells(area)
    made.save(tmp_path / "merged.xlsx")
    [grid] = grids(tmp_path / "merged.xlsx")
    assert sorted(grid.merged, key=lambda area: area.left) == [Area(2, 1, 4, 1), Area(2, 2, 3, 3)]
    assert list(grid.rows()) == [(2, ["", "1"])]


@pytest.mark.parametrize(("total", "areas"), [(True, [Area(6, 1, 6, 3)]), (False, [])])
def test_totals_rows_of_tables_are_told(tmp_path, total, areas):
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as made:
        data = [["Pen", 1, 2], ["Ink", 3, 4], ["Cap", 5, 6]]
        made.add_worksheet().add_table("B2:D6", {"data": data, "total_row": total})
    [grid] = grids(tmp_path / "table.xlsx")
    assert list(grid.totals) == areas


def test_rows_can_be_read_again(tmp_path):
    [grid] = grids(book(tmp_path / "twice.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>'))
    assert len(grid.merged) == 0
    assert list(grid.rows()) == list(grid.rows()) == [(1, ["1"])]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
BROKEN = {
    "DTD in a sheet": {"xl/worksheets/sheet1.xml": BOMB + sheet(ROW).removeprefix('<?xml version="1.0"?>')},
    "no end": {"xl/worksheets/sheet1.xml": sheet(ROW * 3)[:-30]},
    "cut in a row": {"xl/worksheets/sheet1.xml": sheet(ROW * 3)[:-60]},
    "wrong tags": {"xl/worksheets/sheet1.xml": sheet(ROW + "<row></c></row>")},
    "unknown entity": {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c t="str"><v>&who;</v></c></row>')},
    "unknown entity in a row like others": {
        "xl/worksheets/sheet1.xml": sheet(
            "".join(
                f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
                for n, text in enumerate(["a", "b", "c", "&#xD800;"], start=1)
            )
        )
    },
    "not UTF-8": {"xl/worksheets/sheet1.xml": sheet(ROW).encode() + b"\xff"},
    "encoding": {"xl/worksheets/sheet1.xml": sheet(ROW).replace('"1.0"?', '"1.0" encoding="klingon"?')},
    "empty": {"xl/worksheets/sheet1.xml": " "},
    "missing": {"xl/worksheets/sheet1.xml": ""},
}


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN)
def test_a_sheet_that_is_broken_refuses_the_workbook_and_is_named(tmp_path, parts):
    [grid] = grids(book(tmp_path / "broken.xlsx", parts=parts))
    with pytest.raises(UploadRefused, match=r"broken\.xlsx, sheet 'S': the workbook is damaged"):
        list(grid.rows())


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": BOMB + WORKBOOK},
        {"xl/workbook.xml": "<workbook>"},
        {"xl/workbook.xml": ""},
        {"xl/sharedStrings.xml": BOMB + strings("").removeprefix('<?xml version="1.0"?>')},
        {"xl/sharedStrings.xml": strings("<si><t>x</t>")},
        {"xl/styles.xml": BOMB + "<styleSheet/>"},
        {"_rels/.rels": BOMB + "<Relationships/>"},
    ],
)
def test_a_workbook_whose_other_parts_are_broken_is_refused(tmp_path, parts):
    path = book(tmp_path / "broken.xlsx", ROW, parts=parts)
    with pytest.raises(UploadRefused, match=r"broken\.xlsx: the workbook is damaged"):
        grids(path)


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(UploadRefused, match="damaged"):
        grids(tmp_path / "no.xlsx")


def test_a_part_whose_bytes_are_damaged_refuses_the_workbook(tmp_path):
    path = book(tmp_path / "bits.xlsx", "".join(f'<row r="{n}"><c><v>{n}</v></c></row>' for n in range(1, 2000)))
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    data = bytearray(path.read_bytes())
    data[start + 500 : start + 510] = b"\0" * 10
    path.write_bytes(data)
    with pytest.raises(UploadRefused, match="sheet 'S': the workbook is damaged"):
        rows(path)
