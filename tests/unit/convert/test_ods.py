"""Sheets of OpenDocument spreadsheets: values as their attributes say, text as a person sees it, rows that repeat."""

from __future__ import annotations

import itertools
import zipfile

import pytest
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows

from lakehouse.convert import ods
from lakehouse.convert.model import Area, SheetRefused
from lakehouse.convert.ods_table import value
from lakehouse.errors import UploadRefused

ODF = "urn:oasis:names:tc:opendocument:xmlns"
ROOT = (
    " ".join(
        f'xmlns:{prefix}="{ODF}:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
STRING = 'office:value-type="string"'
ERROR = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
HIDDEN = (
    '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


def content(*tables, root="document-content"):
    return (
        f'<?xml version="1.0"?><office:{root} {ROOT}><office:automatic-styles>{HIDDEN}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:{root}>"
    )


def book(path, *tables):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content(*tables))
    return path


def table(name, *lines, style="ta1"):
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(lines)}</table:table>'


def line(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def cell(inside="", kind=STRING, repeated=1):
    text = inside if inside.startswith("<") else f"<text:p>{inside}</text:p>" if inside else ""
    return f'<table:table-cell {kind} table:number-columns-repeated="{repeated}">{text}</table:table-cell>'


EMPTY = '<table:table-cell table:number-columns-repeated="16384"/>'
HEADER = line(*map(cell, PRODUCT_HEADER))


def read(path):
    [grid] = ods.read(path)
    return list(grid.rows())


def one(tmp_path, element):
    """What becomes of one cell."""
    [(_, [text])] = read(book(tmp_path / "one.ods", table("S", line(element))))
    return text


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("007", "007"),
        ("<text:p>a<text:s text:c='3'/>b<text:s/>c<text:tab/>d<text:line-break/>e</text:p>", "a   b c\td\ne"),
        ("<text:p>one</text:p><text:p/><text:p>two</text:p>", "one\n\ntwo"),
        ("<text:p><text:a xlink:href='http://x'>Shop</text:a> <text:span>bold</text:span></text:p>", "Shop bold"),
        ("<office:annotation><dc:creator>Bob</dc:creator><text:p>check</text:p></office:annotation>"
         "<text:p>Pen</text:p>", "Pen"),
        ("<text:p>a<office:annotation><text:p>note</text:p></office:annotation>b</text:p>", "ab"),
        ("<text:p><text:ruby><text:ruby-base>東</text:ruby-base><text:ruby-text>と</text:ruby-text></text:ruby></text:p>",
         "東"),
    ],
)  # fmt: skip
def test_text_is_what_a_person_sees(tmp_path, inside, expected):
    assert one(tmp_path, cell(inside)) == expected


@pytest.mark.parametrize(
    ("kind", "shown", "expected"),
    [
        ('office:value-type="float" office:value="12.50"', "12,50", "12.5"),
        ('office:value-type="float" office:value="9007199254740993"', "9,00719925474099E+015", "9007199254740993"),
        ('office:value-type="float" office:value="1E-007"', "0,0000001", "0.0000001"),
        ('office:value-type="currency" office:currency="EUR" office:value="12.5"', "12,50 €", "12.5"),
        ('office:value-type="percentage" office:value="0.12"', "12%", "0.12"),
        ('office:value-type="date" office:date-value="2025-04-01"', "1.4.", "2025-04-01"),
        ('office:value-type="date" office:date-value="2025-04-01T00:00:00"', "1.4.", "2025-04-01"),
        ('office:value-type="date" office:date-value="2025-04-01T23:59:59.99"', "2.4.", "2025-04-01T23:59:59.990000"),
        ('office:value-type="time" office:time-value="PT9H30M00S"', "9:30", "09:30:00"),
        ('office:value-type="time" office:time-value="PT10H10M10.123456S"', "10:10", "10:10:10.123456"),
        ('office:value-type="time" office:time-value="PT30H02M00S"', "30:02", "30:02:00"),
        ('office:value-type="time" office:time-value="P1DT1H"', "25:00", "25:00:00"),
        ('office:value-type="time" office:time-value="-PT1H"', "-1:00", "-1:00:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "WAHR", "true"),
        ('table:formula="of:=TRUE()" office:value-type="float" office:value="1"', "TRUE", "true"),
        ('table:formula="of:=FALSE()" office:value-type="float" office:value="0"', "FALSCH", "false"),
        ('office:value-type="float" office:value="1"', "TRUE", "1"),
        ('office:value-type="string" office:string-value="sv"', "shown", "sv"),
        ("", "untyped", "untyped"),
    ],
)
def test_values_are_what_their_attributes_say(tmp_path, kind, shown, expected):
    assert one(tmp_path, cell(shown, kind)) == expected


def test_leading_zeros_and_the_double_itself_are_kept_beside_a_number(tmp_path):
    zip_code = one(tmp_path, cell("00123", 'office:value-type="float" office:value="123"'))
    assert (zip_code, zip_code.shown) == ("123", "00123")
    noise = one(tmp_path, cell("0.3", 'office:value-type="float" office:value="0.30000000000000004"'))
    assert (noise, noise.exact) == ("0.3", "0.30000000000000004")


@pytest.mark.parametrize(
    ("kind", "shown", "expected", "fault"),
    [
        (ERROR, "#DIV/0!", "#DIV/0!", "excel_error"),
        (ERROR, "Err:502", "Err:502", "excel_error"),
        (ERROR, "", "#UNKNOWN!", "excel_error"),
        ('office:value-type="error"', "#N/A", "#N/A", "excel_error"),
        ('table:formula="of:=NA()" calcext:value-type="error"', "#NV", "#NV", "excel_error"),
        ('table:formula="of:=NA()" office:value-type="float" office:value="0"', "#NAME?", "#NAME?", "excel_error"),
        ('table:formula="of:=NA()" office:value-type="string"', "#REF!", "#REF!", "excel_error"),
        ('table:formula="of:=1+1"', "", "=1+1", "not_calculated"),
        ('table:formula="of:=1+1" office:value-type="float"', "", "=1+1", "not_calculated"),
    ],
)
def test_errors_and_formulas_without_a_value_are_faults(tmp_path, kind, shown, expected, fault):
    text = one(tmp_path, cell(shown, kind))
    assert (text, text.fault) == (expected, fault)


def test_what_a_person_typed_is_no_error(tmp_path):
    assert not hasattr(one(tmp_path, cell("#N/A")), "fault")


def test_a_formula_with_an_empty_text_has_a_value():
    assert value({f"{ODF}:office:1.0 value-type": "string", f"{ODF}:table:1.0 formula": 'of:=""'}, []) == ""


def test_errors_are_in_their_place_behind_repeated_rows_and_cells(tmp_path):
    three = '<table:table-cell table:number-columns-repeated="3"/>'
    path = book(
        tmp_path / "errors.ods",
        table("fine", HEADER, line(cell("1"), cell("Toys"), cell("x"))),
        table(
            "errors",
            line(three, repeated=3),
            HEADER,
            line(cell("1"), cell("#DIV/0!", ERROR), cell("x")),
            line(three, repeated=2),
            line(cell("2"), cell("#N/A", ERROR, repeated=2), repeated=2),
        ),
    )
    fine, errors = ods.read(path)
    assert [texts for _, texts in fine.rows()][1] == ["1", "Toys", "x"]
    assert [(number, texts, [getattr(text, "fault", "") for text in texts]) for number, texts in errors.rows()][1:] == [
        (5, ["1", "#DIV/0!", "x"], ["", "excel_error", ""]),
        (8, ["2", "#N/A", "#N/A"], ["", "excel_error", "excel_error"]),
        (9, ["2", "#N/A", "#N/A"], ["", "excel_error", "excel_error"]),
    ]


def test_a_million_empty_rows_and_cells_cost_nothing_and_rows_that_repeat_have_their_own_numbers(tmp_path):
    path = book(
        tmp_path / "long.ods",
        table("S", line(cell("a"), EMPTY), line(EMPTY, repeated=1_048_000), line(cell("b"), repeated=3), line(EMPTY)),
    )
    found = read(path)
    assert found == [(1, ["a"]), (1_048_002, ["b"]), (1_048_003, ["b"]), (1_048_004, ["b"])]
    assert len({id(cells) for _, cells in found}) == 4


def test_rows_with_values_are_given_one_by_one(tmp_path):
    [grid] = ods.read(book(tmp_path / "many.ods", table("S", line(cell("x", repeated=900), repeated=1_048_576))))
    assert [(number, len(cells)) for number, cells in itertools.islice(grid.rows(), 2)] == [(1, 900), (2, 900)]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ([line(cell("x", repeated=2_000_000_000))], "right of XFD"),
        ([line(cell("x"), repeated=2_000_000_000)], "below row 1048576"),
        ([line(EMPTY, repeated=1_048_576), line(cell("x"))], "below row 1048576"),
    ],
)
def test_a_sheet_larger_than_any_is_refused(tmp_path, lines, what):
    [grid] = ods.read(book(tmp_path / "bomb.ods", table("S", *lines)))
    with pytest.raises(SheetRefused, match=what):
        list(grid.rows())


def test_header_rows_groups_and_drawings_do_not_disturb_the_rows(tmp_path):
    drawing = (
        f"<table:shapes><draw:frame xmlns:draw='{ODF}:drawing:1.0'><draw:text-box>"
        f"<text:p>no cell</text:p>{table('in a drawing', line(cell('no')))}</draw:text-box></draw:frame></table:shapes>"
    )
    inside = (
        f"<draw:frame xmlns:draw='{ODF}:drawing:1.0'><draw:text-box><text:p>no</text:p></draw:text-box></draw:frame>"
    )
    path = book(
        tmp_path / "groups.ods",
        table(
            "S",
            drawing,
            f"<table:table-header-rows>{line(cell('head'))}</table:table-header-rows>",
            f"<table:table-row-group><table:table-rows>{line(cell(inside + '<text:p>b</text:p>'))}</table:table-rows>"
            "</table:table-row-group>",
        ),
    )
    assert read(path) == [(1, ["head"]), (2, ["b"])]


def test_merged_cells_are_told_and_what_they_cover_is_not_seen(tmp_path):
    path = book(
        tmp_path / "merged.ods",
        table("plain", HEADER),
        table(
            "merged",
            HEADER,
            line(cell("1"), cell("Toys", f'{STRING} table:number-rows-spanned="2"')),
            line(cell("2"), "<table:covered-table-cell><text:p>unseen</text:p></table:covered-table-cell>", cell("x")),
        ),
    )  # fmt: skip
    plain, merged = ods.read(path)
    assert plain.merged == []
    assert merged.merged == [Area(2, 1, 3, 1)]
    assert list(merged.rows())[1:] == [(2, ["1", "Toys"]), (3, ["2", "", "x"])]


def test_hidden_sheets_are_told_and_their_rows_can_be_counted(tmp_path):
    path = book(tmp_path / "hidden.ods", table("old", HEADER, style="ta2"), table("new", HEADER))
    old, new = ods.read(path)
    assert (old.unusable, new.unusable) == ("the sheet is hidden", "")
    assert len(list(old.rows())) == 1
    assert (old.position, new.position) == (1, 2)


def test_rows_can_be_read_again(tmp_path):
    [grid] = ods.read(book(tmp_path / "again.ods", table("S", HEADER, line(cell("1")))))
    assert list(grid.rows()) == list(grid.rows())


def test_a_flat_file_is_the_same(tmp_path):
    xml = content(table("S", HEADER, line(cell("1"), cell("Toys"))), root="document")
    kind = 'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    (tmp_path / "flat.fods").write_text(xml.replace("<office:document ", f"<office:document {kind} "))
    assert rows(converted(tmp_path / "flat.fods")[0])[0]["department"] == "Toys"


def test_entities_that_grow_are_refused(tmp_path):
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    xml = content(table("S", line(cell("&e9;")))).replace(
        '<?xml version="1.0"?>', f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha ha ha">{entities}]>'
    )
    with zipfile.ZipFile(tmp_path / "laughs.ods", "w") as archive:
        archive.writestr("content.xml", xml)
    with pytest.raises(UploadRefused, match="amplification"):
        converted(tmp_path / "laughs.ods")
