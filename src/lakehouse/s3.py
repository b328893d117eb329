"""A lake in an S3 bucket.

S3 gives what the lake rests on: a put is whole or absent, listings and reads see it at once, and a put or a delete may
be made to depend on what is there (`If-None-Match`, `If-Match`), which has one winner however many try. Objects are put
with their SHA-256, so that S3 verifies them and tells it without their being read again.

What the archive job imports, this file among it, stays Python 3.9 clean.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lakehouse.errors import ObjectMissing
from lakehouse.storage import Entry

_SHA256 = {"ChecksumAlgorithm": "SHA256"}
_MISSING = ("404", "NoSuchKey", "NotFound")
_TAKEN = ("412", "PreconditionFailed")
# Two conditional writes at the same moment: S3 refuses one, which may simply be tried again.
_AT_ONCE = ("409", "ConditionalRequestConflict")
_ATTEMPTS = 20


class S3Storage:
    """The objects of one lake under `s3://BUCKET` or `s3://BUCKET/PREFIX`. Safe between threads and machines."""

    # What S3 copies in one request, of which it then knows the content's SHA-256; of parts it knows only the parts'.
    copied_whole = 5 * 2**30  # bytes

    def __init__(self, root: str, client: Any) -> None:
        self._root = root.rstrip("/")
        self._bucket, _, prefix = self._root[len("s3://") :].partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._s3 = client

    @property
    def root(self) -> str:
        return self._root

    @property
    def may_lose(self) -> bool:
        return False

    def uri(self, key: str) -> str:
        return f"{self._root}/{key}"

    def list(self, prefix: str) -> Iterator[Entry]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + prefix)
        for page in pages:
            for found in page.get("Contents", []):
                key = found["Key"][len(self._prefix) :]
                if not key.endswith("/"):  # a console's folder
                    yield Entry(key, found["Size"], found["LastModified"])

    def exists(self, key: str) -> bool:
        return self._head(key) is not None

    def read(self, key: str) -> bytes:
        return self._get(key)[0]

    def write(self, key: str, data: bytes) -> None:
        self._s3.put_object(**self._at(key), Body=data, **_SHA256)

    def create(self, key: str, data: bytes) -> bool:
        return self._put_if(key, data, IfNoneMatch="*")

    def replace(self, key: str, data: bytes, expected: bytes) -> bool:
        try:
            present, etag = self._get(key)
        except ObjectMissing:
            return False
        return present == expected and self._put_if(key, data, IfMatch=etag)

    def delete(self, key: str) -> None:
        self._s3.delete_object(**self._at(key))

    def delete_if(self, key: str, sha256: str) -> bool:
        head = self._head(key)
        if head is None:
            return True
        try:
            with self._translated(key):
                same = self._sha256(key, head) == sha256
                return same and self._unless(_TAKEN, self._s3.delete_object, **self._at(key), IfMatch=head["ETag"])
        except ObjectMissing:  # gone meanwhile
            return True

    def copy(self, source: str, target: str) -> None:
        from boto3.s3.transfer import TransferConfig

        parts = TransferConfig(multipart_threshold=self.copied_whole, multipart_chunksize=self.copied_whole // 10)
        with self._translated(source):
            self._s3.copy(self._at(source), self._bucket, self._prefix + target, ExtraArgs=_SHA256, Config=parts)

    def upload(self, path: Path, key: str) -> None:
        if not path.exists():
            raise ObjectMissing(f"{path} is not there")
        self._s3.upload_file(str(path), self._bucket, self._prefix + key, ExtraArgs=_SHA256)

    def download(self, key: str, path: Path) -> None:
        with self._translated(key):
            self._s3.download_file(self._bucket, self._prefix + key, str(path))

    def sha256(self, key: str) -> str:
        head = self._head(key)
        if head is None:
            raise self._missing(key)
        return self._sha256(key, head)

    def persist(self, keys: Iterable[str]) -> None:
        pass  # S3 answers a write only once it is kept

    def _sha256(self, key: str, head: dict[str, Any]) -> str:
        told = head.get("ChecksumSHA256", "")
        if told and "-" not in told + head["ETag"]:  # with a dash it is one of the parts' checksums, not of the content
            return base64.b64decode(told).hex()
        digest = hashlib.sha256()
        with self._translated(key):
            body = self._s3.get_object(**self._at(key), IfMatch=head["ETag"])["Body"]
        for block in body.iter_chunks(1 << 20):
            digest.update(block)
        return digest.hexdigest()

    def _get(self, key: str) -> tuple[bytes, str]:
        with self._translated(key):
            answer = self._s3.get_object(**self._at(key))
            return answer["Body"].read(), answer["ETag"]

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            with self._translated(key):
                found: dict[str, Any] = self._s3.head_object(**self._at(key), ChecksumMode="ENABLED")
        except ObjectMissing:
            return None
        return found

    def _put_if(self, key: str, data: bytes, **condition: str) -> bool:
        return self._unless((*_TAKEN, *_MISSING), self._s3.put_object, **self._at(key), Body=data, **condition)

    @staticmethod
    def _unless(codes: tuple[str, ...], call: Any, **request: Any) -> bool:
        """Whether the call went through; False where S3 refused it with one of the codes."""
        from botocore.exceptions import ClientError

        for attempt in range(_ATTEMPTS):
            try:
                call(**request)
            except ClientError as error:
                if _code(error) in codes:
                    return False
                if _code(error) not in _AT_ONCE or attempt == _ATTEMPTS - 1:
                    raise
            else:
                break
        return True

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @contextlib.contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        """A block in which S3's word for a missing object becomes the lake's."""
        from botocore.exceptions import ClientError

        try:
            yield
        except ClientError as error:
            if _code(error) in _MISSING:
                raise self._missing(key) from None
            raise

    def _missing(self, key: str) -> ObjectMissing:
        return ObjectMissing(f"{self.uri(key)} is not there")


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
