"""The parts of a workbook that is a ZIP archive, by name, and how they relate to each other.

A name is found whatever its case is and with backslashes, too: some writers take these liberties.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from lakehouse.convert.signatures import plain_member


@dataclass(frozen=True)
class Relation:
    """`kind` is the last word of its type, such as `worksheet`; `target` the name of a part."""

    id: str
    kind: str
    target: str


class Members:
    """The parts of an open archive. Raises KeyError for a part that is not there."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {plain_member(entry.filename): entry for entry in archive.infolist()}

    def __contains__(self, part: str) -> bool:
        return plain_member(part) in self._entries

    def open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._entries[plain_member(part)])

    def relations(self, part: str) -> Iterator[Relation]:
        """How a part relates to others ([ECMA-376] part 2, 9.3); "" stands for the package."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self:
            return
        with self.open(source) as xml:
            for element in ElementTree.parse(xml).iterfind("{*}Relationship"):
                target = element.get("Target", "").replace("\\", "/")
                where = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                yield Relation(element.get("Id", ""), element.get("Type", "").rpartition("/")[2], where)


@contextmanager
def members(path: Path) -> Iterator[Members]:
    """The parts of the archive, while it is open. Raises zipfile.BadZipFile for one that is damaged."""
    with zipfile.ZipFile(path) as archive:
        yield Members(archive)
