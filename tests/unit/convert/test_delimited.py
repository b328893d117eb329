"""Delimited text: encodings, delimiters, lines, and what cannot be split for certain."""

from __future__ import annotations

import csv
import gzip
import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.convert.helpers import converted, rows

from lakehouse.errors import UploadRefused

SIMPLE = "product_id,department,product_name\n007,Bücher,Größe 1\n"


def sheet_of(folder, data, name="products.csv"):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    [sheet] = converted(path)
    return sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    [row] = rows(sheet_of(tmp_path, SIMPLE.encode(encoding)))
    assert row == {"product_id": "007", "department": "Bücher", "product_name": "Größe 1", "_source_row": "2"}


def test_big_endian_utf_16_with_its_mark(tmp_path):
    [row] = rows(sheet_of(tmp_path, b"\xfe\xff" + SIMPLE.encode("utf-16-be")))
    assert row["department"] == "Bücher"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_gzip(tmp_path, encoding):
    [row] = rows(sheet_of(tmp_path, gzip.compress(SIMPLE.encode(encoding), mtime=0), "products.csv.gz"))
    assert row["product_name"] == "Größe 1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_by_the_header(tmp_path, delimiter):
    text = f'product_id{delimiter}"department"{delimiter}product_name\n1{delimiter}"a,b;c|d\te"{delimiter}x\n'
    [row] = rows(sheet_of(tmp_path, text))
    assert (row["department"], row["product_name"]) == ("a,b;c|d\te", "x")


def test_a_delimiter_inside_a_header_misleads_nobody(tmp_path):
    sheet = sheet_of(tmp_path, "product_id;price, EUR, net;department\n1;2;Toys\n")
    assert rows(sheet)[0]["department"] == "Toys"
    assert sheet.unknown_columns == ("price, EUR, net",)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_row_is_where_its_record_begins(tmp_path, newline):
    lines = ["product_id,product_name", '1,"two', 'lines"', "", "2,after an empty line", ",,", "3,last"]
    found = rows(sheet_of(tmp_path, newline.join(lines)))
    assert [row["_source_row"] for row in found] == ["2", "5", "7"]
    assert found[0]["product_name"] == f"two{newline}lines"


def test_empty_lines_before_the_header_count(tmp_path):
    assert rows(sheet_of(tmp_path, "\n\nproduct_id,department\n1,Toys\n"))[0]["_source_row"] == "4"


def test_a_short_row_lacks_its_last_cells(tmp_path):
    [row] = rows(sheet_of(tmp_path, "product_id,department,product_name\n1\n"))
    assert (row["department"], row["product_name"]) == ("", "")


def test_empty_cells_beyond_the_header_are_nothing(tmp_path):
    assert len(rows(sheet_of(tmp_path, "product_id,department\n1,Toys,,,\n"))) == 1


def test_a_cell_longer_than_the_csv_module_allows_by_itself(tmp_path):
    [row] = rows_of_long_cell(tmp_path, "x" * 1_000_000)
    assert len(row["department"]) == 1_000_000


def rows_of_long_cell(folder, text):
    csv.field_size_limit(1 << 28)
    return rows(sheet_of(folder, f"product_id,department\n1,{text}\n"))


def test_several_gzip_members_and_zeros_behind_them_are_one_file(tmp_path):
    data = gzip.compress(SIMPLE.encode(), mtime=0) + gzip.compress(b"8,Toys,Car\n") + bytes(512)
    assert [row["product_id"] for row in rows(sheet_of(tmp_path, data, "products.csv.gz"))] == ["007", "8"]


def gzipped():
    return gzip.compress(SIMPLE.encode() * 100, mtime=0)


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        entry = tarfile.TarInfo("products.csv")
        entry.size = len(SIMPLE.encode())
        archive.addfile(entry, io.BytesIO(SIMPLE.encode()))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzipped()[:-5], "the gzip file is cut short"),
        (gzipped()[: len(gzipped()) // 2], "the gzip file is cut short"),
        (gzipped()[:-8] + b"12345678", "the gzip file is damaged"),
        (gzipped()[:15] + b"\xff\xff\xff" + gzipped()[18:], "the gzip file is damaged"),
        (gzipped() + b"garbage", "bytes that are not gzip follow its data"),
        (tar(), "holds a tar archive"),
    ],
)
def test_what_gzip_cannot_unpack_is_refused_in_words(tmp_path, data, reason):
    with pytest.raises(UploadRefused, match=reason):
        sheet_of(tmp_path, data, "products.csv.gz")


def test_a_file_without_a_known_header_is_ignored_and_says_what_it_found(tmp_path):
    sheet = sheet_of(tmp_path, "colour,size\nred,1\n")
    assert (sheet.status, sheet.reason) == ("ignored", "holds 2 rows; no dataset has a column called 'colour', 'size'")


def test_a_file_of_empty_lines_is_an_empty_sheet(tmp_path):
    assert sheet_of(tmp_path, "\n\n\n").reason == "the sheet is empty"


def test_a_header_without_rows_is_a_sheet_of_no_rows(tmp_path):
    sheet = sheet_of(tmp_path, "product_id,department\n")
    assert (sheet.status, sheet.rows) == ("converted", 0)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufdd0"), max_size=12)


@settings(deadline=None)
@given(cells=st.lists(st.tuples(TEXTS, TEXTS), max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_whatever_text_is_in_the_cells_comes_out(tmp_path_factory, cells, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["product_id", "department", "product_name"], *(["1", *pair] for pair in cells)])
    found = rows(sheet_of(tmp_path_factory.mktemp("csv"), out.getvalue()))
    assert [(row["department"], row["product_name"]) for row in found] == cells
