"""What kind of file an upload is: what its name says, and what its content is (`signatures`).

Where they disagree, the content counts: a file that can be read for certain is read as what it is, with a note; any
other is refused as what it is, since readers fail on a wrong file with words that help nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lakehouse.convert.model import Note
from lakehouse.convert.signatures import ENCRYPTED, SAVE_AGAIN, TEXT, UNKNOWN, Kind, kind_of
from lakehouse.errors import UploadRefused

__all__ = ["FORMATS", "SAVE_AGAIN", "Format", "checked_format"]

# By suffix. Longer suffixes first: the first that fits decides.
FORMATS = {
    ".csv.gz": "csv.gz",
    ".tsv.gz": "csv.gz",
    ".txt.gz": "csv.gz",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsb",
    ".xls": "xls",
    ".ods": "ods",
    ".fods": "ods",
}


@dataclass(frozen=True)
class Format:
    """`form` is a value of FORMATS, or ENCRYPTED."""

    form: str
    notes: tuple[Note, ...] = ()


def checked_format(path: Path, name: str) -> Format:
    """What the file is to be read as. Raises UploadRefused for a name or a content that no reader is for."""
    suffix = next((suffix for suffix in FORMATS if name.lower().endswith(suffix)), "")
    if not path.stat().st_size:
        raise UploadRefused("the file is empty (0 bytes)", "send it again")
    kind = kind_of(path)
    if not suffix:
        raise _unknown(kind)
    declared = FORMATS[suffix]
    if kind is UNKNOWN and declared == "csv":
        kind = TEXT  # whoever reads it names the line with the byte that is no text
    # Text without anything that separates cells is a table only where the name says so.
    if not kind.form or (kind is TEXT and not declared.startswith("csv")):
        raise UploadRefused(f"the file holds {kind.words}", kind.hint or SAVE_AGAIN)
    if kind.form in (declared, ENCRYPTED):
        return Format(kind.form)
    return Format(kind.form, (Note("format", f"the name ends with {suffix}, but the file holds {kind.words}"),))


def _unknown(kind: Kind) -> UploadRefused:
    what = "" if kind.form.startswith("csv") or kind is UNKNOWN else f"; it holds {kind.words}"
    known = f"known are {', '.join(FORMATS)}"
    return UploadRefused(f"unknown kind of file{what}", f"{kind.hint}; {known}" if kind.hint else known)
