"""Text read by settings, texts that could be two values, and cells that the reader calls faults."""

from __future__ import annotations

import dataclasses

import pytest
from tests.unit.convert.grids import GOODS, done, grid, notes, sheets, text_grid, with_reading

from lakehouse.contracts.reading import Reading
from lakehouse.convert.model import Cell, SpecialRow
from lakehouse.marks import MARK

COMMA, POINT = Reading(decimal_separator=","), Reading(decimal_separator=".")
AMBIGUOUS = "ambiguous"


def column(folder, name, texts, reading=None, contracts=None):
    """The CSV's cells of one column of delimited text."""
    rows = [["ean", name], *([str(n), text] for n, text in enumerate(texts))]
    return done(folder, text_grid(rows), reading or Reading(), contracts or {"goods": GOODS}).column(name)


def one(folder, name, text, reading):
    """What one text is read as, or the rule that it breaks; itself where it is left alone."""
    [cell] = column(folder, name, [text], reading)
    return cell if isinstance(cell, str) else cell[1] or f"!{cell[0]}"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.999,00", "1999.00"), ("1.234.567", "1234567"), ("12,5", "12.5"), ("1.000", "1000"), ("12", "12"),
        ("1 234,50", "1234.50"), ("1\xa0234,50", "1234.50"), ("1\u202f234,50", "1234.50"), ("1'234,50", "1234.50"),
        ("1’234,50", "1234.50"), ("12,50-", "-12.50"), ("-12,50", "-12.50"), ("−12,50", "-12.50"),
        ("(12,50)", "-12.50"), ("€ 12,50", "12.50"), ("12,50 €", "12.50"), ("-€12,50", "-12.50"),
        ("12,50 EUR", "12.50"), ("CHF 1'000,-", "1000"), ("12,--", "12"), ("12,5 %", "0.125"),
        ("5%", "0.05"), ("-150%", "-1.50"),
        ("'12,50", "12.50"), (",5", "0.5"), ("5,", "5"), ("１２,５", "12.5"), ("\t12,50\xa0", "12.50"),
        ("12.50", "!ambiguous"), ("1.2345", "!ambiguous"), ("1.0", "!ambiguous"),
        ("1.23.456", "1.23.456"), ("1.234 567", "1.234 567"), ("12,5,5", "12,5,5"), ("(12,50", "(12,50"),
        ("(-12,50)", "(-12,50)"), ("--5", "--5"), ("12²", "12²"), ("5 kg", "5 kg"), ("%", "%"), ("-", "-"), ("€", "€"),
        ("1,5E+2", "1,5E+2"), ("n/a", "n/a"),
    ],
)  # fmt: skip
def test_numbers_with_a_decimal_comma(tmp_path, text, read):
    assert one(tmp_path, "price", text, COMMA) == read


@pytest.mark.parametrize(
    ("text", "settings", "read"),
    [
        ("1,234.50", {"decimalSeparator": "."}, "1234.50"),
        ("1,234", {"decimalSeparator": "."}, "1234"),
        ("12,50", {"decimalSeparator": "."}, "12,50"),
        ("1.000", {"decimalSeparator": "."}, "1.000"),
        ("1.234,5", {"groupSeparator": "."}, "1234.5"),
        ("1_234.5", {"groupSeparator": "_"}, "1234.5"),
        ("1 234.5", {"groupSeparator": "space"}, "1234.5"),
        ("1\u202f234,5", {"groupSeparator": "space", "decimalSeparator": ","}, "1234.5"),
        ("1'234,5", {"groupSeparator": "space", "decimalSeparator": ","}, "1'234,5"),
    ],
)
def test_separators_as_they_are_set(tmp_path, text, settings, read):
    assert one(tmp_path, "price", text, Reading.parse(settings)) == read


def test_a_double_may_have_an_exponent_and_an_integer_a_decimal_zero(tmp_path):
    assert one(tmp_path, "ratio", "1,5E-3", COMMA) == "1.5E-3"
    assert one(tmp_path, "stock_level", "1.000,0", COMMA) == "1000.0"


def test_a_reject_keeps_the_text_as_it_was_and_a_note_tells_what_a_setting_read(tmp_path):
    rows = text_grid([["ean", "Price"], ["1", " 12,5"], ["2", "7,5"], ["3", "8"]])
    found = done(tmp_path, rows, COMMA)
    assert found.column("price") == [("", "12.5", " 12,5"), ("", "7.5", "7,5"), "8"]
    assert found.sheet.marked == ("price",)
    [note] = notes(found.sheet, "read_as")
    assert note.column == "Price"
    assert "2 values" in note.message


@pytest.mark.parametrize("text", ["1.000", "12.500", "1.234.567", "-1.000", " 1.000 ", "\u200b1.000"])
def test_an_integer_with_groups_is_ambiguous_without_a_setting(tmp_path, text):
    assert column(tmp_path, "stock_level", [text]) == [(AMBIGUOUS, "", text)]


@pytest.mark.parametrize("text", ["12.0", "12", "1000.000", "1.00", "1.0000"])
def test_other_integers_are_certain(tmp_path, text):
    assert column(tmp_path, "stock_level", [text]) == [text]


@pytest.mark.parametrize("evidence", ["1.999,00", "12,5", "1.234.567", "-3,50"])
def test_a_decimal_with_a_group_is_ambiguous_where_the_sheet_has_decimal_commas_even_below(tmp_path, evidence):
    first, *others = column(tmp_path, "price", ["1.000", "12.50", evidence, "2.500"])
    assert (first, others[0], others[2]) == ((AMBIGUOUS, "", "1.000"), "12.50", (AMBIGUOUS, "", "2.500"))


def test_evidence_may_stand_in_another_column(tmp_path):
    rows = text_grid([["ean", "price", "ratio"], ["1", "1.000", "2"], ["2", "2", "0,5"]])
    assert done(tmp_path, rows).column("price") == [(AMBIGUOUS, "", "1.000"), "2"]


@pytest.mark.parametrize("other", ["2.5", "1,234", "1234", "x"])
def test_without_evidence_a_decimal_is_what_it_says(tmp_path, other):
    assert column(tmp_path, "price", ["1.000", other]) == ["1.000", other]


def test_in_a_workbook_only_typed_text_is_ambiguous_or_read(tmp_path):
    typed, number = Cell("1.000", typed=True), "1.001"
    rows = [["ean", "stock_level", "price"], SpecialRow(["1", typed, number]), ["2", "1.002", "5"]]
    assert done(tmp_path, grid(rows)).column("stock_level") == [(AMBIGUOUS, "", "1.000"), "1.002"]
    assert done(tmp_path, grid(rows), COMMA).column("stock_level") == [("", "1000", "1.000"), "1.002"]
    assert done(tmp_path, grid(rows), COMMA).column("price") == ["1.001", "5"]


@pytest.mark.parametrize(
    ("cell", "csv"),
    [
        (Cell("0.3", exact="0.30000000000000004"), {"ratio": "0.30000000000000004", "price": "0.3", "title": "0.3"}),
        (Cell("123", shown="00123"), {"ratio": "123", "stock_level": "123", "title": "00123"}),
        (Cell("#N/A", fault="excel_error"), dict.fromkeys(("title", "price"), ("excel_error", "", "#N/A"))),
        (Cell("=A1", fault="not_calculated"), {"seen_at": ("not_calculated", "", "=A1")}),
        (Cell("1.000", typed=True), {"title": "1.000", "price": "1.000"}),
    ],
)
def test_a_special_cell_is_what_its_column_takes_of_it(tmp_path, cell, csv):
    header = list(csv)
    [row] = done(tmp_path, grid([["ean", *header], SpecialRow(["1", *[cell] * len(header)])])).rows
    assert {name: row[name] for name in header} == csv


def test_the_character_that_marks_cells_is_a_fault_of_its_cell(tmp_path):
    rows = [["ean", "title"], ["1", f"a{MARK}b"], ["2", "c"]]
    found = done(tmp_path, text_grid(rows))
    assert found.column("title") == [("characters", "", "a\ufffdb"), "c"]
    assert found.sheet.marked == ("title",)


DATES = "%d.%m.%Y|%d.%m.%y %H:%M|%b %d, %Y|%Y%m%d"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("31.12.2025", "2025-12-31"), ("1.2.2025", "2025-02-01"), ("31.12.25 00:00", "2025-12-31"),
        ("Dec 31, 2025", "2025-12-31"), ("20251231", "2025-12-31"), ("31.12.25 07:30", "2025-12-31T07:30:00"),
        ("\xa031.12.2025 ", "2025-12-31"), ("30.02.2025", "30.02.2025"), ("12/31/2025", "12/31/2025"),
        ("2025-12-31", "2025-12-31"), ("45748", "45748"),
    ],
)  # fmt: skip
def test_dates_by_format(tmp_path, text, read):
    assert one(tmp_path, "valid_from", text, Reading.parse({"dateFormat": DATES})) == read


def test_a_date_that_two_formats_read_as_different_days_is_ambiguous(tmp_path):
    both = Reading.parse({"dateFormat": "%d/%m/%Y|%m/%d/%Y"})
    cells = column(tmp_path, "valid_from", ["01/02/2025", "31/01/2025", "02/02/2025"], both)
    assert cells == [(AMBIGUOUS, "", "01/02/2025"), ("", "2025-01-31", "31/01/2025"), ("", "2025-02-02", "02/02/2025")]


@pytest.mark.parametrize(
    ("text", "settings", "read"),
    [
        ("01.04.2025 10:00", {"dateFormat": "%d.%m.%Y %H:%M"}, "2025-04-01T10:00:00"),
        (
            "01.04.2025 10:00",
            {"dateFormat": "%d.%m.%Y %H:%M", "timeZone": "Europe/Berlin"},
            "2025-04-01T10:00:00+02:00",
        ),
        ("2025-01-01 10:00", {"timeZone": "Europe/Berlin"}, "2025-01-01T10:00:00+01:00"),
        ("2025-01-01T9:00:00.250", {"timeZone": "-03:30"}, "2025-01-01T09:00:00.250000-03:30"),
        ("\u200b2025-01-01t9:00:00,5", {"timeZone": "Asia/Tokyo"}, "2025-01-01T09:00:00.500000+09:00"),
        ("2025-01-01", {"timeZone": "Asia/Tokyo"}, "2025-01-01T00:00:00+09:00"),
        ("2025-01-01T10:00:00Z", {"timeZone": "Asia/Tokyo"}, "2025-01-01T10:00:00Z"),
        ("2025-01-01 10:00 +0100", {"dateFormat": "%Y-%m-%d %H:%M %z", "timeZone": "UTC"}, "2025-01-01T10:00:00+01:00"),
        ("2025-03-30 02:30", {"timeZone": "Europe/Berlin"}, "!ambiguous"),
        ("2025-10-26 02:30", {"timeZone": "Europe/Berlin"}, "!ambiguous"),
        ("1920-01-01 10:00", {"timeZone": "Europe/Amsterdam"}, "1920-01-01T09:40:28+00:00"),
        ("2025-13-01 10:00", {"timeZone": "Europe/Berlin"}, "2025-13-01 10:00"),
    ],
)
def test_instants_by_format_and_zone(tmp_path, text, settings, read):
    assert one(tmp_path, "seen_at", text, Reading.parse(settings)) == read


def test_a_date_cell_of_a_workbook_is_certain_and_takes_only_the_zone(tmp_path):
    rows = [["ean", "valid_from", "seen_at"], ["1", "2025-04-05", "2025-04-05T10:00:00"]]
    reading = Reading(date_formats=("%Y-%d-%m",), time_zone="Europe/Berlin")
    found = done(tmp_path, grid(rows), reading)
    assert found.column("valid_from") == ["2025-04-05"]
    assert found.column("seen_at") == [("", "2025-04-05T10:00:00+02:00", "2025-04-05T10:00:00")]


def test_words_for_true_false_and_empty(tmp_path):
    reading = Reading.parse({"trueValues": "WAHR|ja", "falseValues": "falsch|-", "nullValues": "k.A.|#N/A"})
    cells = column(tmp_path, "active", ["wahr", " JA ", "Falsch", "-", "true", "vielleicht", "k.A."], reading)
    assert [cell if isinstance(cell, str) else cell[1] for cell in cells] == [
        *("true", "true", "false", "false", "true", "vielleicht", ""),
    ]
    assert column(tmp_path, "title", ["k.A.", "K.A."], reading) == [("", "", "k.A."), "K.A."]
    error = SpecialRow(["1", Cell("#N/A", fault="excel_error")])
    assert done(tmp_path, grid([["ean", "title"], error]), reading).column("title") == [("", "", "#N/A")]


def test_a_call_wins_over_a_column_and_a_column_over_its_dataset(tmp_path):
    columns = [
        dataclasses.replace(c, reading=Reading(decimal_separator=".")) if c.name == "ratio" else c
        for c in GOODS.columns
    ]
    contract = with_reading(dataclasses.replace(GOODS, columns=tuple(columns)), decimal_separator=",")
    rows = text_grid([["ean", "price", "ratio"], ["1", "1.000", "1.000"]])
    [row] = done(tmp_path, rows, contracts={"goods": contract}).rows
    assert (row["price"], row["ratio"]) == (("", "1000", "1.000"), "1.000")
    [row] = done(tmp_path, rows, COMMA, {"goods": contract}).rows
    assert row["ratio"] == ("", "1000", "1.000")


def test_a_sheet_with_unknown_columns_is_refused_where_that_is_set(tmp_path):
    rows = grid([["ean", "margin", "title"], ["1", "2", "Pen"]])
    [sheet] = sheets(tmp_path, rows, Reading(unknown_columns="refuse"))
    assert (sheet.status, sheet.rows) == ("refused", 1)
    assert "'margin'" in sheet.reason
    strict = {"goods": with_reading(GOODS, unknown_columns="refuse")}
    assert sheets(tmp_path, rows, contracts=strict)[0].status == "refused"
    assert sheets(tmp_path, rows, Reading(unknown_columns="keep_out"), strict)[0].status == "converted"
