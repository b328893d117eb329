"""Rows of .xlsx sheets: whatever the order and the writer, the fast way and the exact way give the same."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.convert.xlsx_parts import MAIN, book, grids, rows, said, sheet, strings, styles

from lakehouse.convert.model import SheetRefused, SpecialRow
from lakehouse.convert.number_formats import built_in, number_format
from lakehouse.convert.xlsx.contents import Contents
from lakehouse.convert.xlsx.rows import SMALL
from lakehouse.convert.xlsx.sheet import batches
from lakehouse.convert.xlsx.xml import Unreadable, pieces

CONTENTS = Contents(
    ["Pen", "1.000", "", " x "],
    [built_in(0), built_in(22), number_format("00000"), built_in(46)],
    recalculates=True,
)


def read(chunks):
    """The rows of a sheet's XML with what their cells say, without empty cells at the end."""
    found = []
    for number, cells in (row for batch in batches(iter(chunks), CONTENTS) for row in batch):
        assert isinstance(cells, SpecialRow) == any(map(said, cells))
        while cells and not cells[-1]:
            cells.pop()
        found.append((number, [(str(cell), said(cell)) for cell in cells]))
    return found


VALUES = st.sampled_from(
    ["0", "1", "-0", "12.0", "007", "1e3", "0E5", "0.30000000000000004", "45748.5", "60", "99999999999999999", "x", ""]
) | st.integers(-(10**17), 10**17).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr)  # fmt: skip
TEXTS = st.sampled_from(
    ["Pen", " padded ", "1.000", "12,5", "a&amp;b", "a&#10;b", "x_x000D_y", "a\r\nb", "&lt;row&gt;", "", "😀", "ß"]
)
# A cell's tags, and the values that may stand in them.
HEADS = ["", ' s="1"', ' s="2"', ' s="3"', ' s="9"', ' t="n"', ' s="1" t="n"', ' cm="1"']
FORMULAS = ["<f>B1*2</f>", '<f t="shared" si="0"/>', '<f ca="1">NOW()</f>', "<f/>"]
CELLS = [
    *((f"<c{{r}}{head}><v>{{v}}</v></c>", VALUES) for head in HEADS),
    *((f"<c{{r}}>{formula}<v>{{v}}</v></c>", VALUES) for formula in FORMULAS),
    *((f'<c{{r}} t="str">{formula}<v>{{v}}</v></c>', TEXTS) for formula in ("", *FORMULAS)),
    *((f'<c{{r}} t="e">{formula}<v>{{v}}</v></c>', TEXTS) for formula in ("", "<f>A1</f>")),
    *(
        (f'<c{{r}} t="b">{formula}<v>{{v}}</v></c>', st.sampled_from(["0", "1", "true", "", "x"]))
        for formula in FORMULAS
    ),
    ('<c{r} t="s"><v>{v}</v></c>', st.integers(0, 5)),
    ('<c{r} t="d"><v>{v}</v></c>', st.sampled_from(["2025-04-01", "2025-04-01T10:00:00", "x", ""])),
    ('<c{r} t="inlineStr"><is><t>{v}</t></is></c>', TEXTS),
    ('<c{r} t="inlineStr"><is><t xml:space="preserve">{v}</t></is></c>', TEXTS),
    *((f"<c{{r}}{head}/>", st.none()) for head in HEADS),
    ("<c{r}></c>", st.none()),
    ("<c{r}><f>A1</f></c>", st.none()),
    ("", st.none()),
]
TAGS = st.sampled_from(CELLS)
ROWS = st.sampled_from(
    ['<row r="{n}">{c}</row>', '<row r="{n}" spans="1:3" ht="15">{c}</row>', '<row ht="1" r="{n}">{c}</row>']
)


@st.composite
def sheets(draw):
    """Rows of one or two shapes, some cells of another, as they stand in the XML."""
    shapes = draw(st.lists(st.tuples(ROWS, st.lists(TAGS, min_size=1, max_size=3)), min_size=1, max_size=2))
    lines = []
    for number in range(1, draw(st.integers(4, 15))):
        row, cells = draw(st.sampled_from(shapes))
        if draw(st.integers(0, 9)) == 0:
            cells = [*cells[1:], draw(TAGS)]
        placed = (
            tags.format(r=f' r="{chr(65 + place)}{number}"', v=draw(values))
            for place, (tags, values) in enumerate(cells)
        )
        lines.append(row.format(n=number, c="".join(placed)))
    return sheet("".join(lines))


@settings(deadline=None, max_examples=300)
@given(xml=sheets(), cut=st.integers(0, 2000))
def test_rows_matched_whole_are_the_rows_followed_element_by_element(xml, cut):
    followed = read([xml.replace("<sheetData>", "<!-- so that nothing is matched --><sheetData>")])
    assert read([xml]) == followed
    assert read([xml[:cut], xml[cut:]]) == followed


def many(count, line):
    return "".join(line.format(n=number) for number in range(1, count + 1))


def test_rows_of_changing_shape_are_all_there():
    lines = "".join(
        f'<row r="{n}">'
        + (f'<c r="A{n}"><v>{n}</v></c>' if n % 2 else "")
        + (f'<c r="B{n}" t="inlineStr"><is><t>b{n}</t></is></c>' if n % 3 else f'<c r="B{n}" s="1"><v>{n}.5</v></c>')
        + (f'<c r="D{n}" t="e"><v>#N/A</v></c>' if n % 7 == 0 else f'<c r="D{n}" s="3"/>')
        + "</row>"
        for n in range(1, 200)
    )
    found = read([sheet(lines)])
    assert [number for number, _ in found] == list(range(1, 200))
    assert found[6] == (7, [("7", {}), ("b7", {}), ("", {}), ("#N/A", {"fault": "excel_error"})])
    assert found[11] == (12, [("", {}), ("1900-01-12T12:00:00", {})])
    assert [cells[0][0] for _, cells in found[::2]] == [str(n) for n in range(1, 200, 2)]


def test_cells_and_rows_without_references_follow_one_another(tmp_path):
    lines = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c r='B3'><v>4</v></c><c><v>5</v></c></row>"
    assert rows(book(tmp_path / "bare.xlsx", lines)) == [(1, ["1", "", "3"]), (3, ["", "4", "5"])]


def test_a_row_without_a_number_has_its_cells_number(tmp_path):
    assert rows(book(tmp_path / "half.xlsx", '<row><c r="A7"><v>1</v></c></row>')) == [(7, ["1"])]


@pytest.mark.parametrize("reference", ["$B$1", "b1", "B1", "B"])
def test_references_may_be_written_in_other_ways(tmp_path, reference):
    assert rows(book(tmp_path / "r.xlsx", f'<row r="1"><c r="{reference}"><v>1</v></c></row>')) == [(1, ["", "1"])]


def test_rows_and_cells_out_of_order_come_in_their_places(tmp_path):
    lines = "".join(
        f'<row r="{n}"><c r="C{n}"><v>{n}</v></c><c r="A{n}"><v>1</v></c></row>' for n in (1, 40, 20, 30, *range(2, 9))
    )
    found = rows(book(tmp_path / "late.xlsx", lines))
    assert found == [(n, ["1", "", str(n)]) for n in (*range(1, 9), 20, 30, 40)]


def test_a_row_that_is_there_twice_is_one(tmp_path):
    lines = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row><row r="1"><c r="A1"><v>0</v></c></row>'
    lines += '<row r="2"><c r="B2"/><c r="C2" t="e"><v>#N/A</v></c><c r="D2"><v>4</v></c></row>'
    found = rows(book(tmp_path / "twice.xlsx", lines))
    assert found == [(1, ["0"]), (2, ["1", "2", "#N/A", "4"])]
    assert said(found[1][1][2]) == {"fault": "excel_error"}


@pytest.mark.parametrize(
    "lines",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>3</v></c></row>',
    ],
)
def test_a_cell_that_is_there_twice_with_two_values_refuses_the_sheet(tmp_path, lines):
    with pytest.raises(SheetRefused, match="cell A2 is there twice, with '1' and '3'"):
        rows(book(tmp_path / "twice.xlsx", lines))


def test_a_row_that_is_longer_than_any_is_refused_before_it_takes_all_memory():
    chunks = (found for found in ["<row>", *["x" * (1 << 20)] * 200])
    with pytest.raises(Unreadable, match="takes more than 128 MB of XML"):
        list(pieces(chunks, "<row"))
    assert len(list(chunks)) > 60


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_a_piece_ends_before_a_row_wherever_the_chunks_end(size):
    text = "<sheet><row>1</row><row>2</row><ro><row/>" + "x" * 20 + "<row>3</row></sheet>"
    found = list(pieces((text[at : at + size] for at in range(0, len(text), size)), "<row"))
    assert "".join(found) == text
    assert all(piece.startswith("<row") for piece in found[1:])


def test_a_row_that_goes_on_and_on_is_not_searched_again_for_each_chunk():
    looked = []

    class Chunk(str):
        __slots__ = ()

        def rfind(self, tag):
            looked.append(len(self))
            return super().rfind(tag)

        def __radd__(self, other):
            return Chunk(str(other) + str(self))

    assert "".join(pieces((Chunk("x" * 1000) for _ in range(50)), "<row")) == "x" * 50_000
    assert max(looked) < 1010


def large(count):
    """Rows that are too much XML for a small sheet."""
    lines = many(count, '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>' + "x" * 1000 + "</t></is></c></row>")
    assert len(lines) > SMALL
    return lines


def test_a_large_sheet_is_read_in_pieces(tmp_path):
    after = '<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>'
    path = book(tmp_path / "large.xlsx", parts={"xl/worksheets/sheet1.xml": sheet(large(5000), after)})
    [grid] = grids(path)
    assert [(area.top, area.left, area.bottom, area.right) for area in grid.merged] == [(2, 0, 3, 1)]
    assert [(number, len(cells[0])) for number, cells in grid.rows()] == [(n, 1000) for n in range(1, 5001)]


def test_rows_of_a_large_sheet_that_come_late_come_in_their_places(tmp_path):
    lines = '<row r="5001"><c r="A5001"><v>1</v></c></row>' + large(5000)
    found = rows(book(tmp_path / "large.xlsx", lines))
    assert [number for number, _ in found] == list(range(1, 5002))


def test_a_prefix_and_the_strict_namespace_do_not_matter(tmp_path):
    lines = many(5, '<x:row r="{n}"><x:c r="A{n}"><x:v>{n}</x:v></x:c></x:row>')
    for name in (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"):
        part = f'<x:worksheet xmlns:x="{name}"><x:sheetData>{lines}</x:sheetData></x:worksheet>'
        path = book(tmp_path / "prefix.xlsx", parts={"xl/worksheets/sheet1.xml": part})
        assert rows(path) == [(n, [str(n)]) for n in range(1, 6)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_the_encoding_of_a_part_is_the_one_it_says(tmp_path, encoding):
    line = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>Größe</t></is></c></row>'
    declared = sheet(many(3, line)).replace('"1.0"?', f'"1.0" encoding="{encoding.removesuffix("-sig")}"?')
    path = book(tmp_path / "coded.xlsx", parts={"xl/worksheets/sheet1.xml": declared.encode(encoding)})
    assert rows(path) == [(n, ["Größe"]) for n in range(1, 4)]


def test_space_between_tags_does_not_matter(tmp_path):
    line = '\n  <row r="{n}">\n    <c r="A{n}">\n      <v>{n}</v>\n    </c>\n  </row>\n'
    assert rows(book(tmp_path / "pretty.xlsx", many(4, line))) == [(n, [str(n)]) for n in range(1, 5)]


def test_what_is_in_a_comment_or_in_cdata_is_no_row(tmp_path):
    line = '<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>'
    lines = (
        many(3, line)
        + f"<!-- {many(9, line)} -->"
        + '<row r="4"><c t="str"><v><![CDATA[</row><row r="9">]]></v></c></row>'
    )
    assert rows(book(tmp_path / "odd.xlsx", lines)) == [(1, ["1"]), (2, ["2"]), (3, ["3"]), (4, ['</row><row r="9">'])]


def test_blank_cells_cost_nothing_wherever_they_are(tmp_path):
    lines = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576" s="1"><c r="XFD1048576"/></row>'
    assert rows(book(tmp_path / "far.xlsx", lines)) == [(1, ["1"])]


def test_rows_of_nothing_but_styles_are_no_rows(tmp_path):
    lines = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 5000)
    )
    assert rows(book(tmp_path / "styled.xlsx", lines)) == [(1, ["1"])]


@pytest.mark.parametrize(
    ("far", "named"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "XFD1048576"),
        ('<row r="2"><c r="XFD2"><v>1</v></c></row><row r="900000"><c r="A900000"><v>1</v></c></row>', "XFD900000"),
        ('<row r="2"><c r="XFE2"><v>1</v></c></row>', "XFE2"),
        ('<row r="2"><c r="ZZZZZZZ2"><v>1</v></c></row>', "ZZZZZZZ2"),
    ],
)
def test_a_sheet_that_reaches_too_far_is_refused_by_its_cell(tmp_path, far, named):
    [grid] = grids(book(tmp_path / "far.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>' + far))
    with pytest.raises(SheetRefused, match=rf"\b{named}\b"):
        list(grid.rows())


def test_a_blank_far_away_and_a_long_narrow_sheet_are_no_reason_to_refuse(tmp_path):
    lines = '<row r="1"><c r="XFD1" t="str"><v xml:space="preserve"> </v></c></row>'
    lines += '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert [number for number, _ in rows(book(tmp_path / "blank.xlsx", lines))] == [1, 1048576]


def test_what_openpyxl_reads_is_what_we_read(tmp_path):
    made = openpyxl.Workbook()
    values = ["Pen", 1, -2.5, 10**15, True, dt.datetime(2025, 4, 1, 11, 27), dt.datetime(2025, 4, 1), dt.time(9, 30)]
    for number in range(50):
        made.worksheets[0].append([*values[number % 8 :], None, *values[: number % 8]])
    made.save(tmp_path / "made.xlsx")
    expected = [
        [expected_text(cell) for cell in row]
        for row in openpyxl.load_workbook(tmp_path / "made.xlsx").worksheets[0].values
    ]
    found = [cells + [""] * (9 - len(cells)) for _, cells in rows(tmp_path / "made.xlsx")]
    assert found == expected


def expected_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def test_an_upload_that_nobody_reads_is_not_read(tmp_path):
    broken = {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"}
    [grid] = grids(book(tmp_path / "broken.xlsx", parts=broken))
    assert grid.name == "S"


def test_shared_strings_and_styles_may_be_missing(tmp_path):
    parts = {"xl/_rels/workbook.xml.rels": "", "xl/styles.xml": styles(14), "xl/sharedStrings.xml": strings("<si/>")}
    del parts["xl/_rels/workbook.xml.rels"]
    assert rows(book(tmp_path / "few.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>', parts=parts)) == [(1, ["1"])]
    assert rows(book(tmp_path / "none.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')) == [(1, ["1"])]
