"""Workbooks with a password: Excel's own opens by itself, any other is named as the reason."""

from __future__ import annotations

import hashlib
import struct
import sys
import zipfile
from pathlib import Path

import msoffcrypto
import olefile
import pytest
import xlwt
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from msoffcrypto.method.rc4 import _makekey
from tests.unit.convert.helpers import PRODUCT_HEADER, converted, rows, workbook

from lakehouse.convert import grids, passwords
from lakehouse.errors import PackageMissing, UploadRefused

DEFAULT = "VelvetSweatshop"
RC4_BLOCK = 1024
PLAIN = (0x809, 0x2F)  # records that are never encrypted


def encrypted(path, password):
    plain = workbook(path.with_suffix(".plain"), {"s": [PRODUCT_HEADER, [1, "Toys", "x"]]})
    with plain.open("rb") as file, path.open("wb") as into:
        msoffcrypto.OfficeFile(file).encrypt(password, into)
    return path


def encrypted_xls(path, password):
    """[MS-XLS] 2.2.10: the stream is encrypted in blocks, the headers of records and what BOF holds are not."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    for number, cells in enumerate([PRODUCT_HEADER, [1, "Toys", "x"]]):
        for column, value in enumerate(cells):
            sheet.write(number, column, value)
    book.save(str(path))
    with olefile.OleFileIO(path) as ole:
        size = ole.get_size("Workbook")
        stream = rc4(ole.openstream("Workbook").read().rstrip(b"\0") + bytes(3), password)  # EOF, and no padding
    padding = size - len(stream) - 4
    with olefile.OleFileIO(path, write_mode=True) as ole:
        ole.write_stream("Workbook", stream + struct.pack("<HH", 0, padding) + bytes(padding))
    return path


def rc4(stream, password):
    salt, verifier = bytes(range(16)), bytes(16)
    key = cipher(password, salt, 0)
    checked = key.update(verifier) + key.update(md5(verifier))
    file_pass = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + salt + checked
    blocks = {}
    out, place = b"", 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        data = stream[place + 4 : place + 4 + length]
        if kind == 0x85:
            data = struct.pack("<I", struct.unpack_from("<I", data)[0] + len(file_pass)) + data[4:]
        clear = length if kind in PLAIN else 4 if kind == 0x85 else 0
        start = len(out) + 4
        secret = bytes(b ^ mask(blocks, password, salt, start + i) for i, b in enumerate(data))
        out += stream[place : place + 4] + data[:clear] + secret[clear:]
        if kind == 0x809 and place == 0:
            out += file_pass
        place += 4 + length
    return out


def mask(blocks, password, salt, place):
    block = place // RC4_BLOCK
    if block not in blocks:
        blocks[block] = cipher(password, salt, block).update(bytes(RC4_BLOCK))
    return blocks[block][place % RC4_BLOCK]


def cipher(password, salt, block):
    return Cipher(ARC4(_makekey(password, salt, block)), mode=None).encryptor()


def md5(data):
    return hashlib.md5(data).digest()


@pytest.mark.parametrize(("write", "suffix"), [(encrypted, "xlsx"), (encrypted_xls, "xls")])
def test_excels_own_password_opens_by_itself_with_a_note(tmp_path, write, suffix):
    path = write(tmp_path / f"velvet.{suffix}", DEFAULT)
    assert rows(converted(path)[0])[0]["department"] == "Toys"
    [grid] = grids(path, path.name, {})
    assert [note.kind for note in grid.notes] == ["password"]


def test_a_workbook_with_a_password_and_another_name_has_both_notes(tmp_path):
    path = encrypted(tmp_path / "velvet.xls", DEFAULT)
    [grid] = grids(path, path.name, {})
    assert [note.kind for note in grid.notes] == ["password", "format"]


@pytest.mark.parametrize(("write", "suffix"), [(encrypted, "xlsx"), (encrypted_xls, "xls")])
def test_any_other_password_is_the_reason(tmp_path, write, suffix):
    path = write(tmp_path / f"secret.{suffix}", "correct horse")
    with pytest.raises(UploadRefused, match=r"^protected by a password$") as caught:
        converted(path)
    assert caught.value.hint == "remove the password and send it again"


def test_an_encrypted_ods_or_zip_is_told_apart(tmp_path):
    with zipfile.ZipFile(tmp_path / "secret.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest><file-entry><encryption-data/></file-entry></manifest>")
        archive.writestr("content.xml", b"\x8f\x12")
    data = (tmp_path / "secret.ods").read_bytes()
    assert data.count(b"PK\x01\x02") == 3
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    flagged = bytearray((tmp_path / "plain.zip").read_bytes())
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "secret.xlsx").write_bytes(flagged)
    for name in ("secret.ods", "secret.xlsx"):
        with pytest.raises(UploadRefused, match=r"^protected by a password$"):
            converted(tmp_path / name)


def test_an_encrypted_workbook_that_is_damaged_is_refused(tmp_path):
    path = encrypted(tmp_path / "velvet.xlsx", DEFAULT)
    data = path.read_bytes()
    at = data.index(b"saltSize")
    path.write_bytes(data[:at] + b"saltless" + data[at + 8 :].replace(b"spinCount=", b"spinCounx="))
    with pytest.raises(UploadRefused, match="damaged"):
        converted(path)


def test_nothing_is_left_of_the_copy(tmp_path):
    with passwords.opened(encrypted(tmp_path / "velvet.xlsx", DEFAULT)) as plain:
        assert zipfile.is_zipfile(plain)
    assert not Path(plain).exists()


def test_where_the_library_is_missing_it_is_no_fault_of_the_file(tmp_path, monkeypatch):
    path = encrypted(tmp_path / "a.xlsx", DEFAULT)
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)  # how Python remembers that there is none
    with pytest.raises(PackageMissing, match="no library here opens an encrypted workbook"):
        list(grids(path, path.name, {}))
