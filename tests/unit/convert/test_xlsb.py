"""Sheets of .xlsb workbooks, made record by record: values of every kind, dates, errors, tables, merged cells."""

from __future__ import annotations

import struct
import zipfile

import pytest
from tests.unit.convert.helpers import converted

from lakehouse.convert import xlsb
from lakehouse.convert.model import Area, SheetRefused
from lakehouse.convert.xlsb_records import records
from lakehouse.errors import UploadRefused

TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FORMATS = ["General", "yyyy-mm-dd", "00000", "[h]:mm:ss", "h:mm"]  # the styles of the cells, in this order
GENERAL, DATE, ZEROS, HOURS, TIME = range(5)


def record(kind, data=b""):
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    length = b""
    rest = len(data)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return head + length + bytes([rest]) + data


def text(value):
    return struct.pack("<I", len(value.encode("utf-16-le")) // 2) + value.encode("utf-16-le")


def row(number):
    return record(0, struct.pack("<I", number - 1) + bytes(20))


def cell(kind, column, value, style=GENERAL):
    return record(kind, struct.pack("<II", column, style) + value)


def short(kind, value, style=GENERAL):
    return record(kind, struct.pack("<I", style) + value)


def real(value):
    return struct.pack("<d", value)


def rk(number, *, hundredth=False):
    return struct.pack("<i", number << 2 | 2 | hundredth)


def relations(**targets):
    """By `kind__id`: the target."""
    return "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" + "".join(
        f"<Relationship Id='{key.partition('__')[2]}' Type='{TYPE}/{key.partition('__')[0]}' Target='{target}'/>"
        for key, target in targets.items()
    ) + "</Relationships>"  # fmt: skip


def sheet(*cells, behind=b""):
    return record(129) + record(145) + b"".join(cells) + record(146) + behind + record(130)


def bundle(name, relation, state=0):
    return record(156, struct.pack("<II", state, 1) + text(relation) + text(name))


def book(path, *parts, states=(), since_1904=0, strings=(), more=(), rename=str):
    sheets = {f"worksheet__r{i}": f"worksheets/sheet{i}.bin" for i in range(len(parts))}
    state = [*states, *[0] * len(parts)]
    bundles = b"".join(bundle(f"S{i}", f"r{i}", state[i]) for i in range(len(parts)))
    styles = b"".join(record(44, struct.pack("<H", 164 + i) + text(code)) for i, code in enumerate(FORMATS))
    formats = b"".join(record(47, struct.pack("<HH", 0, 164 + i) + bytes(12)) for i in range(len(FORMATS)))
    members = {
        "_rels/.rels": relations(officeDocument__r="xl/workbook.bin"),
        "xl/workbook.bin": record(153, struct.pack("<I", since_1904)) + bundles,
        "xl/_rels/workbook.bin.rels": relations(**sheets, sharedStrings__s="sharedStrings.bin", styles__t="styles.bin"),
        "xl/sharedStrings.bin": b"".join(record(19, b"\0" + text(value)) for value in strings),
        "xl/styles.bin": styles
        + record(626)
        + record(47, bytes(16))
        + record(627)
        + record(617)
        + formats
        + record(618),
        **{f"xl/worksheets/sheet{i}.bin": part for i, part in enumerate(parts)},
        **dict(more),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(rename(name), data)
    return path


def only(path):
    [grid] = xlsb.read(path)
    return grid


def values(tmp_path, *cells, **keywords):
    [(_, found)] = only(book(tmp_path / "values.xlsb", sheet(row(1), *cells), **keywords)).rows()
    return found


@pytest.mark.parametrize(
    ("kind", "value", "style", "expected"),
    [
        (2, rk(12), GENERAL, "12"),
        (2, rk(-5), GENERAL, "-5"),
        (2, rk(1234, hundredth=True), GENERAL, "12.34"),
        (2, struct.pack("<I", struct.unpack("<II", struct.pack("<d", 0.5))[1]), GENERAL, "0.5"),
        (5, real(123456789012345678), GENERAL, "123456789012345680"),
        (5, real(9007199254740991), GENERAL, "9007199254740991"),
        (9, real(2.5), GENERAL, "2.5"),
        (4, b"\1", GENERAL, "true"),
        (10, b"\0", GENERAL, "false"),
        (6, text("007"), GENERAL, "007"),
        (8, text("Größe 😀"), GENERAL, "Größe 😀"),
        (7, struct.pack("<I", 1), GENERAL, "shared"),
        (5, real(45748), DATE, "2025-04-01"),
        (5, real(45748.5), DATE, "2025-04-01T12:00:00"),
        (2, rk(45748), DATE, "2025-04-01"),
        (5, real(1.25), HOURS, "30:00:00"),
        (5, real(0.75), TIME, "18:00:00"),
        (5, real(5), 99, "5"),
    ],
)
def test_values_of_every_kind(tmp_path, kind, value, style, expected):
    assert values(tmp_path, cell(kind, 0, value, style), strings=["first", "shared"]) == [expected]


def test_what_a_number_shows_beside_its_value(tmp_path):
    noise, zeros = values(tmp_path, cell(5, 0, real(0.1 + 0.2)), cell(2, 1, rk(123), ZEROS))
    assert (noise, noise.exact) == ("0.3", "0.30000000000000004")
    assert (zeros, zeros.shown) == ("123", "00123")


def test_dates_of_the_1904_system(tmp_path):
    assert values(tmp_path, cell(5, 0, real(44286), DATE), since_1904=1) == ["2025-04-01"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [(0x2A, "#N/A"), (0x07, "#DIV/0!"), (0x1D, "#NAME?"), (0x2B, "#GETTING_DATA"), (99, "#UNKNOWN!")],
)
@pytest.mark.parametrize("kind", [3, 11])
def test_errors_are_faults_in_their_place_also_those_nobody_knows(tmp_path, kind, code, expected):
    found = values(tmp_path, cell(6, 1, text("x")), cell(kind, 3, bytes([code])))
    assert found == ["", "x", "", expected]
    assert found[3].fault == "excel_error"


def test_short_cells_stand_right_of_the_one_before(tmp_path):
    cells = [
        cell(6, 2, text("a")), short(12, b""), short(13, rk(7)), short(14, b"\x2a"), short(15, b"\1"),
        short(16, real(45748), DATE), short(17, text("b")), short(18, struct.pack("<I", 0)),
    ]  # fmt: skip
    assert values(tmp_path, *cells, strings=["c"]) == [
        "", "", "a", "", "7", "#N/A", "true", "2025-04-01", "b", "c",
    ]  # fmt: skip


def test_far_away_cells_cost_nothing_and_rows_keep_their_numbers(tmp_path):
    blank = cell(1, 16_383, b"")
    part = sheet(row(1), cell(2, 0, rk(1)), row(2), blank, row(1_048_576), blank, cell(6, 1, text("y")))
    path = book(tmp_path / "far.xlsb", part)
    assert list(only(path).rows()) == [(1, ["1"]), (1_048_576, ["", "y"])]


@pytest.mark.parametrize(("column", "what"), [(16_383, "XFD1048576"), (16_384, "XFD, the last column")])
def test_a_sheet_that_reaches_too_far_is_refused(tmp_path, column, what):
    part = sheet(row(1), cell(2, 0, rk(1)), row(1_048_576), cell(6, column, text("x")))
    with pytest.raises(SheetRefused, match=what):
        list(only(book(tmp_path / "far.xlsb", part)).rows())


def test_a_string_that_is_not_there_is_a_fault_of_its_cell(tmp_path):
    [found] = values(tmp_path, cell(7, 0, struct.pack("<I", 5)))
    assert (found, found.fault) == ("(the shared string 5 is missing)", "excel_error")


def test_a_day_that_no_calendar_has_is_noted(tmp_path):
    grid = only(book(tmp_path / "leap.xlsb", sheet(row(3), cell(5, 1, real(60), DATE))))
    assert list(grid.rows()) == list(grid.rows()) == [(3, ["", "1900-02-29"])]
    assert [(note.kind, note.column, note.rows) for note in grid.notes] == [("serial_60", "B", (3,))]


def test_merged_cells_and_the_totals_row_of_a_table(tmp_path):
    merged = record(177, struct.pack("<I", 1)) + record(176, struct.pack("<IIII", 1, 3, 0, 0)) + record(178)
    path = book(
        tmp_path / "table.xlsb",
        sheet(row(1), cell(2, 0, rk(1)), behind=merged),
        more={
            "xl/worksheets/_rels/sheet0.bin.rels": relations(table__t="../tables/table1.bin"),
            "xl/tables/table1.bin": record(343, struct.pack("<8I", 1, 4, 1, 2, 0, 1, 1, 1) + bytes(32)),
        }.items(),
    )
    grid = only(path)
    assert grid.merged == [Area(2, 0, 4, 0)]
    assert grid.totals == [Area(5, 1, 5, 2)]
    plain = only(book(tmp_path / "plain.xlsb", sheet(row(1), cell(2, 0, rk(1)))))
    assert (list(plain.merged), list(plain.totals)) == ([], [])


def test_hidden_sheets_are_told_and_their_rows_can_be_counted(tmp_path):
    part = sheet(row(1), cell(2, 0, rk(1)))
    seen, hidden, very = xlsb.read(book(tmp_path / "hidden.xlsb", part, part, part, states=(0, 1, 2)))
    assert [grid.unusable for grid in (seen, hidden, very)] == ["", "the sheet is hidden", "the sheet is hidden"]
    assert len(list(very.rows())) == 1


@pytest.mark.parametrize("rename", [str.upper, lambda name: name.replace("/", "\\")])
def test_names_of_parts_may_be_written_in_other_ways(tmp_path, rename):
    path = book(tmp_path / "other.xlsb", sheet(row(1), cell(6, 0, text("x"))), rename=rename)
    assert list(only(path).rows()) == [(1, ["x"])]


def test_rows_can_be_read_again(tmp_path):
    grid = only(book(tmp_path / "again.xlsb", sheet(row(3), cell(6, 1, text("x")))))
    assert list(grid.rows()) == list(grid.rows()) == [(3, ["", "x"])]


@pytest.mark.parametrize(
    "part",
    [
        sheet(row(1), cell(6, 0, text("x")))[:-30],
        sheet(row(1), cell(6, 0, struct.pack("<I", 2_000_000_000))),
    ],
    ids=["cut", "length"],
)
def test_a_damaged_sheet_is_refused(tmp_path, part):
    with pytest.raises(UploadRefused, match="sheet 'S0': the workbook is damaged"):
        converted(book(tmp_path / "damaged.xlsb", part))


def test_records_larger_than_what_is_read_at_once(tmp_path):
    path = tmp_path / "part.bin"
    path.write_bytes(record(1, b"a" * 3_000_000) + record(300, b"b") + record(2))
    with path.open("rb") as binary:
        assert [(kind, len(data)) for kind, data in records(binary)] == [(1, 3_000_000), (300, 1), (2, 0)]
