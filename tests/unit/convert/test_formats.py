"""Other formats than .xlsx, and files that are not what they seem."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import odf.opendocument
import odf.table
import odf.text
import pytest
import xlwt
from pyxlsbwriter import XlsbWriter
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows, workbook

from lakehouse.convert.formats import FORMATS, checked_format
from lakehouse.errors import UploadRefused

ROWS = [PRODUCT_HEADER, [7, dt.datetime(2025, 4, 1, 11, 27), "007 Größe"], [8.5, "a,b\nc", True]]
EXPECTED = [["7", "2025-04-01T11:27:00", "007 Größe", "2"], ["8.5", "a,b\nc", "true", "3"]]


def xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("products")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            style = (
                xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")
                if isinstance(value, dt.datetime)
                else xlwt.Style.default_style
            )
            sheet.write(number, column, value, style)
    book.add_sheet("old").visibility = 1
    book.save(str(path))


def xlsb(path):
    with XlsbWriter(str(path)) as book:
        book.add_sheet("products")
        book.write_sheet(ROWS)
        book.add_sheet("old", hidden=True)
        book.write_sheet([["x"]])


def ods(path):
    document = odf.opendocument.OpenDocumentSpreadsheet()
    table = odf.table.Table(name="products")
    for row in ROWS:
        line = odf.table.TableRow()
        for value in row:
            line.addElement(ods_cell(value))
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))


def ods_cell(value):
    if isinstance(value, bool):
        return odf.table.TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, int | float):
        return odf.table.TableCell(valuetype="float", value=str(value))
    if isinstance(value, dt.datetime):
        return odf.table.TableCell(valuetype="date", datevalue=value.isoformat())
    cell = odf.table.TableCell(valuetype="string")
    for paragraph in value.split("\n"):
        cell.addElement(odf.text.P(text=paragraph))
    return cell


@pytest.mark.parametrize("write", [xls, xlsb, ods])
def test_other_workbooks_give_the_same_rows(tmp_path, write):
    path = tmp_path / f"products.{write.__name__}"
    write(path)
    sheets = converted(path)
    assert [list(row.values()) for row in rows(sheets[0])] == EXPECTED
    assert all(sheet.status == "ignored" for sheet in sheets[1:])
    assert all(sheet.reason.startswith("the sheet is hidden") for sheet in sheets[1:])


def test_suffixes_are_read_in_any_case(tmp_path):
    path = workbook(tmp_path / "PRODUCTS.XLSX", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    assert converted(path)[0].rows == 1


def test_the_name_of_the_upload_counts_not_that_of_the_local_file(tmp_path):
    path = workbook(tmp_path / "download.tmp", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    assert converted(path, "products.xlsx")[0].rows == 1


TSV = "product_id\tdepartment\tproduct_name\n7\tToys\tä\n"
XML_2003 = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
MHTML = 'From: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n<html>'
OFFICE_HTML = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head></head><body><table><tr><td>1</td></tr></table>'
)


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return file.getvalue()


def database(folder):
    connection = sqlite3.connect(folder / "data.db")
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()
    return (folder / "data.db").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".tab", ".txt", ".TSV"])
def test_tab_separated_text_loads_under_every_suffix_of_text(tmp_path, suffix):
    (tmp_path / f"products{suffix}").write_text(TSV)
    [sheet] = converted(tmp_path / f"products{suffix}")
    assert rows(sheet)[0]["product_name"] == "ä"
    assert checked_format(tmp_path / f"products{suffix}", f"products{suffix}").notes == ()


@pytest.mark.parametrize("suffix", [".csv.gz", ".tsv.gz", ".txt.gz"])
def test_packed_text_loads_under_every_suffix_of_text(tmp_path, suffix):
    (tmp_path / f"products{suffix}").write_bytes(gzip.compress(TSV.encode(), mtime=0))
    assert rows(converted(tmp_path / f"products{suffix}")[0])[0]["product_name"] == "ä"


@pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".xlsb", ".ods", ".csv.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_under_another_name_loads_as_text_with_a_note(tmp_path, suffix, encoding):
    path = tmp_path / f"products{suffix}"
    path.write_bytes(TSV.encode(encoding))
    assert rows(converted(path)[0])[0]["product_name"] == "ä"
    [note] = checked_format(path, path.name).notes
    assert note.kind == "format"
    assert note.message == f"the name ends with {suffix}, but the file holds tab-separated text"


@pytest.mark.parametrize("wrong", ["xlsx", "xls", "csv", "txt.gz"])
@pytest.mark.parametrize(("write", "kind"), [(xls, "an .xls"), (ods, "an .ods"), (xlsb, "an .xlsb")])
def test_a_workbook_under_another_name_loads_as_what_it_is_with_a_note(tmp_path, write, kind, wrong):
    path = tmp_path / f"products.{wrong}"
    write(path)
    assert [list(row.values()) for row in rows(converted(path)[0])] == EXPECTED
    notes = checked_format(path, path.name).notes
    assert [note.message for note in notes] == (
        [] if kind == f"an .{wrong}" else [f"the name ends with .{wrong}, but the file holds {kind} workbook"]
    )


REPOSITORY = Path(__file__).parents[3]


def test_the_suffixes_are_those_of_the_docs_and_of_the_state_machine():
    table = (REPOSITORY / "docs/conversion.md").read_text().partition("## What is read")[2].partition("**Name")[0]
    assert set(re.findall(r"`(\.[\w.]+)`", table)) == set(FORMATS)
    machine = (REPOSITORY / "state_machine/lakehouse_etl_flow.asl.json").read_text()
    pattern = re.search(r"object\.key\), /(.*?)/\)", machine)[1].replace(r"\\", "\\")
    assert all(re.search(pattern, f"uploads/a{suffix}") for suffix in FORMATS)
    assert not any(re.search(pattern, f"uploads/a{suffix}") for suffix in (".pdf", ".md", ".gz", ".csv.zip", ".fxlsx"))


@pytest.mark.parametrize("name", ["products.pdf", "products", "products.xlsx.zip", "products.xml"])
def test_an_unknown_kind_of_file_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UploadRefused, match=r"^unknown kind of file$") as caught:
        converted(tmp_path / name)
    assert all(suffix in caught.value.hint for suffix in FORMATS)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.xlsb", "a.csv", "a.csv.gz"])
def test_a_file_of_no_bytes_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UploadRefused, match=r"^the file is empty \(0 bytes\)"):
        converted(tmp_path / name)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<html><table><tr><td>product_id</td></tr></table></html>", "an HTML table"),
        (b"\xef\xbb\xbf\r\n <TABLE border=1><tr><td>1</td></tr>", "an HTML table"),
        (OFFICE_HTML.encode("utf-16"), "an HTML table"),
        (b"<!DOCTYPE html><html><body>Session expired, please log in</body></html>", "an HTML page"),
        (b'<?xml version="1.0"?><!-- x --><html>', "an HTML page"),
        (XML_2003.encode(), "an XML Spreadsheet 2003"),
        (MHTML.encode(), "a web page (MHTML)"),
        (b"<a/>", "an XML file"),
        (b'<?xml version="1.0"?><orders><order/></orders>', "an XML file"),
        (b"[]", "a JSON file"),
        (b'{"a": 1}', "a JSON file"),
        (b'[\n  {"product_id": 1}\n]', "a JSON file"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"{\\rtf1 x}", "a text document (RTF)"),
        (b"PAR1\x15\x04\x00", "a Parquet file"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "a file packed with zstd"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (b"\xfd7zXZ\x00\x00", "a file packed with xz"),
        (b"\x09\x04\x06\x00\x00\x04", "a workbook of Excel 4"),
        (b"\x01\x02\x00\x03\x00\x05", "neither a workbook nor text"),
        (tarred(), "a tar archive"),
        (gzip.compress(tarred(), mtime=0), "a tar archive packed with gzip"),
        (gzip.compress(b"PAR1\x00", mtime=0), "a Parquet file, packed with gzip"),
        (gzip.compress(zipped(a=b""), mtime=0), "a workbook or an archive packed with gzip"),
        (zipped(**{"a.csv": b"x"}), "a ZIP archive that is no workbook (a.csv)"),
        (zipped(word__document=b"", **{"word/document.xml": b""}), "a Word document"),
        (zipped(Index__x=b"", **{"Index/Document.iwa": b""}), "a workbook of Apple Numbers"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b""}), "no spreadsheet"),
    ],
    # What is packed here has the time of day in it, and two processes have to agree on a test's name.
    ids=lambda value: value if isinstance(value, str) else "data",
)
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv.gz"])
def test_what_no_reader_reads_is_called_what_it_is(tmp_path, name, data, what):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UploadRefused) as caught:
        converted(tmp_path / name)
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.xlsb", "a.ods"])
def test_text_that_is_no_table_is_not_read_under_the_name_of_a_workbook(tmp_path, name):
    (tmp_path / name).write_text("dear all\nsee below, please\n")
    with pytest.raises(UploadRefused, match="the file holds plain text"):
        converted(tmp_path / name)


def test_a_database_is_called_what_it_is(tmp_path):
    (tmp_path / "a.xls").write_bytes(database(tmp_path))
    with pytest.raises(UploadRefused, match="an SQLite database"):
        converted(tmp_path / "a.xls")


@pytest.mark.parametrize(
    "header", ["ARROW1,PAR1,BZh", "PAR1,ARROW1", "[id],[name]", "<id>,<name>", "MIME,version", "{id},x", "GIF89a,b"]
)
def test_a_header_that_looks_like_something_else_is_text(tmp_path, header):
    (tmp_path / "a.csv").write_text(f"{header}\n1,2\n")
    assert checked_format(tmp_path / "a.csv", "a.csv").form == "csv"


def test_text_with_a_nul_byte_is_left_to_the_reader_of_text_to_which_it_is_a_fault_of_its_cell(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"product_id,department\n1,To\0ys\n")
    [sheet] = converted(tmp_path / "a.csv")
    assert sheet.marked == ("department",)


@pytest.mark.parametrize("rename", [str.upper, lambda name: name.replace("/", "\\"), lambda name: "/" + name])
def test_members_of_a_workbook_may_be_named_in_other_ways(tmp_path, rename):
    workbook(tmp_path / "plain.xlsx", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "other.xls", "w") as other:
        for name in plain.namelist():
            other.writestr(rename(name), plain.read(name))
    assert checked_format(tmp_path / "other.xls", "other.xls").form == "xlsx"


def test_a_workbook_whose_parts_lie_elsewhere_is_known_by_its_content_types(tmp_path):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = f'<Types><Override PartName="/book.xml" ContentType="{kind}"/></Types>'
    (tmp_path / "a.xlsx").write_bytes(zipped(**{"[Content_Types].xml": types, "book.xml": "<workbook/>"}))
    assert checked_format(tmp_path / "a.xlsx", "a.xlsx").form == "xlsx"


@pytest.mark.parametrize("write", [xls, xlsb, ods])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_workbook_cut_short_is_refused(tmp_path, write, share):
    path = tmp_path / f"products.{write.__name__}"
    write(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UploadRefused, match="damaged"):
        converted(path)


def test_a_damaged_sheet_refuses_the_workbook(tmp_path):
    good = workbook(tmp_path / "good.xlsx", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        for entry in source.namelist():
            data = source.read(entry)
            target.writestr(entry, data[: len(data) * 2 // 3] if "worksheets/" in entry else data)
    with pytest.raises(UploadRefused, match="damaged"):
        converted(tmp_path / "bad.xlsx")
