"""Every key in the lake, in one place. Keys use '/', never start with it, and are relative to the lake's root.

uploads/                                    what people send; an upload leaves when all of it is loaded
lakehouse/incoming/                         the same, of those who run `lakectl ingest`: no event announces it
lakehouse/raw/DATASET/                      one normalised CSV per sheet, until it is loaded
lakehouse/conversions/SHA256.json           what became of an upload: its sheets, their CSVs, what was refused
lakehouse/processed/DATASET/                the Delta table of a dataset
lakehouse/rejected/rejected_records/        the Delta table of refused rows, of all datasets
lakehouse/archived/                         uploads and CSVs that are loaded
lakehouse/markers/DATASET/ID.json           what has been loaded, by content
lakehouse/locks/NAME.json                   who may write now
lakehouse/executions/EXECUTION/             what an execution was asked, did and counted
lakehouse/catalog/TABLE.json                the local stand-in for the Glue Data Catalog
"""

from __future__ import annotations

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
CATALOG = "lakehouse/catalog/"


def table(name: str) -> str:
    """The folder of a Delta table, without a slash at its end."""
    return f"{REJECTED}{name}" if name == REJECTS_TABLE else f"{PROCESSED}{name}"


def slug(text: str, length: int = 40) -> str:
    """The text as a person recognises it, in characters that every file system and URL takes.

    Not unique: whoever builds a key adds a hash.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:length] or "x"


def raw_csv(dataset: str, upload_name: str, sheet: str, identity: str) -> str:
    """Key of a sheet's normalised CSV; `identity` (hex) keeps names apart that differ only in case or punctuation."""
    stem = slug(upload_name.rpartition(".")[0] or upload_name)
    middle = f".{slug(sheet)}" if sheet else ""
    return f"{RAW}{dataset}/{stem}{middle}.{identity[:16]}.csv"


def conversion(sha256: str) -> str:
    """Key of the record of what became of the upload with this content."""
    return f"{CONVERSIONS}{sha256}.json"


def execution(name: str, what: str) -> str:
    """Key of something an execution left behind, such as `history.jsonl` or `orders.result.json`."""
    return f"{EXECUTIONS}{name}/{what}"
