"""What a file is by its content: its first bytes, its first characters, or what its container holds.

The answer is a `Kind`: a form that a reader exists for, or the words for one that has none, and what to do with it.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import olefile

from lakehouse.errors import UploadRefused

SAVE_AGAIN = "open it in the program that made it, save it again as .xlsx, and send that"
IN_EXCEL = "open it in Excel, save it again as .xlsx, and send that"
UNPACK = "unpack it and send the files that are in it"
EXPORT = "export the data as .csv or .xlsx and send that"
# The form of a workbook that a password protects, perhaps Excel's own.
ENCRYPTED = "encrypted"

_HEAD = 8192  # bytes
_ZIP, _OLE, _GZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"


@dataclass(frozen=True)
class Kind:
    """`form` is "" where no reader reads it; then `hint` says what to do."""

    words: str
    form: str = ""
    hint: str = ""


TEXT = Kind("plain text", "csv")
# By what separates the cells of the first line.
SEPARATED = {
    "\t": Kind("tab-separated text", "csv"),
    ",": Kind("comma-separated text", "csv"),
    ";": Kind("semicolon-separated text", "csv"),
    "|": Kind("text separated by |", "csv"),
}
PACKED_TEXT = Kind("text packed with gzip", "csv.gz")
XLSX, XLSB = Kind("an .xlsx workbook", "xlsx"), Kind("an .xlsb workbook", "xlsb")
XLS, ODS = Kind("an .xls workbook", "xls"), Kind("an .ods workbook", "ods")
FODS = Kind("a flat .fods workbook", "ods")
PROTECTED = Kind("a workbook with a password", ENCRYPTED)
UNKNOWN = Kind("neither a workbook nor text", "", SAVE_AGAIN)

# By the first bytes, of what is not text: a header may be ARROW1,ARROW2.
_MAGIC = {
    b"7z\xbc\xaf\x27\x1c": Kind("a 7z archive", "", UNPACK),
    b"Rar!\x1a\x07": Kind("a RAR archive", "", UNPACK),
    b"\x28\xb5\x2f\xfd": Kind("a file packed with zstd", "", UNPACK),
    b"\xfd7zXZ\x00": Kind("a file packed with xz", "", UNPACK),
    b"BZh": Kind("a file packed with bzip2", "", UNPACK),
    b"PAR1": Kind("a Parquet file", "", EXPORT),
    b"Obj\x01": Kind("an Avro file", "", EXPORT),
    b"ARROW1": Kind("an Arrow file", "", EXPORT),
    b"SQLite format 3\x00": Kind("an SQLite database", "", EXPORT),
    b"\x00\x01\x00\x00Standard ": Kind("an Access database", "", EXPORT),
    b"\x89PNG": Kind("a picture", "", EXPORT),
    b"\xff\xd8\xff": Kind("a picture", "", EXPORT),
    b"GIF8": Kind("a picture", "", EXPORT),
    b"\x09\x00\x04\x00": Kind("a workbook of Excel 2", "", SAVE_AGAIN),
    b"\x09\x02\x06\x00": Kind("a workbook of Excel 3", "", SAVE_AGAIN),
    b"\x09\x04\x06\x00": Kind("a workbook of Excel 4", "", SAVE_AGAIN),
    # The stream of a workbook without the OLE file around it, as some programs write it.
    b"\x09\x08\x08\x00\x00\x05": XLS,
    b"\x09\x08\x10\x00\x00\x06": XLS,
}
_TAR = Kind("a tar archive", "", UNPACK)
_PACKED_TAR = Kind("a tar archive packed with gzip", "", UNPACK)

# By the first characters, in lower case and without the space before them. The first that fits decides.
_MARKUP = (
    (r"%pdf-", Kind("a PDF document", "", EXPORT)),
    (r"\{\\rtf", Kind("a text document (RTF)", "", EXPORT)),
    (r"mime-version:|(?s:.{0,500})\ncontent-type: multipart/related", Kind("a web page (MHTML)", "", IN_EXCEL)),
    (
        r"(<\?xml[^>]*>\s*)?(<!--(?s:.*?)-->\s*)*<(!doctype\s+html|html|head|meta|body|style|table|div)\b",
        Kind("an HTML page", "", "open it in a browser: it may say why there is no file; then send the file itself"),
    ),
    (r"<(?s:.*)urn:schemas-microsoft-com:office:spreadsheet\b", Kind("an XML Spreadsheet 2003", "", IN_EXCEL)),
    (r"<(?s:.*)vnd\.oasis\.opendocument\.spreadsheet", FODS),
    (r"<\?xml|<[a-z][\w:.-]*(\s[^<>]*)?(/>|>\s*<)", Kind("an XML file", "", EXPORT)),
    (r'\{\s*("|\}|$)|\[\s*([\[{"\]]|-?\d|$)', Kind("a JSON file", "", EXPORT)),
)
_HTML_TABLE = Kind("an HTML table", "", IN_EXCEL)


def kind_of(path: Path) -> Kind:
    """What the file holds. Raises UploadRefused for a container that is damaged."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return _inside_zip(path)
    if head.startswith(_OLE):
        return _inside_ole(path)
    if head.startswith(_GZIP):
        return _inside_gzip(path)
    return _plain(head)


def _plain(head: bytes) -> Kind:
    text = _decoded(head)
    is_binary = any(char < " " and char not in "\t\n\v\f\r\x1a\x1b" for char in text)
    if is_binary and _is_tar(head):
        return _TAR
    if is_binary and (found := next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)):
        return found
    return _markup(text) or (UNKNOWN if is_binary else _text(text))


def _markup(text: str) -> Kind | None:
    start = text.lstrip("\ufeff \t\r\n").lower()
    found = next((kind for pattern, kind in _MARKUP if re.match(pattern, start)), None)
    return _HTML_TABLE if found and found.words == "an HTML page" and "<table" in start else found


def _text(text: str) -> Kind:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(SEPARATED, key=first.count)
    return SEPARATED[delimiter] if delimiter in first else TEXT


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _decoded(head: bytes) -> str:
    """Enough to tell what it is: whether it is damaged, and in which encoding it is, is seen when it is read."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if b"\0" in head:
        # Of UTF-16 without a mark, every other byte is NUL as long as it is mostly Latin.
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > 0.7 * len(zeros):
                return head.decode(encoding, "replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _inside_gzip(path: Path) -> Kind:
    try:
        with gzip.open(path) as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        return PACKED_TEXT  # whoever reads it says how it is damaged
    if _is_tar(head):
        return _PACKED_TAR
    if head.startswith((*_ZIP, _OLE, _GZIP)):
        return Kind("a workbook or an archive packed with gzip", "", UNPACK)
    inside = _plain(head)
    return (
        PACKED_TEXT
        if inside in (TEXT, UNKNOWN, *SEPARATED.values())
        else Kind(f"{inside.words}, packed with gzip", "", inside.hint)
    )


# Members of a ZIP archive that tell what it is, as `plain_member` writes them.
_MEMBERS = {
    "xl/workbook.xml": XLSX,
    "xl/workbook.bin": XLSB,
    "index/document.iwa": Kind("a workbook of Apple Numbers (or a document of Pages or Keynote)", "", SAVE_AGAIN),
    "index.zip": Kind("a workbook of Apple Numbers (or a document of Pages or Keynote)", "", SAVE_AGAIN),
    "word/document.xml": Kind("a Word document", "", EXPORT),
    "ppt/presentation.xml": Kind("a PowerPoint presentation", "", EXPORT),
}
# Where the main part lies elsewhere, its content type tells ([ECMA-376] part 2, 10.1.2).
_CONTENT_TYPES = {
    "spreadsheetml.sheet.main+xml": XLSX,
    "spreadsheetml.template.main+xml": XLSX,
    "ms-excel.sheet.macroenabled.main+xml": XLSX,
    "ms-excel.template.macroenabled.main+xml": XLSX,
    "ms-excel.sheet.binary.macroenabled.main": XLSB,
}


def plain_member(name: str) -> str:
    """A member's name without the liberties that writers take: backslashes, a slash at the start, other case."""
    return name.replace("\\", "/").lstrip("/").lower()


def _inside_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            return _archive(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UploadRefused(f"the file is damaged or cut short ({error})", "send it again") from error


def _archive(archive: zipfile.ZipFile) -> Kind:
    members = {plain_member(entry.filename): entry for entry in archive.infolist()}
    if any(entry.flag_bits & 1 for entry in members.values()):
        return PROTECTED
    found = next((kind for name, kind in _MEMBERS.items() if name in members), None)
    if found:
        return found
    if "content.xml" in members:
        return _open_document(archive, members)
    types = members.get("[content_types].xml")
    text = archive.read(types).decode("utf-8", "replace").lower() if types else ""
    return next((kind for mark, kind in _CONTENT_TYPES.items() if mark in text), None) or _no_workbook(members)


def _open_document(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Kind:
    manifest = archive.read(members["meta-inf/manifest.xml"]) if "meta-inf/manifest.xml" in members else b""
    if b"encryption-data" in manifest:  # OpenDocument 1.3, part 2, 4.4
        return PROTECTED
    mimetype = archive.read(members["mimetype"]) if "mimetype" in members else manifest
    if b"opendocument." in mimetype and b"opendocument.spreadsheet" not in mimetype:
        return Kind("an OpenDocument file that is no spreadsheet", "", EXPORT)
    return ODS


def _no_workbook(members: Iterable[str]) -> Kind:
    names = [name for name in members if not name.endswith("/")]
    told = f" ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})" if names else ""
    return Kind(f"a ZIP archive that is no workbook{told}", "", UNPACK)


# Streams of an OLE file ([MS-CFB]) that tell what it is.
_STREAMS = {
    "EncryptedPackage": PROTECTED,  # [MS-OFFCRYPTO] 2.3.4.4
    "Workbook": XLS,  # [MS-XLS] 2.1.2
    "Book": XLS,  # Excel 5 and 95
    "WordDocument": Kind("a Word document", "", EXPORT),
    "PowerPoint Document": Kind("a PowerPoint presentation", "", EXPORT),
    "__properties_version1.0": Kind("a mail of Outlook", "", "send the file that is attached to it"),
}
_FILE_PASS, _LEADING = 0x2F, 4  # [MS-XLS] 2.1.7.20.3: FilePass comes right after BOF and WriteProtect


def _inside_ole(path: Path) -> Kind:
    try:
        with olefile.OleFileIO(path) as ole:
            found = next((kind for name, kind in _STREAMS.items() if ole.exists(name)), None)
            if found is XLS and _has_file_pass(ole):
                return PROTECTED
    except (OSError, IndexError, ValueError, OverflowError) as error:  # what olefile raises for damage
        raise UploadRefused(f"the file is damaged or cut short ({error})", "send it again") from error
    return found or Kind("a damaged workbook, or no workbook (an OLE file)", "", SAVE_AGAIN)


def _has_file_pass(ole: olefile.OleFileIO) -> bool:
    stream = ole.openstream("Workbook" if ole.exists("Workbook") else "Book")
    for _ in range(_LEADING):
        header = stream.read(4)
        if len(header) < 4:
            return False
        if int.from_bytes(header[:2], "little") == _FILE_PASS:
            return True
        stream.read(int.from_bytes(header[2:], "little"))
    return False
