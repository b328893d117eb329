"""What kind of file an upload is: what its name says, and whether its first bytes agree.

Readers fail on a wrong file with words that help nobody, so the usual mishaps are told apart here first.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from lakehouse.errors import UploadRefused

# By suffix. Longer suffixes first: the first that fits decides.
FORMATS = {
    ".csv.gz": "csv.gz",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsb",
    ".xls": "xls",
    ".ods": "ods",
}
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"
_INSIDE_ZIP = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
SAVE_AGAIN = "open it in the program that made it, save it again as .xlsx, and send that"


def checked_format(path: Path, name: str) -> str:
    """The format that the name gives, a value of FORMATS. Raises UploadRefused if the content contradicts it."""
    declared = next((form for suffix, form in FORMATS.items() if name.lower().endswith(suffix)), "")
    if not declared:
        raise UploadRefused(f"{name}: unknown kind of file", f"known are {', '.join(FORMATS)}")
    if not path.stat().st_size:
        raise UploadRefused(f"{name}: the file is empty (0 bytes)", "send it again")
    actual = _actual_format(path, name)
    if actual == "protected":
        raise UploadRefused(f"{name}: protected by a password", "remove the password and send it again")
    if actual != declared:
        raise UploadRefused(f"{name}: holds {_KINDS[actual]}, whatever its name says", f"rename it, or {SAVE_AGAIN}")
    return declared


_KINDS = {
    "csv": "text",
    "csv.gz": "a gzip file",
    "xlsx": "an .xlsx workbook",
    "xlsb": "an .xlsb workbook",
    "xls": "an old .xls workbook",
    "ods": "an .ods workbook",
    "zip": "a ZIP archive that is no workbook",
}


def _actual_format(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_ZIP):
        return _inside_zip(path, name)
    if head == _OLE:
        # A password turns an .xlsx into an OLE file with a stream of this name.
        return "protected" if "EncryptedPackage".encode("utf-16-le") in path.read_bytes() else "xls"
    return "csv.gz" if head.startswith(_GZIP) else "csv"


def _inside_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = {entry.lower() for entry in archive.namelist()}
    except zipfile.BadZipFile:
        raise UploadRefused(f"{name}: the file is damaged or cut short", "send it again") from None
    return next((form for entry, form in _INSIDE_ZIP.items() if entry in inside), "zip")
