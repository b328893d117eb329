"""Sheets of .xls workbooks, by xlwt and made record by record: what Excel 97 keeps, and what Excel 5 kept."""

from __future__ import annotations

import datetime as dt
import struct

import pytest
import xlwt
from tests.unit.convert.helpers import converted

from lakehouse.convert import xls
from lakehouse.convert.model import Area
from lakehouse.errors import UploadRefused

BIFF5, BIFF8 = 0x0500, 0x0600


def written(path, *values, formats=()):
    """A workbook with these values in its first row; `formats` are the formats of the first ones."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for column, value in enumerate(values):
        code = formats[column] if column < len(formats) else "General"
        sheet.write(0, column, value, xlwt.easyxf(num_format_str=code))
    book.save(str(path))
    return path


def first_row(path):
    [grid] = xls.read(path)
    [(_, cells)] = grid.rows()
    return cells


def test_values_and_dates(tmp_path):
    values = [7, -0.5, 12.34, 9007199254740991, "007 Größe 😀", True, False, dt.date(2025, 4, 1), dt.time(9, 30), 1.25]
    formats = [*["General"] * 7, "yyyy-mm-dd", "hh:mm", "[h]:mm:ss"]
    assert first_row(written(tmp_path / "values.xls", *values, formats=formats)) == [
        "7", "-0.5", "12.34", "9007199254740991", "007 Größe 😀", "true", "false", "2025-04-01", "09:30:00", "30:00:00",
    ]  # fmt: skip


def test_what_a_number_shows_beside_its_value(tmp_path):
    noise, zeros = first_row(written(tmp_path / "beside.xls", 0.1 + 0.2, 123, formats=["General", "00000"]))
    assert (noise, noise.exact) == ("0.3", "0.30000000000000004")
    assert (zeros, zeros.shown) == ("123", "00123")


def test_errors_are_faults_in_their_place_also_those_nobody_knows(tmp_path):
    book = xlwt.Workbook()
    row = book.add_sheet("S").row(4)
    row.set_cell_error(1, 0x2A)
    row.set_cell_error(3, 0x07)
    book.save(str(tmp_path / "errors.xls"))
    data = (tmp_path / "errors.xls").read_bytes()
    known = struct.pack("<HHHHHBB", 0x205, 8, 4, 3, 17, 7, 1)
    assert known in data
    (tmp_path / "errors.xls").write_bytes(data.replace(known, known[:-2] + b"\x63\x01"))
    [grid] = xls.read(tmp_path / "errors.xls")
    [(number, cells)] = grid.rows()
    assert (number, cells) == (5, ["", "#N/A", "", "#UNKNOWN!"])
    assert [cell.fault for cell in cells if cell] == ["excel_error"] * 2


def test_a_formula_that_nothing_has_calculated_is_a_fault(tmp_path):
    [_, formula] = first_row(written(tmp_path / "formula.xls", 1, xlwt.Formula("A1+1")))
    assert formula.fault == "not_calculated"


STRING_VALUE, BLANK, ERROR_VALUE, TRUE = b"\0" * 6, b"\3" + bytes(5), b"\2\0\x2a\0\0\0", b"\1\0\1\0\0\0"
CALCULATED = (0x1C1, struct.pack("<HHI", 0x1C1, 0, 100))


@pytest.mark.parametrize(
    ("value", "flags", "behind", "expected", "fault"),
    [
        (struct.pack("<d", 2.5), 0, [], "2.5", ""),
        (bytes(8), 0, [], "0", ""),
        (bytes(8), 3, [], "=...", "not_calculated"),
        (struct.pack("<d", 2.5), 3, [], "2.5", ""),
        (STRING_VALUE + b"\xff\xff", 0, [(0x207, struct.pack("<HB", 4, 0) + b"Toys")], "Toys", ""),
        (STRING_VALUE + b"\xff\xff", 8, [(0x4BC, b"shared"), (0x207, struct.pack("<HB", 1, 1) + b"\xe9\0")], "é", ""),
        (ERROR_VALUE + b"\xff\xff", 0, [], "#N/A", "excel_error"),
        (TRUE + b"\xff\xff", 0, [], "true", ""),
        (BLANK + b"\xff\xff", 0, [], "", ""),
        (BLANK + b"\xff\xff", 2, [], "=...", "not_calculated"),
    ],
)
def test_formulas_have_the_value_they_had_when_saved(tmp_path, value, flags, behind, expected, fault):
    formula = (6, struct.pack("<HHH", 0, 0, 0) + value + struct.pack("<HI", flags, 0))
    path = raw(tmp_path / "formula.xls", BIFF8, [label8(1, 0, "next"), formula, *behind], before=[CALCULATED])
    [grid] = xls.read(path)
    found = dict(grid.rows()).get(1, [""])
    assert found == [expected]
    assert getattr(found[0], "fault", "") == fault


def raw(path, version, *sheets, before=(), states=()):
    """The stream of a workbook without the OLE file around it: records of the whole, then those of each sheet."""
    bof = (0x809, struct.pack("<HH", version, 5).ljust(16 if version == BIFF8 else 8, b"\0"))
    name = b"\0S" if version == BIFF8 else b"S"
    state = [*states, *[0] * len(sheets)]

    def packed(places):
        bundles = [(0x85, struct.pack("<IBBB", place, state[i], 0, 1) + name) for i, place in enumerate(places)]
        parts = [bof, *before, *bundles, (0x0A, b"")]
        blocks = [b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in parts)]
        for records in sheets:
            inside = [bof, *records, (0x0A, b"")]
            blocks.append(b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in inside))
        return blocks

    lengths = [len(block) for block in packed([0] * len(sheets))]
    path.write_bytes(b"".join(packed([sum(lengths[: i + 1]) for i in range(len(sheets))])))
    return path


def label8(row, column, value):
    return (0x204, struct.pack("<HHHHB", row, column, 0, len(value), 0) + value.encode("latin-1"))


def test_rows_out_of_order_cells_side_by_side_and_a_chart_inside(tmp_path):
    numbers = (0xBD, struct.pack("<HH", 1, 2) + struct.pack("<Hi", 0, 7 << 2 | 2) * 2 + struct.pack("<H", 3))
    chart = [(0x809, bytes(16)), label8(0, 0, "axis"), (0x0A, b"")]
    path = raw(tmp_path / "order.xls", BIFF8, [label8(2, 0, "c"), *chart, label8(0, 1, "a"), numbers])
    [grid] = xls.read(path)
    assert list(grid.rows()) == [(1, ["", "a"]), (2, ["", "", "7", "7"]), (3, ["c"])]
    assert list(grid.rows()) == list(grid.rows())


def test_merged_cells_and_the_totals_row_of_a_table(tmp_path):
    merged = (0xE5, struct.pack("<H8H", 2, 1, 3, 0, 0, 5, 5, 0, 2))
    # Where it is, one reference to that, and: no source, number 1, a header, a totals row.
    table = struct.pack("<HH4HHBIHIH4H4I", 0x872, 0, 0, 4, 1, 2, 5, 0, 0, 1, 0, 0, 0, 4, 1, 2, 0, 1, 1, 1) + bytes(40)
    path = raw(tmp_path / "table.xls", BIFF8, [label8(0, 0, "x"), merged, (0x872, table)])
    [grid] = xls.read(path)
    assert grid.merged == [Area(2, 0, 4, 0), Area(6, 0, 6, 2)]
    assert grid.totals == [Area(5, 1, 5, 2)]


def test_hidden_sheets_are_told_and_their_rows_can_be_counted(tmp_path):
    seen, hidden, very = xls.read(raw(tmp_path / "hidden.xls", BIFF8, *[[label8(0, 0, "x")]] * 3, states=(0, 1, 2)))
    assert [grid.unusable for grid in (seen, hidden, very)] == ["", "the sheet is hidden", "the sheet is hidden"]
    assert len(list(very.rows())) == 1


def test_long_strings_go_on_in_other_records(tmp_path):
    values = ["a" * 9000, "ä" * 5000 + "😀" * 6000, *(f"№ {i}" for i in range(150)), "東" * 32_000]
    assert first_row(written(tmp_path / "long.xls", *values)) == values


def test_a_string_that_goes_on_with_characters_of_another_size(tmp_path):
    shared = [(0xFC, struct.pack("<IIHB", 1, 1, 5, 0) + b"ab"), (0x3C, b"\1" + "дом".encode("utf-16-le"))]
    cell = (0xFD, struct.pack("<HHHI", 0, 0, 0, 0))
    assert first_row(raw(tmp_path / "sizes.xls", BIFF8, [cell], before=shared)) == ["abдом"]


def test_fonts_and_phonetics_of_a_string_are_no_text(tmp_path):
    rich = struct.pack("<HBHI", 2, 0b1100, 1, 3) + b"ab" + b"font" + b"pho"
    shared = [(0xFC, struct.pack("<II", 2, 2) + rich + struct.pack("<HB", 1, 0) + b"z")]
    cells = [(0xFD, struct.pack("<HHHI", 0, column, 0, column)) for column in range(2)]
    assert first_row(raw(tmp_path / "rich.xls", BIFF8, cells, before=shared)) == ["ab", "z"]


def test_dates_of_the_1904_system(tmp_path):
    before = [(0x22, b"\1\0"), (0xE0, struct.pack("<HH", 0, 14).ljust(20, b"\0"))]
    number = (0x203, struct.pack("<HHHd", 0, 0, 0, 44286))
    assert first_row(raw(tmp_path / "mac.xls", BIFF8, [number], before=before)) == ["2025-04-01"]


def test_excel_5_has_a_code_page(tmp_path):
    before = [
        (0x42, struct.pack("<H", 1251)),
        (0x41E, struct.pack("<HB", 164, 5) + b"00000"),
        (0xE0, struct.pack("<HH", 0, 164).ljust(16, b"\0")),
    ]
    text = "Книга".encode("cp1251")
    cells = [
        (0x204, struct.pack("<HHHH", 0, 0, 0, len(text)) + text),
        (0xD6, struct.pack("<HHHH", 0, 1, 0, len(text)) + text + b"\1\0\0"),
        (0x203, struct.pack("<HHHd", 0, 2, 0, 123)),
        (0x205, struct.pack("<HHHBB", 0, 3, 0, 0x17, 1)),
    ]
    found = first_row(raw(tmp_path / "old.xls", BIFF5, cells, before=before))
    assert found == ["Книга", "Книга", "123", "#REF!"]
    assert (found[2].shown, found[3].fault) == ("00123", "excel_error")


def test_what_is_older_is_refused(tmp_path):
    with pytest.raises(UploadRefused, match="older than Excel 5"):
        list(xls.read(raw(tmp_path / "older.xls", 0x0400, [])))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_stream_cut_short_is_refused(tmp_path, share):
    path = raw(tmp_path / "cut.xls", BIFF8, [label8(row, 0, "x") for row in range(100)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(UploadRefused, match="damaged"):
        converted(path)
