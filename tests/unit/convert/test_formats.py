"""Other formats than .xlsx, and files that are not what they seem."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile

import odf.opendocument
import odf.table
import odf.text
import pytest
import xlwt
from pyxlsbwriter import XlsbWriter
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows, workbook

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
    assert all((sheet.status, sheet.reason) == ("ignored", "the sheet is hidden") for sheet in sheets[1:])


def test_suffixes_are_read_in_any_case(tmp_path):
    path = workbook(tmp_path / "PRODUCTS.XLSX", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    assert converted(path)[0].rows == 1


def test_the_name_of_the_upload_counts_not_that_of_the_local_file(tmp_path):
    path = workbook(tmp_path / "download.tmp", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    assert converted(path, "products.xlsx")[0].rows == 1


@pytest.mark.parametrize("name", ["products.pdf", "products", "products.xlsx.zip"])
def test_an_unknown_kind_of_file_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UploadRefused, match="unknown kind of file") as caught:
        converted(tmp_path / name)
    assert ".csv.gz, .csv, .xlsx" in caught.value.hint


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.xlsb", "a.csv", "a.csv.gz"])
def test_a_file_of_no_bytes_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UploadRefused, match=r"the file is empty \(0 bytes\)"):
        converted(tmp_path / name)


@pytest.mark.parametrize(
    ("write", "wrong", "kind"),
    [(xls, "xlsx", "an old .xls"), (ods, "xlsx", "an .ods"), (xlsb, "xlsx", "an .xlsb"), (ods, "csv", "an .ods")],
)
def test_a_wrong_suffix_is_told_apart(tmp_path, write, wrong, kind):
    path = tmp_path / f"products.{wrong}"
    write(path)
    with pytest.raises(UploadRefused, match=f"products.{wrong}: holds {kind} workbook"):
        converted(path)


@pytest.mark.parametrize("name", ["page.xls", "page.xlsx", "page.csv.gz"])
def test_text_under_the_name_of_something_else_is_refused(tmp_path, name):
    (tmp_path / name).write_text("<html><table><tr><td>product_id</td></tr></table></html>")
    with pytest.raises(UploadRefused, match="holds text"):
        converted(tmp_path / name)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UploadRefused, match="a ZIP archive that is no workbook"):
        converted(tmp_path / "a.xlsx")


@pytest.mark.parametrize("write", [xls, xlsb, ods])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_workbook_cut_short_is_refused(tmp_path, write, share):
    path = tmp_path / f"products.{write.__name__}"
    write(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UploadRefused, match=r"products\.\w+: .*damaged"):
        converted(path)


def test_a_damaged_sheet_refuses_the_workbook(tmp_path):
    good = workbook(tmp_path / "good.xlsx", {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        for entry in source.namelist():
            data = source.read(entry)
            target.writestr(entry, data[: len(data) * 2 // 3] if "worksheets/" in entry else data)
    with pytest.raises(UploadRefused, match="damaged"):
        converted(tmp_path / "bad.xlsx")


def test_a_password_is_named_as_the_reason(tmp_path):
    # An encrypted workbook is an OLE file whose directory names this stream; nothing else of it can be read.
    path = tmp_path / "secret.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UploadRefused, match="protected by a password") as caught:
        converted(path)
    assert caught.value.hint == "remove the password and send it again"
    shutil.copy(path, tmp_path / "secret.xls")
    with pytest.raises(UploadRefused, match="protected by a password"):
        converted(tmp_path / "secret.xls")
