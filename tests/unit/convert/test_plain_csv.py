"""The fast path for plain CSVs: it gives what the careful path gives, or leaves the file to it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.convert.helpers import CONTRACTS, ITEMS, ORDERS, PRODUCTS, rows

from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import delimited, plain_csv
from lakehouse.convert.model import Sheet
from lakehouse.convert.normalise import normalise
from lakehouse.errors import UploadRefused

HEADER = "id,order_id,user_id,product_id,order_timestamp,date\n"
ROWS = "1,10,7,5,2025-04-01T10:00:00,2025-04-01\n2,10,,6,2025-04-01 10:00:00.250,2025-04-01\n"
PLAIN = HEADER + ROWS * 3


def quick(folder, data, contracts=CONTRACTS, reading=NONE, form="csv", **limits) -> Sheet | None:
    path = folder / "items.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    out = folder / "quick"
    out.mkdir(exist_ok=True)
    return plain_csv.convert(path, form, contracts, out, reading, **{"least": 0, "first": 3} | limits)


def careful(folder, contracts=CONTRACTS) -> list[Sheet]:
    out = folder / "careful"
    out.mkdir(exist_ok=True)
    [grid] = delimited.read(folder / "items.csv", "items.csv", "csv", contracts.values(), NONE)
    return normalise(grid, contracts, out)


def assert_same(folder, sheet):
    [expected] = careful(folder)
    assert sheet.csv.name == expected.csv.name
    assert sheet.csv.read_bytes() == expected.csv.read_bytes()
    assert replace(sheet, csv=None) == replace(expected, csv=None)


def test_a_plain_file_has_the_values_and_the_numbers_of_its_lines(tmp_path):
    sheet = quick(tmp_path, PLAIN)
    assert (sheet.status, sheet.dataset, sheet.rows, sheet.header_row) == ("converted", "order_items", 6, 1)
    assert rows(sheet)[3] == {
        "id": "2",
        "order_id": "10",
        "user_id": "",
        "product_id": "6",
        "order_timestamp": "2025-04-01 10:00:00.250",
        "_source_row": "5",
    }
    assert_same(tmp_path, sheet)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN[:-1],
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        "order_id,ORDER TIMESTAMP,product-id,id\n" + "10,2025-04-01,5,1\n" * 5,
        "id,order_id,colour,product_id\n" + "1,2,red,3\n" * 5,
        HEADER + ROWS.replace("10:00:00.250", "10:00:00.250125") * 3,
        "order_id,user_id,order_timestamp,total_amount\n" + "1,2,2025-04-01,12.50\n" * 5,
    ],
    ids=["no last line end", "mark", "semicolon", "tab", "pipe", "order", "unknown column", "microseconds", "decimals"],
)
def test_it_takes(tmp_path, text):
    sheet = quick(tmp_path, text)
    assert sheet is not None
    assert_same(tmp_path, sheet)


ROW = "3,10,7,5,2025-04-01T10:00:00,2025-04-01\n"


@pytest.mark.parametrize(
    "odd",
    [
        '3,10,7,5,"2025-04-01",\n',
        '3,10,7,5,="1",\n',
        "3,10,7,5,2025-04-01\n",
        "3,10,7,5,2025-04-01,,\n",
        "\n",
        ROW.replace("\n", "\r\n"),
        ROW.replace("\n", "\r"),
        "3,10,7,5\0,2025-04-01,\n",
        "3,10,7,5\x1a,2025-04-01,\n",
        "3,10,\xa07,5,2025-04-01,\n",
        "3,10,\ufdd07,5,2025-04-01,\n",
        "\ufeff3,10,7,5,2025-04-01,\n",
        "3,10, 7,5,2025-04-01,\n",
        " 3,10,7,5,2025-04-01,\n",
        ",10,7,5,2025-04-01,\n",
        "x,10,7,5,2025-04-01,\n",
        "3,,,,,\n",
        "3,10,1.000,5,2025-04-01,\n",
        "3,10,7,5,Date,2025-04-01\n",
        "3,10,7,5,ORDER-ID,2025-04-01\n",
        HEADER,
        "3,10,7\t,5,2025-04-01,\n",
    ],
)
def test_it_leaves_a_file_with_something_odd_to_the_careful_path(tmp_path, odd):
    assert quick(tmp_path, PLAIN + odd + ROW) is None
    assert list((tmp_path / "quick").iterdir()) == []


def test_commas_in_cells_are_left_to_the_careful_path(tmp_path):
    assert quick(tmp_path, PLAIN.replace(",", ";") + "3;10;7;5;1,5;\n") is None


def test_a_header_that_is_not_the_first_line_is_left_to_the_careful_path(tmp_path):
    assert quick(tmp_path, "1,1,1,1,1,1\n" + PLAIN) is None


def test_a_setting_is_left_to_the_careful_path(tmp_path):
    assert quick(tmp_path, PLAIN, reading=Reading(null_values=("7",))) is None
    column = replace(ITEMS.columns[2], reading=Reading(null_values=("7",)))
    changed = replace(ITEMS, columns=(*ITEMS.columns[:2], column, *ITEMS.columns[3:]))
    assert quick(tmp_path, PLAIN, CONTRACTS | {"order_items": changed}) is None
    assert quick(tmp_path, PLAIN, CONTRACTS | {"products": replace(PRODUCTS, reading=Reading(delimiter=";"))}) is None


def test_a_small_file_and_one_that_is_gzipped_are_left_to_the_careful_path(tmp_path):
    assert quick(tmp_path, PLAIN, least=len(PLAIN) + 1) is None
    assert quick(tmp_path, PLAIN, form="csv.gz") is None


def test_a_file_of_more_than_a_block(tmp_path):
    body = "".join(f"{number},10,7,5,2025-04-01T10:00:00,2025-04-01\n" for number in range(20_000))
    sheet = quick(tmp_path, HEADER + body)
    assert sheet.rows == 20_000
    assert rows(sheet)[-1]["id"] == "19999"
    assert rows(sheet)[-1]["_source_row"] == "20001"
    assert_same(tmp_path, sheet)


def test_conversion_needs_no_engine():
    code = "import lakehouse.convert, sys; sys.exit('duckdb' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


PLAIN_CELLS = st.sampled_from(["1", "22", "-3", "2025-04-01T10:00:00", "2025-04-01 10:00:00.123", "12.5", "abc", ""])
ODD_CELLS = st.sampled_from(
    ["1.000", "1,5", "id", "Order ID", " x", "x ", "NaN", "(2 rows)", "\xa01", "é", '"', '"a"', "'", "\\", "1.234.567"]
)
NAMES = ["id", "order_id", "user_id", "product_id", "order_timestamp", "date", "Item", "total_amount", "Order Time"]


@st.composite
def tables(draw, cells=PLAIN_CELLS) -> list[list[str]]:
    """A header that belongs to a dataset, and rows with a number first."""
    required = draw(st.sampled_from([["id", "order_id", "product_id"], ["order_id", "order_timestamp"]]))
    others = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    header = draw(st.permutations(list(dict.fromkeys([*required, *others]))))
    row = st.tuples(st.integers(0, 99).map(str), *[cells] * (len(header) - 1))
    return [header, *map(list, draw(st.lists(row, min_size=1, max_size=12)))]


@st.composite
def files(draw) -> str:
    """Text of a table with something odd in it, maybe."""
    delimiter = draw(st.sampled_from(",,,;\t|"))
    lines = draw(st.one_of(tables(), tables(st.one_of(PLAIN_CELLS, PLAIN_CELLS, PLAIN_CELLS, ODD_CELLS))))
    if draw(st.integers(0, 5)) == 0:
        odd = draw(st.sampled_from([lines[0], [], ["5"], ["5", "6", "7"] * 4]))
        lines.insert(draw(st.integers(1, len(lines))), odd)
    end = draw(st.sampled_from(["\n"] * 9 + ["\r\n"]))
    text = end.join(delimiter.join(line) for line in lines)
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + text + draw(st.sampled_from([end, end, "", "\x1a"]))


@settings(deadline=None, max_examples=400)
@given(text=files())
def test_whatever_it_takes_is_the_same_to_the_letter(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("plain")
    sheet = quick(folder, text, first=2)
    if sheet is None:
        assert list((folder / "quick").iterdir()) == []
    else:
        assert_same(folder, sheet)


@settings(deadline=None)
@given(lines=tables(st.integers(0, 99).map(str)), delimiter=st.sampled_from(",;\t|"))
def test_it_takes_every_table_of_numbers(tmp_path_factory, lines, delimiter):
    folder = tmp_path_factory.mktemp("plain")
    sheet = quick(folder, "".join(delimiter.join(line) + "\n" for line in lines), first=2)
    [expected] = careful(folder)
    # The lead may be a column of no dataset, and a header may be the header of nothing.
    assert (sheet is not None) == (expected.status == "converted" and lines[0][0] in expected.columns)
    if sheet:
        assert_same(folder, sheet)


def test_a_refusal_is_the_careful_paths_to_say(tmp_path):
    assert quick(tmp_path, PLAIN.encode() + b"3,10,\xff,5,2025-04-01,\n") is None
    with pytest.raises(UploadRefused):
        careful(tmp_path, {"orders": ORDERS, "order_items": ITEMS})
