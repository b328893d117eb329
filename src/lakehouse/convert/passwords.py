"""Workbooks with a password.

Excel encrypts a workbook whose structure is protected, even where nobody set a password to open it, with one that it
knows by heart, and opens it again without a question. So do we. Any other password is for the sender to remove.
(The protection of sheets and of a workbook's structure as such is no encryption: it does not matter to a reader.)
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers.expat import ExpatError

from lakehouse.convert.model import Note
from lakehouse.errors import PackageMissing, UploadRefused

_DEFAULT = "VelvetSweatshop"
_ELSEWHERE = "On AWS the Glue job has it, and takes over; elsewhere: pip install msoffcrypto-tool."
NOTE = Note("password", "the workbook was encrypted with Excel's default password, which opens by itself")


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """A copy of an encrypted workbook that is not, as long as it is needed.

    Raises UploadRefused for a workbook with a password of its own, or with an encryption that is none of Excel's.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "workbook")
        with path.open("rb") as encrypted, plain.open("wb") as into:
            _decrypt(encrypted, into)
        yield plain


def _decrypt(encrypted: IO[bytes], into: IO[bytes]) -> None:
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, FileFormatError
    except ImportError as error:
        raise PackageMissing(f"no library here opens an encrypted workbook ({error})", _ELSEWHERE) from error

    try:
        workbook = msoffcrypto.OfficeFile(encrypted)
        workbook.load_key(password=_DEFAULT, **({"verify_password": True} if workbook.format == "ooxml" else {}))
        workbook.decrypt(into)
    except (DecryptionError, FileFormatError):
        raise _protected() from None
    except (
        OSError,
        EOFError,
        ValueError,
        ArithmeticError,
        LookupError,
        AssertionError,
        struct.error,
        ExpatError,
    ) as error:
        raise UploadRefused(f"the encrypted workbook is damaged ({error})", "send it again") from error


def _protected() -> UploadRefused:
    return UploadRefused("protected by a password", "remove the password and send it again")
