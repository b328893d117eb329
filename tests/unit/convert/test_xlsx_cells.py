"""Every kind of cell that an .xlsx workbook can have, one by one."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from tests.unit.convert.xlsx_parts import MAIN, book, cells, grids, rows, said, strings, styles

from lakehouse.convert.model import SpecialRow
from lakehouse.convert.xlsx.strings import shared_strings


def cell(tmp_path, xml, **parts):
    """What becomes of the one cell of a row."""
    return cells(book(tmp_path / "one.xlsx", f'<row r="1">{xml}<c r="Z1"><v>1</v></c></row>', **parts))[0]


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c r="A1"><v>9007199254740993</v></c>', "9007199254740993"),
        ('<c r="A1" t="n"><v>9007199254740993.0</v></c>', "9007199254740993"),
        ('<c r="A1"><v>1E+20</v></c>', "100000000000000000000"),
        ('<c r="A1"><v>-0</v></c>', "0"),
        ('<c r="A1"><v> 12\n</v></c>', "12"),
        ('<c r="A1" s="99"><v>12</v></c>', "12"),
        ('<c r="A1"><v></v></c>', ""),
        ('<c r="A1"><v/></c>', ""),
        ('<c r="A1"/>', ""),
        ('<c r="A1" t="b"><v>1</v></c>', "true"),
        ('<c r="A1" t="b"><v>0</v></c>', "false"),
        ('<c r="A1" t="b"><v>true</v></c>', "true"),
        ('<c r="A1" t="b"><v>FALSE</v></c>', "false"),
        ('<c r="A1" t="b"><v>perhaps</v></c>', "perhaps"),
        ('<c r="A1" t="d"><v>2025-04-01</v></c>', "2025-04-01"),
        ('<c r="A1" t="d"><v>2025-04-01T10:00:00.5</v></c>', "2025-04-01T10:00:00.500000"),
        ('<c r="A1" t="d"><v>2025-04-01T23:59:59.9999999</v></c>', "2025-04-02"),
        ('<c r="A1" t="str"><f>B1</f><v>a&amp;b &lt;c&gt;</v></c>', "a&b <c>"),
        ('<c r="A1" t="str"><v> x </v></c>', "x"),
        ('<c r="A1" t="str"><v xml:space="preserve"> x </v></c>', " x "),
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A1" t="inlineStr"><is><t>x</t></is></c>', "x"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>', " x "),
        ('<c r="A1" t="inlineStr"><is><t>  x </t></is></c>', "x"),
        ('<c r="A1" t="inlineStr"><is><r><t>Bo</t></r><r><rPr><b/></rPr><t>oks</t></r></is></c>', "Books"),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t> </t></r><r><t>b</t></r></is></c>', "a b"),
        ('<c r="A1" t="inlineStr"><is><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh></is></c>', "課"),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b_x0041__x005F_x0041__XABCD_</t></is></c>', "a\rbA_x0041__XABCD_"),
        ('<c r="A1" t="inlineStr"><is><t>_xD83D__x0000_</t></is></c>', "_xD83D__x0000_"),
        ('<c r="A1" t="inlineStr"><is><t>a&#10;b&#x1F600;</t></is></c>', "a\nb😀"),
        ('<c r="A1" t="inlineStr"><is><t>a\r\nb</t></is></c>', "a\nb"),
        ('<c r="A1" t="inlineStr"><is/></c>', ""),
        ('<c r="A1" t="inlineStr"><v>x</v></c>', "x"),
        ('<c r="A1"><is><t>x</t></is></c>', "x"),
        ('<c r="A1" t="new"><v>x</v></c>', "x"),
        ('<c r="A1"><v>abc</v></c>', "abc"),
        ('<c r="A1"><v>1</v><extLst><ext><v2>9</v2></ext></extLst></c>', "1"),
    ],
)
def test_a_cell_is_what_excel_shows(tmp_path, xml, text):
    found = cell(tmp_path, xml)
    assert found == text
    assert said(found) == {}


STYLES = styles("00000", "yyyy-mm-dd;@", 22, "[h]:mm", 27, "h:mm", "0.00", "[&lt;1]h:mm;yyyy")


@pytest.mark.parametrize(
    ("style", "value", "text"),
    [
        (2, "45748", "2025-04-01"),
        (3, "45748.5", "2025-04-01T12:00:00"),
        (4, "1.25", "30:00:00"),
        (5, "45748", "2025-04-01"),
        (6, "0.5", "12:00:00"),
        (7, "0.5", "0.5"),
        (8, "0.5", "12:00:00"),
        (8, "45748", "2025-04-01"),
        (2, "2958466", "2958466"),
        (2, "-1", "-1"),
        (2, "0", "1900-01-00"),
        (2, "", ""),
        (2, "soon", "soon"),
        (2, "1e400", "1e400"),
    ],
)
def test_a_numbers_style_makes_it_a_date(tmp_path, style, value, text):
    found = cell(tmp_path, f'<c r="A1" s="{style}"><v>{value}</v></c>', parts={"xl/styles.xml": STYLES})
    assert found == text


@pytest.mark.parametrize(("flag", "text"), [("true", "2025-04-01"), ("1", "2025-04-01"), ("0", "2021-03-31")])
def test_dates_may_count_from_1904(tmp_path, flag, text):
    found = cell(
        tmp_path,
        '<c r="A1" s="2"><v>44286</v></c>',
        workbook=f'<workbookPr date1904="{flag}"/>',
        parts={"xl/styles.xml": STYLES},
    )
    assert found == text


@pytest.mark.parametrize(
    ("xml", "text", "says"),
    [
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0.3", {"exact": "0.30000000000000004"}),
        ('<c r="A1" s="7"><v>59.970000000000006</v></c>', "59.97", {"exact": "59.970000000000006"}),
        ('<c r="A1" s="1"><v>123</v></c>', "123", {"shown": "00123"}),
        ('<c r="A1" s="1"><v>123456</v></c>', "123456", {}),
        ('<c r="A1" s="2"><v>45748.000000000007</v></c>', "2025-04-01", {}),
        ('<c r="A1" t="inlineStr"><is><t>1.000</t></is></c>', "1.000", {"typed": True}),
        ('<c r="A1" t="str"><v>12,5</v></c>', "12,5", {"typed": True}),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A", {"fault": "excel_error"}),
        ('<c r="A1" t="e" vm="1"><v>#VALUE!</v></c>', "#VALUE!", {"fault": "excel_error"}),
        ('<c r="A1" t="e"><f>X()</f><v>#SPILL!</v></c>', "#SPILL!", {"fault": "excel_error"}),
        ('<c r="A1" t="e"><v>#NEXT_YEARS!</v></c>', "#NEXT_YEARS!", {"fault": "excel_error"}),
        ('<c r="A1" t="e"><v></v></c>', "#ERROR!", {"fault": "excel_error"}),
        ('<c r="A1" t="e"/>', "#ERROR!", {"fault": "excel_error"}),
        ('<c r="A1"><f>A2+B2</f></c>', "=A2+B2", {"fault": "not_calculated"}),
        ('<c r="A1"><f>A2&amp;"x"</f><v></v></c>', '=A2&"x"', {"fault": "not_calculated"}),
        ('<c r="A1" t="str"><f>A2</f></c>', "=A2", {"fault": "not_calculated"}),
        ('<c r="A1" t="str"><f>A2</f><v></v></c>', "", {}),
        ('<c r="A1"><f>A2</f><v>0</v></c>', "0", {}),
        ('<c r="A1"><f>A2</f><v>5</v></c>', "5", {}),
        ('<c r="A1" t="s"><v>7</v></c>', "(the shared string 7 is missing)", {"fault": "excel_error"}),
        ('<c r="A1" t="s"><v>-1</v></c>', "(the shared string -1 is missing)", {"fault": "excel_error"}),
    ],
)
def test_what_a_cell_says_beyond_its_text(tmp_path, xml, text, says):
    found = cell(tmp_path, xml, parts={"xl/styles.xml": STYLES})
    assert (found, said(found)) == (text, says)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ('<c r="A1"><f>A2</f><v>0</v></c>', "=A2"),
        ('<c r="A1" t="n"><f>A2</f><v>0.0</v></c>', "=A2"),
        ('<c r="A1"><f>A2</f><v>5</v></c>', "5"),
        ('<c r="A1"><v>0</v></c>', "0"),
        ('<c r="A1" t="b"><f>A2</f><v>0</v></c>', "false"),
        ('<c r="A1" t="str"><f>A2</f><v>0</v></c>', "0"),
    ],
)
def test_a_zero_may_stand_for_what_excel_is_to_compute_on_opening(tmp_path, xml, text):
    found = cell(tmp_path, xml, workbook='<calcPr calcId="124519" fullCalcOnLoad="1"/>')
    assert found == text
    assert said(found) == ({"fault": "not_calculated"} if text.startswith("=") else {})


def test_a_shared_formula_without_a_value_says_whose_it_is(tmp_path):
    path = book(
        tmp_path / "shared.xlsx",
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>5</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c></row>',
    )
    assert rows(path) == [(1, ["5"]), (2, ["=(the formula of A1)"])]


def test_shared_strings(tmp_path):
    table = strings(
        "<si><t>plain</t></si><si/><si><t/></si>"
        '<si><r><rPr><b/></rPr><t>Bo</t></r><r><t xml:space="preserve">ok s</t></r></si>'
        '<si><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si>'
        '<si><t xml:space="preserve"> a_x000D_&amp; </t></si><si><t> trimmed </t></si>'
        "<!-- <si><t>no string</t></si> --><si><t><![CDATA[<si>]]></t></si><si>\n<t>last</t>\n</si>"
    )
    xml = "".join(f'<c t="s"><v>{place}</v></c>' for place in range(10))
    found = cells(book(tmp_path / "shared.xlsx", f'<row r="1">{xml}</row>', parts={"xl/sharedStrings.xml": table}))
    expected = ["plain", "", "", "Book s", "課", " a\r& ", "trimmed", "<si>", "last"]
    assert found == [*expected, "(the shared string 9 is missing)"]


def test_a_shared_string_that_could_be_a_number_says_so_wherever_it_stands(tmp_path):
    table = strings("<si><t>1.000</t></si><si><t>Pen</t></si>")
    lines = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n % 2}</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(1, 9)
    )
    found = rows(book(tmp_path / "typed.xlsx", lines, parts={"xl/sharedStrings.xml": table}))
    assert [said(cells[0]) for _, cells in found] == [{} if n % 2 else {"typed": True} for n in range(1, 9)]
    assert [isinstance(cells, SpecialRow) for _, cells in found] == [n % 2 == 0 for n in range(1, 9)]


def test_the_day_that_only_excel_has_is_noted(tmp_path):
    lines = "".join(f'<row r="{n}"><c r="B{n}" s="2"><v>{n}</v></c></row>' for n in range(58, 63))
    [grid] = grids(book(tmp_path / "leap.xlsx", lines, parts={"xl/styles.xml": STYLES}))
    assert [cells[1] for _, cells in grid.rows()] == [
        "1900-02-27",
        "1900-02-28",
        "1900-02-29",
        "1900-03-01",
        "1900-03-02",
    ]
    assert [(note.kind, note.column, note.rows) for note in grid.notes] == [("serial_60", "B", (60,))]


def test_shared_strings_may_have_a_prefix(tmp_path):
    table = f'<x:sst xmlns:x="{MAIN}"><x:si><x:t>a</x:t></x:si><x:si><x:t xml:space="preserve"> b</x:t></x:si></x:sst>'
    xml = '<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    assert cells(book(tmp_path / "prefix.xlsx", xml, parts={"xl/sharedStrings.xml": table})) == ["a", " b"]


def test_a_large_table_of_shared_strings_is_read_in_pieces(tmp_path):
    texts = [f"{place} {'x' * 900}" for place in range(3000)]
    items = "".join(
        f"<si><t>{text}</t></si>" if place % 5 else f"<si><r><t>{text}</t></r></si><si/>"
        for place, text in enumerate(texts)
    )
    found = shared_strings(BytesIO(strings(items).encode()))
    assert [text for text in found if text] == texts
    assert len(found) == 3600


def test_formulas_that_openpyxl_and_xlsxwriter_left_to_excel(tmp_path):
    made = openpyxl.Workbook()
    made.worksheets[0].append(["=1+1", 2])
    made.save(tmp_path / "openpyxl.xlsx")
    with xlsxwriter.Workbook(tmp_path / "xlsxwriter.xlsx") as written:
        sheet = written.add_worksheet()
        sheet.write_formula("A1", "=1+1")
        sheet.write_formula("B1", "=1+1", value=2)
        sheet.write_formula("C1", '=""', value="")
        sheet.write_number("D1", 0)
    assert [(cell, said(cell)) for cell in cells(tmp_path / "openpyxl.xlsx")] == [
        ("=1+1", {"fault": "not_calculated"}),
        ("2", {}),
    ]
    assert [(cell, said(cell)) for cell in cells(tmp_path / "xlsxwriter.xlsx")] == [
        ("=1+1", {"fault": "not_calculated"}),
        ("2", {}),
        ('=""', {"fault": "not_calculated"}),
        ("0", {}),
    ]


def test_a_formula_of_several_cells_that_nothing_computed_is_a_fault_of_each(tmp_path):
    path = tmp_path / "array.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number in range(12):
            sheet.write_row(number, 0, [number, 0, 0])
        sheet.write_array_formula("B3:C8", "{=A3:A8*2}")
    [grid] = grids(path)
    read = {number: [(str(c), getattr(c, "fault", "")) for c in cells] for number, cells in grid.rows()}
    assert read[2] == [("1", ""), ("0", ""), ("0", "")]
    for number in range(3, 9):
        assert [fault for _, fault in read[number]] == ["", "not_calculated", "not_calculated"]
    assert read[9] == [("8", ""), ("0", ""), ("0", "")]
