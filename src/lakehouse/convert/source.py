"""A delimited file as bytes and as text, gzipped or not; what is wrong with the compression is said in words."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from lakehouse.errors import UploadRefused

CHUNK = 1 << 20
SEND_AGAIN = "send it again"
_TAR = slice(257, 262)  # where "ustar" stands in a tar archive: POSIX.1-2017, pax, "ustar Interchange Format"


@dataclass(frozen=True)
class Source:
    """An upload: its file, the name it was sent under, and its form (`csv` or `csv.gz`)."""

    path: Path
    name: str
    form: str

    def open(self) -> IO[bytes]:
        """Its bytes, unpacked. Several gzip members are one file, and zeros behind the last one are nothing."""
        return cast(IO[bytes], gzip.open(self.path, "rb")) if self.form == "csv.gz" else self.path.open("rb")

    def text(self, encoding: str) -> IO[str]:
        """Its text, line ends as they are. Raises UnicodeDecodeError while it is read."""
        return io.TextIOWrapper(self.open(), encoding=encoding, newline="")

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, a megabyte at a time."""
        with self.open() as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def head(self, size: int) -> bytes:
        """Its first bytes. Raises UploadRefused for a tar archive."""
        with self.open() as file:
            data = file.read(max(size, _TAR.stop))
        if data[_TAR] == b"ustar":
            raise self.refused("holds a tar archive", "unpack it and send the files that are in it")
        return data[:size]

    def refused(self, what: str, hint: str = SEND_AGAIN) -> UploadRefused:
        """The refusal of this upload."""
        return UploadRefused(f"{self.name}: {what}", hint)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turns what gzip raises into a refusal."""
        try:
            yield
        except gzip.BadGzipFile as error:
            # Its first bytes are those of gzip, or it would not be of this form.
            if "Not a gzipped file" in str(error):
                raise self.refused("the gzip file is damaged: bytes that are not gzip follow its data") from error
            raise self.refused(f"the gzip file is damaged ({error})") from error
        except EOFError as error:
            raise self.refused("the gzip file is cut short") from error
        except zlib.error as error:
            raise self.refused(f"the gzip file is damaged ({error})") from error
