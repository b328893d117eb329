"""Which encoding a delimited file is in: what somebody says, what the file says, what its bytes allow; never a guess.

a setting of the call, or of the contract that the decoded header belongs to
a byte order mark
UTF-16 without one, by the zeros of its ASCII characters
UTF-8, if all of it decodes; if it is damaged in places, the file is refused with the line
else what is certain (`detect`), with a note; or the file is refused, and the setting is named
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from itertools import chain

from lakehouse.convert.detect import certain
from lakehouse.convert.model import Note
from lakehouse.convert.source import Source
from lakehouse.errors import UploadRefused

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16's, which it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CALLED = {"cp932": "Shift-JIS", "mac-roman": "MacRoman", "iso2022_jp": "ISO-2022-JP"}
_HEAD = 1 << 14
_SAMPLE = 1 << 16
_SAY = (
    "say which encoding it is in, such as ingest --read encoding=windows-1252 (Western Europe), windows-1250 (Central "
    "Europe), windows-1251 (Cyrillic), or any other name that Python knows"
)
_SHIFTS = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")  # ISO-2022-JP's, from one set of characters to another


def encoding_of(
    source: Source, said: str, of_contracts: Iterable[str], belongs: Callable[[str, str], bool]
) -> tuple[str, list[Note]]:
    """The name of the file's encoding, in which all of it decodes, and what there is to note.

    `said` is the call's setting. Each of the contracts' settings is taken if `belongs(encoding, text)` says that the
    text at the file's start, decoded, is of a contract with that setting. Raises UploadRefused.
    """
    head = source.head(_HEAD)
    marked = next((encoding for bom, encoding in _BOMS.items() if head.startswith(bom)), "")
    if said:
        return _checked(source, _as_said(source, said, marked)), []
    if marked:
        return _checked(source, marked), []
    for encoding in of_contracts:
        if belongs(encoding, head.decode(encoding, "replace")):
            return _checked(source, encoding), []
    if wide := _without_mark(head):
        return _checked(source, wide), [_note(wide)]
    if _SHIFTS.search(head) and _fault(source, "iso2022_jp") is None:
        return "iso2022_jp", [_note("iso2022_jp")]
    if _fault(source, "utf-8") is None:
        return "utf-8", []
    found = _other(source, head)
    return _checked(source, found), [_note(found)]


def _note(name: str) -> Note:
    called = _CALLED.get(name) or re.sub(r"^CP(?=125\d)", "Windows-", name.upper()).replace("ISO8859", "ISO-8859")
    return Note("encoding", f"read as {called}")


def _as_said(source: Source, said: str, marked: str) -> str:
    try:
        "a".encode(said)  # knows no encodings that are not of text, such as base64
        name = codecs.lookup(said).name
    except LookupError:
        raise source.refused(f"no encoding is called {said!r}", "name one that Python knows, such as cp1251") from None
    if marked and not name.replace("-", "").startswith(marked.replace("-", "")):
        raise source.refused(
            f"begins with the byte order mark of {marked.upper()}, but is to be read as {said}",
            "leave the setting `encoding` out",
        )
    return marked or said


def _checked(source: Source, encoding: str) -> str:
    """The encoding, if the whole file decodes in it."""
    if fault := _fault(source, encoding):
        line, byte = fault
        raise source.refused(
            f"line {line}: byte 0x{byte:02X} is not {encoding.upper()}",
            "correct that line and send it again, or name the encoding of the file: ingest --read encoding=NAME",
        )
    return encoding


def _fault(source: Source, encoding: str) -> tuple[int, int] | None:
    """The line and the byte at which the file cannot be decoded."""
    decode = codecs.getincrementaldecoder(encoding)().decode
    before = 0
    try:
        for chunk in source.chunks():
            decode(chunk)
            before += 1
        decode(b"", True)
    except UnicodeDecodeError as error:
        return _line(source, encoding, before, error), error.object[error.start]
    return None


def _line(source: Source, encoding: str, chunks: int, error: UnicodeDecodeError) -> int:
    """The line of a fault, as an editor counts; `chunks` came before the one in which it is."""
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    count, last = 1, ""
    texts = (decode(chunk) for _, chunk in zip(range(chunks), source.chunks(), strict=False))
    for text in chain(texts, (error.object[: error.start].decode(encoding, "replace"),)):
        count += text.count("\n") + text.count("\r") - text.count("\r\n") - (last == "\r" and text[:1] == "\n")
        last = text[-1:]
    return count


def _without_mark(head: bytes) -> str:
    """UTF-16, if all zeros are every other byte, and a tenth of the characters has one (delimiters, ids, line ends)."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) * 20 < len(head) or len(head) < 2:
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _other(source: Source, head: bytes) -> str:
    """What a file that is not UTF-8 is in."""
    good, bad = 0, 0
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    for chunk in source.chunks():
        text = decode(chunk)
        faults = len(re.findall("[\udc80-\udcff]", text))
        good, bad = good + len(re.findall("[^\x00-\x7f]", text)) - faults, bad + faults
    if good >= bad:
        # Characters of several bytes that are right by accident are rare in any other encoding.
        _checked(source, "utf-8")
    if b"\0" in head:
        raise source.refused("not text: it has zero bytes, and is not UTF-16", "save it as CSV UTF-8 and send it again")
    if found := certain(_sample(source)):
        return found
    raise _unknown(source)


def _unknown(source: Source) -> UploadRefused:
    return source.refused("not UTF-8, and which encoding it is in cannot be told for certain", _SAY)


def _sample(source: Source) -> bytes:
    """The different lines that are not ASCII, up to a limit; behind it those with a byte that is new."""
    lines: dict[bytes, None] = {}
    seen, size = bytes(range(0x80)), 0
    with source.open() as file:
        while line := file.readline(_SAMPLE):
            new = line.translate(None, seen)
            if new or (size < _SAMPLE and not line.isascii() and line not in lines):
                lines[line] = None
                size += len(line)
                seen += bytes(set(new))
    return b"".join(lines)
