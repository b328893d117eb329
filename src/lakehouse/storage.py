"""Where the lake's objects are: a directory here, S3 in `lakehouse.s3`, behind one small port.

Both keep the promises that everything else rests on: a write is whole or absent, `create` has exactly one winner, a
listing shows what was written before it, and what is written stays written, also when the power goes: in a directory,
content reaches the disk before its name does, and the name before anybody is told (fsync of file and folder, as SQLite
does it, https://www.sqlite.org/atomiccommit.html). This file, like all that the archive job imports, stays Python 3.9
clean.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lakehouse.aws import Clients, client
from lakehouse.errors import LakehouseError, ObjectMissing

_NAME = 40  # characters of a name, in another one that is made of it and must not be too long for the file system


@dataclass(frozen=True)
class Entry:
    """One object: its key, size in bytes, and the UTC instant at which it was last written."""

    key: str
    size: int
    modified: dt.datetime


class Storage(Protocol):
    """The objects of one lake. Keys are those of `lakehouse.layout`."""

    @property
    def root(self) -> str:
        """An absolute directory, or `s3://bucket`; without a slash at its end."""

    @property
    def may_lose(self) -> bool:
        """Whether a power cut can take away what was written."""

    def uri(self, key: str) -> str:
        """What an engine or a person opens: an absolute path or an `s3://` URI."""

    def list(self, prefix: str) -> Iterator[Entry]:
        """All objects whose key starts with the prefix, in the order of their keys, however many."""

    def exists(self, key: str) -> bool:
        """Whether the object is there."""

    def read(self, key: str) -> bytes:
        """The whole object. Raises ObjectMissing."""

    def write(self, key: str, data: bytes) -> None:
        """Puts the whole object, replacing another."""

    def create(self, key: str, data: bytes) -> bool:
        """Puts the object where there is none; False, and nothing done, where there is one."""

    def replace(self, key: str, data: bytes, expected: bytes) -> bool:
        """Puts the object if its content still is the expected one; else False."""

    def delete(self, key: str) -> None:
        """Removes the object; one that is not there is no error."""

    def delete_if(self, key: str, sha256: str) -> bool:
        """Removes the object if its content still is that; False, and nothing lost, where somebody has replaced it."""

    def copy(self, source: str, target: str) -> None:
        """Copies an object within the lake. Raises ObjectMissing."""

    def upload(self, path: Path, key: str) -> None:
        """Puts a local file as an object, without holding it in memory."""

    def download(self, key: str, path: Path) -> None:
        """Brings an object into a local file. Raises ObjectMissing."""

    def sha256(self, key: str) -> str:
        """The SHA-256 of the object's content, in hex. Raises ObjectMissing."""

    def persist(self, keys: Iterable[str]) -> None:
        """Returns once these objects, which somebody else has written, outlast a power cut. Raises ObjectMissing."""


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class DirectoryStorage:
    """A lake in a directory. Safe between processes of one machine: writes are renames, `create` is a hard link.

    `sync` has what an open file or folder holds on the disk when it returns; without one the operating system writes
    when it likes, and a power cut may lose what it has not written.
    """

    def __init__(self, folder: Path, sync: Callable[[int], None] | None = os.fsync) -> None:
        self._folder = folder.absolute()
        self._fsync = sync

    @property
    def root(self) -> str:
        return str(self._folder)

    @property
    def may_lose(self) -> bool:
        return True

    def uri(self, key: str) -> str:
        return str(self._folder / key)

    def list(self, prefix: str) -> Iterator[Entry]:
        start = self._folder / prefix.rpartition("/")[0]
        found = (Path(folder, name) for folder, _, names in os.walk(start) for name in names)
        keys = sorted(path.relative_to(self._folder).as_posix() for path in found)
        for key in keys:
            if key.startswith(prefix) and not _is_unfinished(key):
                yield from self._entry(key)

    def _entry(self, key: str) -> Iterator[Entry]:
        try:
            status = (self._folder / key).stat()
        except FileNotFoundError:  # deleted between the walk and now: as if it had been deleted before
            return
        if not stat.S_ISREG(status.st_mode):  # a pipe or a socket is no object, and to read it could take for ever
            return
        yield Entry(key, status.st_size, dt.datetime.fromtimestamp(status.st_mtime, dt.timezone.utc))

    def exists(self, key: str) -> bool:
        return (self._folder / key).is_file()

    def read(self, key: str) -> bytes:
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError:
            raise self._missing(key) from None

    def write(self, key: str, data: bytes) -> None:
        self._named(self._unfinished(key, data), key)

    def create(self, key: str, data: bytes) -> bool:
        unfinished = self._unfinished(key, data)
        try:
            os.link(unfinished, self._folder / key)
        except FileExistsError:
            return False
        finally:
            unfinished.unlink()
        self._sync((self._folder / key).parent)
        return True

    def replace(self, key: str, data: bytes, expected: bytes) -> bool:
        try:
            alone = os.open((self._folder / key).parent, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            # Read, compare, write is one step to all others. The operating system gives this back when a process dies.
            fcntl.flock(alone, fcntl.LOCK_EX)
            if not self.exists(key) or self.read(key) != expected:
                return False
            self.write(key, data)
            return True
        finally:
            os.close(alone)

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)

    def delete_if(self, key: str, sha256: str) -> bool:
        # Taken aside first, so that what is compared is what is deleted, whoever writes the key meanwhile.
        path = self._folder / key
        aside = path.with_name(f".{path.name[:_NAME]}.{secrets.token_hex(4)}.aside.unfinished")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return True
        if file_sha256(aside) == sha256:
            aside.unlink()
            return True
        _put_back(aside, path)
        return False

    def copy(self, source: str, target: str) -> None:
        self.upload(self._folder / source, target)

    def upload(self, path: Path, key: str) -> None:
        unfinished = self._unfinished(key, b"")
        try:
            shutil.copyfile(path, unfinished)
        except FileNotFoundError:
            unfinished.unlink()
            raise ObjectMissing(f"{path} is not there") from None
        self._sync(unfinished)
        self._named(unfinished, key)

    def download(self, key: str, path: Path) -> None:
        try:
            shutil.copyfile(self._folder / key, path)
        except FileNotFoundError:
            raise self._missing(key) from None

    def sha256(self, key: str) -> str:
        try:
            return file_sha256(self._folder / key)
        except FileNotFoundError:
            raise self._missing(key) from None

    def persist(self, keys: Iterable[str]) -> None:
        if self._fsync is None:
            return
        files = [self._folder / key for key in keys]
        folders = {folder for file in files for folder in file.parents if self._folder in (folder, *folder.parents)}
        # Side by side, since a file system writes what several wait for in one go.
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self._sync, files))
            list(pool.map(self._sync, folders))

    def _unfinished(self, key: str, data: bytes) -> Path:
        target = self._folder / key
        self._make(target.parent)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        if data:
            self._sync(Path(name))
        return Path(name)

    def _named(self, unfinished: Path, key: str) -> None:
        unfinished.replace(self._folder / key)
        self._sync((self._folder / key).parent)

    def _make(self, folder: Path) -> None:
        """Makes a folder and those above it; the name of each new one is on disk, too."""
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            self._sync(folder.parent)

    def _sync(self, path: Path) -> None:
        """Has a file's content, or a folder's names, on the disk."""
        if self._fsync is None:
            return
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise ObjectMissing(f"{path} is not there") from None
        try:
            self._fsync(handle)
        finally:
            os.close(handle)

    def _missing(self, key: str) -> ObjectMissing:
        return ObjectMissing(f"{self.uri(key)} is not there")


def _put_back(aside: Path, path: Path) -> None:
    """Gives a file its name again, or the next free one like it where a newer file took the name meanwhile."""
    target, number = path, 1
    while True:
        try:
            os.link(aside, target)
        except FileExistsError:
            number += 1
            target = path.with_name(f"{path.stem[:_NAME]}-{number}{path.suffix[:_NAME]}")
        else:
            aside.unlink()
            return


def _is_unfinished(key: str) -> bool:
    return key.endswith(".unfinished")


def open_storage(root: str, clients: Clients = client) -> Storage:
    """The storage of a root: a directory's path, or `s3://BUCKET`. Raises LakehouseError for one of another kind."""
    if root.startswith("s3://"):
        from lakehouse.s3 import S3Storage

        return S3Storage(root, clients("s3"))
    if "://" in root:
        raise LakehouseError(f"{root}: there are lakes in a directory and in S3", "Give a path, or s3://BUCKET.")
    return DirectoryStorage(Path(root))
