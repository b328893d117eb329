"""Values, rows and sheets of .xlsx workbooks survive exactly."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, names, rows, workbook


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("007", "007"),
        ("1.10", "1.10"),
        ("9007199254740993", "9007199254740993"),
        ("1e5", "1e5"),
        ("true", "true"),
        ("a,b;c", "a,b;c"),
        ('say "hi"', 'say "hi"'),
        ("two\nlines", "two\nlines"),
        ("carriage_x000D_\nreturn", "carriage\r\nreturn"),
        ("lone_x000D_return", "lone\rreturn"),
        ("😀 Größe", "😀 Größe"),
        ("  padded  ", "  padded  "),
        ("_x005F_x000D_", "_x000D_"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (123456789012345, "123456789012345"),
        (True, "true"),
        (False, "false"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2025, 4, 1, 11, 27), "2025-04-01T11:27:00"),
        (dt.datetime(2025, 4, 1, 11, 27, 3, 123000), "2025-04-01T11:27:03.123000"),
        (dt.time(23, 59, 58), "23:59:58"),
        (dt.timedelta(hours=30, minutes=2), "30:02:00"),
        (None, ""),
    ],
)
def test_values_survive_exactly(tmp_path, value, expected):
    assert names(tmp_path / "values.xlsx", [value]) == [expected]


def test_dates_of_the_1904_system(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (PRODUCT_HEADER, [1, dt.date(2025, 4, 1), dt.datetime(2025, 4, 1, 11, 27)]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "mac.xlsx")
    [row] = rows(converted(tmp_path / "mac.xlsx")[0])
    assert (row["department"], row["product_name"]) == ("2025-04-01", "2025-04-01T11:27:00")


def test_a_number_formatted_as_percentage_or_money_is_the_number(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "formats.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PRODUCT_HEADER)
        sheet.write_number(1, 0, 1)
        sheet.write_number(1, 1, 0.25, book.add_format({"num_format": "0%"}))
        sheet.write_number(1, 2, 1234.5, book.add_format({"num_format": '[Red]#,##0.00 "days";-#,##0.00'}))
    [row] = rows(converted(tmp_path / "formats.xlsx")[0])
    assert (row["department"], row["product_name"]) == ("0.25", "1234.5")


def test_a_formula_gives_the_value_it_had_when_saved(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "formulas.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PRODUCT_HEADER)
        sheet.write_formula(1, 0, "=1+1", value=2)
        sheet.write_formula(1, 1, '="To"&"ys"', value="Toys")
        sheet.write_formula(1, 2, "=1=1", value=True)
    [row] = rows(converted(tmp_path / "formulas.xlsx")[0])
    assert list(row.values()) == ["2", "Toys", "true", "2"]


def test_rows_have_excels_numbers_wherever_the_sheet_begins_and_empty_rows_are_skipped(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for address, value in {"C4": "product_id", "D4": "department", "C6": 1, "C9": 2, "D9": "Toys"}.items():
        sheet[address] = value
    book.save(tmp_path / "offset.xlsx")
    found = rows(converted(tmp_path / "offset.xlsx")[0])
    assert [(row["product_id"], row["_source_row"]) for row in found] == [("1", "6"), ("2", "9")]


def test_columns_without_a_header_are_ignored_when_empty_and_reported_when_not(tmp_path):
    header = ["product_id", None, "department", "  ", None]
    path = workbook(tmp_path / "blank.xlsx", {"s": [header, [1, None, "Toys", "lost?", None], [2]]})
    [sheet] = converted(path)
    assert sheet.unknown_columns == ("(no header: column D)",)
    assert rows(sheet)[0]["department"] == "Toys"


def test_fifteen_sheets_are_all_loaded_and_say_where_rows_came_from(tmp_path):
    days = {f"2025-04-{day:02d}": [PRODUCT_HEADER, [day, "Toys", "x"]] for day in range(1, 16)}
    sheets = converted(workbook(tmp_path / "month.xlsx", days))
    assert [(sheet.name, sheet.position, sheet.rows) for sheet in sheets] == [
        (day, position, 1) for position, day in enumerate(days, start=1)
    ]
    assert [rows(sheet)[0]["product_id"] for sheet in sheets] == [str(day) for day in range(1, 16)]


def test_sheets_that_differ_only_in_punctuation_keep_their_own_files(tmp_path):
    twins = {title: [PRODUCT_HEADER, [title, "Toys", "x"]] for title in ("a b", "a-b", "a_b")}
    sheets = converted(workbook(tmp_path / "twins.xlsx", twins))
    assert [rows(sheet)[0]["product_id"] for sheet in sheets] == list(twins)


def test_one_bad_sheet_does_not_stop_the_others(tmp_path):
    path = workbook(
        tmp_path / "mixed.xlsx",
        {
            "notes": [["Ask Bea about returns"]],
            "good": [PRODUCT_HEADER, [1, "Toys", "x"]],
            "empty": [],
            "headless": [["department", "product_name"], ["Toys", "x"]],
        },
    )
    notes, good, empty, headless = converted(path)
    assert (notes.status, empty.status) == ("ignored", "ignored")
    assert "Ask Bea" in notes.reason
    assert good.rows == 1
    assert (headless.status, headless.dataset) == ("refused", "products")
    assert "'product_id'" in headless.reason


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_reported_and_not_loaded(tmp_path, state):
    path = workbook(tmp_path / "hidden.xlsx", {s: [PRODUCT_HEADER, [1, "Toys", "x"]] for s in ("seen", "old")})
    book = openpyxl.load_workbook(path)
    book["old"].sheet_state = state
    book.save(path)
    seen, old = converted(path)
    assert (seen.status, old.status) == ("converted", "ignored")
    assert old.reason.startswith("the sheet is hidden")


def test_chart_sheets_are_ignored_and_do_not_shift_the_others(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "chart.xlsx") as book:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=data!$A$2:$A$2"})
        book.add_chartsheet("picture").set_chart(chart)
        book.add_worksheet("data").write_row(0, 0, PRODUCT_HEADER)
        book.get_worksheet_by_name("data").write_row(1, 0, [1, "Toys", "x"])
    picture, data = converted(tmp_path / "chart.xlsx")
    assert (picture.status, picture.reason) == ("ignored", "not a worksheet")
    assert (data.position, data.rows) == (2, 1)


def test_the_same_workbook_gives_the_same_bytes(tmp_path):
    path = workbook(tmp_path / "same.xlsx", {"s": [PRODUCT_HEADER, [1, 'a"b', "c\nd"], [2.5, None, True]]})
    first = converted(path)[0].csv.read_bytes()
    assert converted(path)[0].csv.read_bytes() == first
    assert first == b'product_id,department,product_name,_source_row\n1,"a""b","c\nd",2\n2.5,,true,3\n'


# What XML can hold; openpyxl refuses other control characters, and XML makes \r\n of Windows one \n.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=20).filter(
    lambda text: not text.startswith("=") and "_x" not in text and "\ufffe" not in text and "\uffff" not in text
)
NUMBERS = st.integers(-(10**15), 10**15) | st.decimals(-(10**6), 10**6, places=4).map(float)
DATETIMES = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0))


@settings(deadline=None)
@given(values=st.lists(TEXTS | NUMBERS | st.dates(dt.date(1901, 1, 1)) | DATETIMES | st.booleans(), max_size=8))
def test_whatever_is_written_comes_out(tmp_path_factory, values):
    found = names(tmp_path_factory.mktemp("book") / "any.xlsx", values)
    assert [meant(text, value) for text, value in zip(found, values, strict=True)] == values


def meant(text, value):
    """The text, read as what was written."""
    if isinstance(value, bool):
        return {"true": True, "false": False}[text]
    if isinstance(value, dt.datetime):
        return dt.datetime.fromisoformat(text)  # a date stands for its midnight
    if isinstance(value, dt.date):
        return dt.date.fromisoformat(text)
    return type(value)(text)
