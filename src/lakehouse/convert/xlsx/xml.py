"""The XML in a workbook: decoded in pieces, parsed by expat, and never with a DTD, which can blow up memory.

A part can be larger than memory, so it is read in pieces. A piece ends before an element of one kind, so that whoever
knows what such an element mostly looks like can match it at once, and leave to expat what looks otherwise.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Protocol
from xml.etree import ElementTree
from xml.parsers import expat

LONGEST = 1 << 27  # characters of XML from one row, or one text, to the next
_CHUNK = 1 << 20
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""", re.ASCII)


class Unreadable(Exception):
    """The workbook breaks a rule that it cannot be read without; the message says which."""


class Handler(Protocol):
    """What is told about elements, by their names without the prefix of the part, and about text."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...


def tree(stream: IO[bytes]) -> ElementTree.Element:
    """A small part as a whole. Raises ParseError, and what `decoded` does."""
    return ElementTree.fromstring("".join(decoded(stream)), ElementTree.XMLParser(target=_Builder()))


def local(name: str) -> str:
    """The name of an element or an attribute without its namespace."""
    return name.rpartition("}")[2]


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, *_: str | None) -> None:
        _refuse_doctype()


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("its XML has a DTD, which no spreadsheet program writes")


def prefix_of(head: str, root: str) -> str:
    """The prefix of the elements of a part, with its colon; mostly there is none. `root` is its outermost element."""
    found = re.search(rf"<([\w.-]+:)?{root}[\s>/]", head)
    return (found[1] or "") if found else ""


def parser(handler: Handler, prefix: str) -> expat.XMLParserType:
    """A parser of expat for text in pieces. It raises ExpatError or Unreadable."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartElementHandler = handler.start
    made.EndElementHandler = handler.end
    if prefix:
        made.StartElementHandler = lambda name, attributes: handler.start(name.removeprefix(prefix), attributes)
        made.EndElementHandler = lambda name: handler.end(name.removeprefix(prefix))
    made.CharacterDataHandler = handler.text
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def decoded(stream: IO[bytes]) -> Iterator[str]:
    """The text of a part in pieces. Raises UnicodeDecodeError, or Unreadable for an encoding nobody knows."""
    chunk = stream.read(_CHUNK)
    encoding = _encoding(chunk)
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError:
        raise Unreadable(f"its XML is in an encoding that is not known, {encoding}") from None
    while chunk:
        yield decoder.decode(chunk)
        chunk = stream.read(_CHUNK)
    yield decoder.decode(b"", True)


def _encoding(head: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    declared = _DECLARED.match(head)
    name = declared[1].decode() if declared else "utf-8"
    # A declaration that can be read as ASCII does not stand in two-byte characters, whatever it says.
    return "utf-8" if name.lower().startswith(("utf-16", "ucs-2")) else name


def pieces(chunks: Iterator[str], tag: str) -> Iterator[str]:
    """The text, cut anew: each piece but the last ends right before a `tag`, such as `<row`.

    Raises Unreadable for a piece that is longer than any row or text, as it is in a file made to take memory and time.
    """
    held: list[str] = []
    size = 0  # characters
    over = ""  # the end of what is held: a tag may come in two chunks
    for chunk in chunks:
        text = over + chunk
        cut = text.rfind(tag)
        if cut > 0 or (cut == 0 and held):
            yield "".join([*held, text[:cut]])
            held, size, text = [], 0, text[cut:]
        keep = max(0, len(text) - len(tag) + 1)
        held.append(text[:keep])
        size += keep
        if size > LONGEST:
            raise Unreadable(f"one row or text of it takes more than {LONGEST >> 20} MB of XML")
        over = text[keep:]
    yield "".join([*held, over])


_REFERENCE = re.compile(r"&([^;]*)(;?)")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def plain_text(raw: str) -> str:
    """Text as a parser of XML would give it: references replaced, line ends made \\n. Raises Unreadable."""
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_referred, raw) if "&" in raw else raw


def _referred(found: re.Match[str]) -> str:
    name, end = found.groups()
    if end and name in _ENTITIES:
        return _ENTITIES[name]
    number = re.fullmatch(r"#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))", name)
    code = int(number[1], 16) if number and number[1] else int(number[2]) if number else 0
    if not end or not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise Unreadable(f"its XML is broken at {found[0][:20]!r}")
    return chr(code)
