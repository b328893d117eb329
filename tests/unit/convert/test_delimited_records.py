"""What is wrong with one record of delimited text stays with that record, and its line is told."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.convert.helpers import CONTRACTS

from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import delimited
from lakehouse.convert.model import BrokenRow, Cell, Grid
from lakehouse.errors import UploadRefused
from lakehouse.marks import CHARACTERS

HEADER = "product_id,department,product_name\n"


class Broken(str):
    """The text of a broken row, as these tests write it down."""

    __slots__ = ()


def grid_of(folder, text, reading=NONE, contracts=CONTRACTS) -> Grid:
    path = folder / "products.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    [grid] = delimited.read(path, path.name, "csv", contracts.values(), reading)
    return grid


def rows_of(folder, text, reading=NONE):
    """The rows that are not empty: line numbers and cells, or the text of a broken one."""
    rows = grid_of(folder, text, reading).rows()
    return [
        (number, Broken(cells.text) if isinstance(cells, BrokenRow) else cells)
        for number, cells in rows
        if cells or isinstance(cells, BrokenRow)
    ][1:]


def ok(number, line):
    return number, [str(number), "Toys", "Car"]


# Files of rows `N,Toys,Car`, with these lines among them.
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['9,Toys,"Best" pen'], [(4, Broken('9,Toys,"Best" pen'))]),
        (['9,Toys,Pizza 12" big'], [(4, ["9", "Toys", 'Pizza 12" big'])]),
        (['9,"Toys,12 pen'], [(4, Broken('9,"Toys,12 pen'))]),
        (['9,Toys,"12 pen'], [(4, Broken('9,Toys,"12 pen'))]),
        (['9,Toys,"12', '8,"x",y'], [(4, Broken('9,Toys,"12')), (5, ["8", "x", "y"])]),
        (
            ['7,Toys,"Pen', "8,Toys,Ink", '9,Toys,Pad"'],
            [(4, Broken('7,Toys,"Pen')), (5, Broken("8,Toys,Ink")), (6, Broken('9,Toys,Pad"'))],
        ),
        (["9,Toys,Foo", "Bar"], [(4, Broken("9,Toys,Foo\nBar"))]),
        (["9,Toys,Foo", "", "Bar, baz"], [(4, Broken("9,Toys,Foo\n\nBar, baz"))]),
        (["9,To", "ys,Foo"], [(4, Broken("9,To\nys,Foo"))]),
        (["9,To", "ys,Foo", "Bar"], [(4, Broken("9,To\nys,Foo\nBar"))]),
        (['9,Toys,"Best" pen', 'and "more"'], [(4, Broken('9,Toys,"Best" pen\nand "more"'))]),
        (['9,Toys,"two', '"" lines"'], [(4, ["9", "Toys", 'two\n" lines'])]),
        (['9,Toys,"two', "", 'lines"'], [(4, ["9", "Toys", "two\n\nlines"])]),
        (['="0099",Toys,="a""b"'], [(4, ["0099", "Toys", 'a"b'])]),
        (['"=""0099""",Toys,x'], [(4, ["0099", "Toys", "x"])]),
        (["9,Toys,x,y"], [(4, ["9", "Toys", "x", "y"])]),
        (["\ufeffproduct_id,department,product_name"], [(4, ["product_id", "department", "product_name"])]),
        (["9,Toys,x\ufeffproduct_id,department,product_name"],
         [(4, ["9", "Toys", "x"]), (4, ["product_id", "department", "product_name"])]),
    ],
)  # fmt: skip
def test_among_good_rows(tmp_path, lines, expected):
    after = 4 + len(lines)
    text = HEADER + "2,Toys,Car\n3,Toys,Car\n" + "".join(f"{line}\n" for line in lines)
    text += f"{after},Toys,Car\n{after + 1},Toys,Car\n"
    found = rows_of(tmp_path, text)
    good = [(number, [str(number), "Toys", "Car"]) for number in (2, 3, after, after + 1)]
    assert found == [*good[:2], *expected, *good[2:]]


@pytest.mark.parametrize("newline", ["\r", "\r\n"])
def test_a_broken_record_keeps_its_own_line_ends(tmp_path, newline):
    text = HEADER + "1,Toys,Car\n2,Toys,Foo" + newline + "Bar\n3,Toys,Car\n"
    assert rows_of(tmp_path, text)[1] == (3, Broken(f"2,Toys,Foo{newline}Bar"))


def test_short_rows_are_rows_where_rows_may_be_short(tmp_path):
    found = rows_of(tmp_path, HEADER + "1,Toys,Car\n2\n3,Toys\n4,Toys,Car\n")
    assert found == [(2, ["1", "Toys", "Car"]), (3, ["2"]), (4, ["3", "Toys"]), (5, ["4", "Toys", "Car"])]


GOODS = "department,product_name,product_id\nToys,Car,1\nBooks,Atlas,2\nFood,Tea,3\n"


def test_where_records_begin_with_free_text_a_single_cell_is_the_rest_of_one(tmp_path):
    found = rows_of(tmp_path, GOODS + "Toys,Ball,4\nand net\nToys,Doll,5\n")
    assert found[3:] == [(5, Broken("Toys,Ball,4\nand net")), (7, ["Toys", "Doll", "5"])]


def test_where_records_begin_with_free_text_several_cells_are_one(tmp_path):
    found = rows_of(tmp_path, GOODS + "Toys,Ball\nToys,Doll,5\n")
    assert found[3:] == [(5, ["Toys", "Ball"]), (6, ["Toys", "Doll", "5"])]


def test_a_footer_is_no_part_of_the_last_record(tmp_path):
    text = HEADER + "1,Toys,Car\n2,Toys,Car\n"
    assert rows_of(tmp_path, text + "\n(2 rows affected)\n")[-2:] == [
        (3, ["2", "Toys", "Car"]),
        (5, ["(2 rows affected)"]),
    ]
    assert rows_of(tmp_path, text + "(2 rows)\n")[-2:] == [(3, ["2", "Toys", "Car"]), (4, ["(2 rows)"])]


def test_lines_above_the_header_are_rows(tmp_path):
    text = "Report of shops\nMade,2025-04-01\n\n" + HEADER + "1,Toys,Car\n2,Toys,Car\n"
    rows = list(grid_of(tmp_path, text).rows())
    assert rows[:4] == [
        (1, ["Report of shops"]),
        (2, ["Made", "2025-04-01"]),
        (3, []),
        (4, ["product_id", "department", "product_name"]),
    ]


def test_text_of_many_quoted_lines_is_one_cell(tmp_path):
    text = "a, b, c\n" * 500
    found = rows_of(tmp_path, HEADER + f'1,Toys,"{text}"\n2,Toys,Car\n')
    assert found == [(2, ["1", "Toys", text]), (503, ["2", "Toys", "Car"])]


def test_a_quote_open_above_thousands_of_records_is_stray(tmp_path):
    body = "".join(f"{number},Toys,Car\n" for number in range(3, 5_003))
    found = rows_of(tmp_path, HEADER + '2,Toys,"Car\n' + body)
    assert found[0] == (2, Broken('2,Toys,"Car'))
    assert found[1:] == [(number, [str(number), "Toys", "Car"]) for number in range(3, 5_003)]


def test_a_stray_quote_at_the_end_of_a_cell_far_below_closes_nothing(tmp_path):
    body = "".join(f"{number},Toys,Car\n" for number in range(3, 2_003))
    found = rows_of(tmp_path, HEADER + '2,Toys,"Car\n' + body + '2003,Toys,Pad"\n')
    assert (found[0], found[1], found[-1]) == (
        (2, Broken('2,Toys,"Car')),
        (3, ["3", "Toys", "Car"]),
        (2003, ["2003", "Toys", 'Pad"']),
    )


def test_lines_inside_quotes_tell_nothing_of_how_records_look(tmp_path):
    text = HEADER + '"1","\r,1",""\n"2","x\n,2","\n,3,"\n'
    assert rows_of(tmp_path, text) == [(2, ["1", "\r,1", ""]), (4, ["2", "x\n,2", "\n,3,"])]


def test_a_quote_of_which_nobody_can_tell_where_it_ends_refuses_the_file_with_its_line(tmp_path):
    grid = grid_of(tmp_path, HEADER + '1,Toys,Car\n2,Toys,"open\nsome text\nmore, text\n')
    with pytest.raises(UploadRefused, match=r"products\.csv: line 3: a quote is opened here"):
        list(grid.rows())


def test_a_nul_is_a_fault_of_its_cell(tmp_path):
    found = rows_of(tmp_path, HEADER + "1,To\0ys,Car\n2,Toys,Car\n")
    assert found == [(2, ["1", "To␀ys", "Car"]), (3, ["2", "Toys", "Car"])]
    cell = found[0][1][1]
    assert isinstance(cell, Cell)
    assert cell.fault == CHARACTERS


@pytest.mark.parametrize("end", ["\x1a", "\n\x1a", "\n\x1a\n", "\n\x1a\x1a\x1a"])
def test_an_end_of_file_mark_is_nothing(tmp_path, end):
    assert rows_of(tmp_path, HEADER + "1,Toys,Car" + end) == [(2, ["1", "Toys", "Car"])]


def test_line_ends_doubled_by_text_mode(tmp_path):
    text = (HEADER + "1,Toys,Car\n2,Toys,Car\n").replace("\n", "\r\r\n")
    assert rows_of(tmp_path, text) == [(3, ["1", "Toys", "Car"]), (5, ["2", "Toys", "Car"])]


# Escapes


def test_escaped_quotes_are_read_and_noted(tmp_path):
    text = HEADER + '1,Toys,"Pizza 12\\" big"\n2,Toys,"say \\"hi\\", twice"\n3,Toys,"C:\\dir\\\\"\n4,"a""b",Car\n'
    assert rows_of(tmp_path, text) == [
        (2, ["1", "Toys", 'Pizza 12" big']),
        (3, ["2", "Toys", 'say "hi", twice']),
        (4, ["3", "Toys", "C:\\dir\\"]),
        (5, ["4", 'a"b', "Car"]),
    ]
    [note] = grid_of(tmp_path, text).notes
    assert (note.kind, note.rows) == ("escapes", (2, 3))


def test_two_backslashes_are_not_certain_in_such_a_file(tmp_path):
    found = rows_of(tmp_path, HEADER + '1,Toys,"12\\" big"\n2,Toys,"a\\\\b"\n3,Toys,Car\n')
    assert found[1] == (3, Broken('2,Toys,"a\\\\b"'))


def test_a_backslash_before_a_closing_quote_is_itself(tmp_path):
    text = HEADER + '1,Toys,"C:\\dir\\"\n2,"C:\\",Car\n'
    assert rows_of(tmp_path, text) == [(2, ["1", "Toys", "C:\\dir\\"]), (3, ["2", "C:\\", "Car"])]
    assert grid_of(tmp_path, text).notes == []


def test_a_file_whose_quotes_are_all_doubled_has_no_escapes(tmp_path):
    text = HEADER + '"2","\\",",\r"\n"3","x","y"\n'
    assert rows_of(tmp_path, text) == [(2, ["2", "\\", ",\r"]), (4, ["3", "x", "y"])]


def test_an_escaped_quote_at_the_end_of_a_cell(tmp_path):
    text = HEADER + '1,Toys,"Pizza 12\\""\n2,Toys,ok\n3,Toys,"Cake 5\\""\n'
    assert [cells[2] for _, cells in rows_of(tmp_path, text)] == ['Pizza 12"', "ok", 'Cake 5"']


def test_a_file_of_both_ways_to_write_quotes_is_read_in_the_usual_one(tmp_path):
    found = rows_of(tmp_path, HEADER + '1,Toys,"12\\" big"\n2,"C:\\",Car\n3,Toys,Car\n')
    assert found == [
        (2, Broken('1,Toys,"12\\" big"')),
        (3, ["2", "C:\\", "Car"]),
        (4, ["3", "Toys", "Car"]),
    ]


# Delimiters


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_the_file_names_its_delimiter(tmp_path, first):
    text = first + "product_id;department;product_name\n1;a,b;c\n"
    assert rows_of(tmp_path, text) == [(3, ["1", "a,b", "c"])]
    [note] = grid_of(tmp_path, text).notes
    assert (note.kind, note.rows) == ("delimiter", (1,))


def test_a_delimiter_that_only_the_file_knows(tmp_path):
    assert rows_of(tmp_path, "sep=^\nproduct_id^department\n1^Toys\n") == [(3, ["1", "Toys"])]


@pytest.mark.parametrize(("said", "char"), [("^", "^"), ("tab", "\t"), ("\\t", "\t"), (";", ";")])
def test_a_setting_wins(tmp_path, said, char):
    text = f"sep=,\nproduct_id{char}a,b\n1{char}Toys\n"
    assert rows_of(tmp_path, text, Reading(delimiter=said)) == [(3, ["1", "Toys"])]


def test_titles_and_comments_above_the_header_mislead_nobody(tmp_path):
    text = "# a, b, c, d, e\nof, all, our, shops\nproduct_id;department\n1;Toys\n"
    assert rows_of(tmp_path, text)[-1] == (4, ["1", "Toys"])


def test_without_a_known_header_records_of_one_width_tell_the_delimiter(tmp_path):
    rows = list(grid_of(tmp_path, "colour;price\nred, dark;1,5\nblue;2,5\n").rows())
    assert rows == [(1, ["colour", "price"]), (2, ["red, dark", "1,5"]), (3, ["blue", "2,5"])]


def test_a_record_as_it_would_stand_in_the_file(tmp_path):
    record = grid_of(tmp_path, "product_id;department\n1;Toys\n").record
    assert record is not None
    assert record(["1", "a;b", 'c"d', "e,f", ""]) == '1;"a;b";"c""d";e,f;'


# Whatever a writer of CSVs writes is read as it was, wherever newlines, quotes and delimiters stand.

TEXTS = st.text(st.sampled_from('a1," \n\r;=\\'), max_size=6) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufdd1\ufdd2"), max_size=8
)
TEXTS = TEXTS.filter(lambda text: not text.startswith('="'))  # which is a way to write text


@settings(deadline=None, max_examples=300)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5), delimiter=st.sampled_from(",;\t|"))
def test_every_quoted_text_is_its_cell(tmp_path_factory, rows, delimiter):
    lines = [["product_id", "department", "product_name"], *(["1", *row] for row in rows)]
    text = "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\n" for line in lines)
    grid = grid_of(tmp_path_factory.mktemp("quoted"), text)
    cells = chain.from_iterable(row for _, row in list(grid.rows())[1:])
    assert list(cells) == [cell for row in rows for cell in ("1", *row)]


# Whatever is wrong with a file: each value is in some row, or in the text of a broken one, or the file is refused.

PARTS = st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", "\ufeff", "\\", '\\"', " ", "=", "\x1a", "\0", '="', "\n\n"]
)
LINES = st.lists(
    st.lists(st.one_of(PARTS, st.just("#"), st.just("#"), st.just(",")), max_size=7).map("".join), max_size=9
)


@settings(deadline=None, max_examples=500)
@given(good=st.integers(0, 4), bad=LINES, after=st.integers(0, 3))
def test_no_value_is_lost(tmp_path_factory, good, bad, after):
    rows = ["#,#,#"] * good + bad + ["#,#,#"] * after
    values = iter(range(100, 1_000))
    text = HEADER + "".join(str(next(values)) if char == "#" else char for char in "\n".join(rows))
    try:
        found = list(grid_of(tmp_path_factory.mktemp("lost"), text).rows())
    except UploadRefused:
        return
    whole = "|".join(cells.text if isinstance(cells, BrokenRow) else "|".join(cells) for _, cells in found)
    assert [str(value) for value in range(100, next(values)) if str(value) not in whole] == []
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
    assert all(text.splitlines()[number - 1 :] for number in numbers)
