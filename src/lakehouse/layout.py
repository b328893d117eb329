"""Every key in the lake, in one place. Keys use '/', never start with it, and are relative to the lake's root.

uploads/                                    what people send; an upload leaves when all of it is loaded
lakehouse/incoming/                         the same, of those who run `lakectl ingest`: no event announces it
lakehouse/raw/DATASET/                      one normalised CSV per sheet, until it is loaded
lakehouse/conversions/SHA256.json           what became of an upload: its sheets, their CSVs, what was refused
                                            (SHA256-SETTINGS.json where a call said how to read it)
lakehouse/processed/DATASET/                the Delta table of a dataset
lakehouse/rejected/rejected_records/        the Delta table of refused rows, of all datasets
lakehouse/archived/                         uploads and CSVs that are loaded
lakehouse/markers/DATASET/ID.json           what has been loaded, by content
lakehouse/locks/NAME.json                   who may write now
lakehouse/places.json                       the place of each upload in the order of delivery
lakehouse/executions/EXECUTION/             what an execution was asked, did and counted
lakehouse/catalog/TABLE.json                the local stand-in for the Glue Data Catalog
"""

from __future__ import annotations

import hashlib
import re

DATABASE = "ecom_catalog"
REJECTS_TABLE = "rejected_records"

UPLOADS = "uploads/"
INCOMING = "lakehouse/incoming/"
RAW = "lakehouse/raw/"
CONVERSIONS = "lakehouse/conversions/"
PROCESSED = "lakehouse/processed/"
REJECTED = "lakehouse/rejected/"
ARCHIVED = "lakehouse/archived/"
MARKERS = "lakehouse/markers/"
LOCKS = "lakehouse/locks/"
EXECUTIONS = "lakehouse/executions/"
PLACES = "lakehouse/places.json"
CATALOG = "lakehouse/catalog/"


def table(name: str) -> str:
    """The folder of a Delta table, without a slash at its end."""
    return f"{REJECTED}{name}" if name == REJECTS_TABLE else f"{PROCESSED}{name}"


def slug(text: str, length: int = 40) -> str:
    """The text as a person recognises it, in characters that every file system and URL takes.

    Not unique: whoever builds a key adds a hash.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:length] or "x"


# What some file system, S3 or a terminal takes ill in a name. Lone surrogates are bytes that are no UTF-8.
_TROUBLE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\/:*?"<>|]|[ .]$|^ ')
_LONGEST_NAME, _LONGEST_PATH = 200, 700  # bytes: file systems take 255, and S3 takes 1,024 of a whole key
_SHORTENED = 40  # characters, of at most four bytes
_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


def readable(name: str) -> str:
    """A file's name as text that can be printed and stored anywhere: bytes of it that are no UTF-8 are replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


def file_name(name: str) -> str:
    """A name as the last part of a key: itself where every file system takes it, else a short safe one with a hash."""
    if not _TROUBLE.search(name) and _bytes(name) <= _LONGEST_NAME:
        return name
    found = _SUFFIXES.search(name)
    suffix = found.group() if found else ""
    stem = _TROUBLE.sub("-", name.removesuffix(suffix))[:_SHORTENED]
    return f"{stem}.{_digest(name)}{suffix}"


def archived_upload(source_file: str) -> str:
    """Key of an upload in the archive: a folder for each delivery, and in it what the sender called the file."""
    delivery, _, name = source_file.partition("/")
    path = "/".join(map(file_name, name.split("/")))
    if _bytes(path) > _LONGEST_PATH:
        path = f"{_digest(path)}/{file_name(path.rpartition('/')[2])}"
    return f"{ARCHIVED}uploads/{delivery}/{path}"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def raw_csv(dataset: str, upload_name: str, sheet: str, identity: str) -> str:
    """Key of a sheet's normalised CSV; `identity` (hex) keeps names apart that differ only in case or punctuation."""
    stem = slug(upload_name.rpartition(".")[0] or upload_name)
    middle = f".{slug(sheet)}" if sheet else ""
    return f"{RAW}{dataset}/{stem}{middle}.{identity[:16]}.csv"


def conversion(sha256: str, settings: str = "") -> str:
    """Key of the record of what became of the upload with this content, read with these settings of a call (a hash)."""
    return f"{CONVERSIONS}{sha256}{settings and '-'}{settings}.json"


def execution(name: str, what: str) -> str:
    """Key of something an execution left behind, such as `history.jsonl` or `orders.result.json`."""
    return f"{EXECUTIONS}{name}/{what}"
