"""What a script learns: every column that is kept out, and what its header may have meant."""

from __future__ import annotations

import dataclasses

import pytest
from tests.unit.convert.grids import done, grid, notes, sheets, text_grid

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.convert.model import Note
from lakehouse.convert.notes import KINDS

SHOP = load_contracts([PACKAGED])
WHOLE = ["order_id", "order_timestamp"]
ROW = ["7", "2025-04-01"]


def meant(folder, header, known=WHOLE):
    """What the header of one column more may mean, as a note says."""
    rows = [[*known, header], [*ROW[: len(known)], "x"]]
    [sheet] = sheets(folder, grid(rows), contracts=SHOP)
    return [note.message for note in notes(sheet, "did_you_mean")]


def test_every_column_that_is_kept_out_has_a_note_of_its_own(tmp_path):
    extra = [f"Extra {number:03d}" for number in range(200)]
    found = done(tmp_path, grid([[*WHOLE, *extra], [*ROW, *extra]]), contracts=SHOP)
    assert [note.column for note in notes(found.sheet, "kept_out")] == extra
    assert found.sheet.unknown_columns == tuple(extra)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Total (EUR)", "total_amount"),
        ("TotalAmount €", ""),
        ("Totel Amount", "total_amount"),
        ("Order Number (old)", "order_num"),
        ("Customer #", "user_id"),
        ("Tötal_Amoünt", "total_amount"),
        ("Colour", ""),
        ("ID", ""),
        ("Order", ""),
    ],
)
def test_a_header_that_is_almost_a_column_asks_whether_it_is_meant(tmp_path, header, column):
    expected = [f"column {header!r}: did you mean {column}? An alias in the contract takes it"] if column else []
    assert meant(tmp_path, header) == expected


def test_a_column_that_is_there_is_not_what_was_meant(tmp_path):
    assert meant(tmp_path, "Total (EUR)", [*WHOLE, "total_amount"]) == []


@pytest.mark.parametrize(
    ("header", "name", "letter"),
    [
        ("\u043erder_id", "order_id", "CYRILLIC SMALL LETTER O"),
        ("ORDER_\u0406D", "order_id", "CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I"),
        ("t\u03bftal", "total_amount", "GREEK SMALL LETTER OMICRON"),
    ],
)
def test_a_letter_that_only_looks_like_another_is_named(tmp_path, header, name, letter):
    known = ["order_timestamp"] if name == "order_id" else WHOLE
    [message] = meant(tmp_path, header, known)
    assert letter in message
    assert name in message


def test_what_a_required_column_may_be_is_part_of_the_refusal(tmp_path):
    [sheet] = sheets(tmp_path, grid([["order_timestamp", "total_amount", "Ordr ID"], [*ROW, "7"]]), contracts=SHOP)
    assert sheet.status == "refused"
    assert sheet.reason == (
        "orders: no column 'order_id'; column 'Ordr ID': did you mean order_id? An alias in the contract takes it"
    )


def test_a_sheet_without_a_known_header_says_what_is_almost_known(tmp_path):
    [sheet] = sheets(tmp_path, grid([["Produkt ID", "Farbe"], ["1", "rot"]]), contracts=SHOP)
    assert sheet.status == "ignored"
    assert "'Produkt ID', 'Farbe'" in sheet.reason
    assert "did you mean product_id?" in sheet.reason


@pytest.mark.parametrize("header", ["order\u200b_id", "\ufefforder_id", "order\u00ad_id", "ORDER_\u0130D", "order\nid"])
def test_what_nobody_sees_in_a_header_does_not_count(tmp_path, header):
    found = done(tmp_path, grid([[header, "order_timestamp"], ROW]), contracts=SHOP)
    assert found.column("order_id") == ["7"]
    assert found.sheet.notes == ()


def test_what_the_reader_has_to_say_comes_first(tmp_path):
    note = Note("encoding", "read as Windows-1251")
    found = done(tmp_path, grid([[*WHOLE, "x"], ROW], notes=[note]), contracts=SHOP)
    assert [n.kind for n in found.sheet.notes] == ["encoding", "kept_out"]


def test_only_kinds_that_are_declared_are_noted(tmp_path):
    rows = [["title"], [*WHOLE, "Totl", ""], [*ROW, "x", "y"], [*WHOLE, "Totl"], [" "], [], ["the end"]]
    found = done(tmp_path, grid(rows), contracts=SHOP)
    assert {note.kind for note in found.sheet.notes} <= set(KINDS)
    assert len(found.sheet.notes) >= 6


def test_a_sheet_that_is_read_twice_says_what_its_reader_says_once(tmp_path):
    notes_of_reader, of = [], text_grid([["ean", "price"], ["1", "1.000"], ["2", "1,5"]])

    def rows():
        notes_of_reader.append(Note("escapes", "quotes are escaped with a backslash"))
        yield from of.rows()

    found = done(tmp_path, dataclasses.replace(of, rows=rows, notes=notes_of_reader))
    assert found.column("price") == [("ambiguous", "", "1.000"), "1,5"]
    assert len(notes_of_reader) == 2
    assert [note.kind for note in found.sheet.notes] == ["escapes"]
