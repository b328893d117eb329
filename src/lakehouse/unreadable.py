"""Files that a file system does not give: that is the fault of an upload. All else is wrong with the machine."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from lakehouse.errors import ObjectMissing, UploadRefused

_UNREADABLE = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EIO, errno.EISDIR,
               errno.ELOOP, errno.ENOENT}  # fmt: skip


@contextlib.contextmanager
def reading_file(name: str) -> Iterator[None]:
    """A block in which a file is read; that it cannot be read is the upload's fault. Raises UploadRefused."""
    try:
        yield
    except ObjectMissing:
        raise UploadRefused(f"{name}: it was taken away before it was read", "send it again") from None
    except OSError as error:
        if error.errno not in _UNREADABLE:
            raise
        raise UploadRefused(f"{name}: it cannot be read ({error.strerror})", "make it readable, or move it") from None
