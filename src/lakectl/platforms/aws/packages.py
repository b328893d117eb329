"""Packs what runs on AWS, the same bytes whoever packs them: a wheel of `lakehouse`, and one zip for all functions.

Nothing in an archive tells of the machine or the hour: names sorted, one date, one mode, stored and not compressed,
since compressors differ. Both stay small.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import lakehouse
from lakectl import __version__

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that zip knows
_OURS = {".py", ".yaml"}
_SKIPPED = (".pyc", ".pyi", ".so.debug")


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, by name within it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as into:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = (0o755 if name.endswith(".so") else 0o644) << 16
            into.writestr(entry, files[name])
    return packed.getvalue()


def wheel_name() -> str:
    """What pip calls a wheel of `lakehouse`."""
    return f"lakehouse-{__version__}-py3-none-any.whl"


def lakehouse_wheel() -> bytes:
    """A wheel of the package `lakehouse` as it is installed here.

    It names no requirement: what its jobs need beyond Glue's own libraries is given to the jobs beside it. Format:
    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    info = f"lakehouse-{__version__}.dist-info"
    files = {
        **package_files(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: lakehouse\nVersion: {__version__}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: lakectl\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(files.items())]
    return archive({**files, f"{info}/RECORD": "\n".join([*record, f"{info}/RECORD,,", ""]).encode()})


def package_files() -> dict[str, bytes]:
    """The files of the package `lakehouse`, by their path from its parent."""
    root = Path(lakehouse.__file__).parent
    # What an editor or a file manager leaves behind must not change the hash.
    paths = (path for path in root.rglob("*") if path.suffix in _OURS)
    return {path.relative_to(root.parent).as_posix(): path.read_bytes() for path in paths}


def lambda_zip(handlers: Iterable[Path], wheels: Iterable[Path]) -> bytes:
    """The zip of all functions: the handlers at its top, `lakehouse`, and the wheels' modules."""
    files = {path.name: path.read_bytes() for path in handlers}
    for wheel in wheels:
        files |= _modules(wheel)
    return archive({**files, **package_files()})


def _modules(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as unpacked:
        names = [name for name in unpacked.namelist() if not name.endswith(("/", *_SKIPPED))]
        return {name: unpacked.read(name) for name in names if ".dist-info/" not in name}


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
