"""A workbook as a ZIP archive: its parts, what they refer to, and its list of sheets (ECMA-376 parts 1 and 2).

Writers differ in how they spell the names of parts: with a leading or a backward slash, in other case, relative or
absolute. A part is found by its name in lower case with forward slashes.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from lakehouse.convert.xlsx.xml import Unreadable, local, tree

_TRUE = {"1", "true", "on", "t"}


@dataclass(frozen=True)
class Relation:
    """What a part refers to: the last word of the relation's type, such as `worksheet`, and a part's name."""

    kind: str
    target: str


@dataclass(frozen=True)
class SheetPart:
    """A sheet in the workbook's list. `kind` is `worksheet`, `chartsheet`, `dialogsheet`, `xlMacrosheet`, ..."""

    name: str
    kind: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Book:
    """What the workbook's own part says. A part's name is "" if there is none.

    since_1904    dates count from 1904
    recalculates  Excel is to compute every formula on opening: a value that is 0 may stand in for none
    """

    sheets: tuple[SheetPart, ...]
    strings: str
    styles: str
    since_1904: bool
    recalculates: bool


class Package:
    """The parts of a workbook. Use it in a `with`."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        self._parts = {_key(entry.filename): entry for entry in self._archive.infolist()}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, part: str) -> bool:
        return _key(part) in self._parts

    def size(self, part: str) -> int:
        """How many bytes it has when unpacked, as the archive says."""
        return self._entry(part).file_size

    def open(self, part: str) -> IO[bytes]:
        """Its bytes. Raises Unreadable if it is not there."""
        return self._archive.open(self._entry(part))

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to, by id."""
        folder, _, file = part.rpartition("/")
        listed = f"{folder}/_rels/{file}.rels"
        if listed not in self:
            return {}
        found = {}
        for relation in self.tree(listed):
            kind, target = relation.get("Type", ""), relation.get("Target", "")
            if relation.get("TargetMode") != "External":
                found[relation.get("Id", "")] = Relation(kind.rpartition("/")[2], _absolute(folder, target))
        return found

    def book(self) -> Book:
        """The workbook's own part. Raises Unreadable if there is none."""
        main = self._main()
        relations = self.relations(main)
        root = self.tree(main)
        by_kind = {relation.kind: relation.target for relation in relations.values() if relation.target in self}
        return Book(
            tuple(_sheet(sheet, relations) for sheet in root.iterfind("{*}sheets/{*}sheet")),
            by_kind.get("sharedStrings", ""),
            by_kind.get("styles", ""),
            _flag(root.find("{*}workbookPr"), "date1904"),
            _flag(root.find("{*}calcPr"), "fullCalcOnLoad"),
        )

    def tree(self, part: str) -> ElementTree.Element:
        """A small part as a whole."""
        with self.open(part) as stream:
            return tree(stream)

    def _main(self) -> str:
        kinds = {relation.kind: relation.target for relation in self.relations("").values()}
        for part in (kinds.get("officeDocument", ""), "xl/workbook.xml"):
            if part in self:
                return part
        raise Unreadable("it has no part that lists its sheets")

    def _entry(self, part: str) -> zipfile.ZipInfo:
        try:
            return self._parts[_key(part)]
        except KeyError:
            raise Unreadable(f"its part {part or '(without a name)'} is missing") from None


def _key(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _absolute(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _sheet(sheet: ElementTree.Element, relations: dict[str, Relation]) -> SheetPart:
    of = {local(name): value for name, value in sheet.attrib.items() if name != "id"}
    relation = relations.get(of.get("id", ""), Relation("worksheet", ""))
    return SheetPart(of.get("name", ""), relation.kind, relation.target, of.get("state", "visible") != "visible")


def _flag(element: ElementTree.Element | None, name: str) -> bool:
    return element is not None and element.get(name, "").strip().lower() in _TRUE
