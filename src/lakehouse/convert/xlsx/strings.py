"""The strings that all sheets of a workbook share: a cell has a string's place in this table (ECMA-376 18.4)."""

from __future__ import annotations

import re
from itertools import chain
from typing import IO

from lakehouse.convert import values
from lakehouse.convert.xlsx.xml import decoded, parser, pieces, plain_text, prefix_of

# A string as most writers write it; whatever looks otherwise is expat's.
_PLAIN = re.compile(r'<si><t(?: (xml:space="preserve"))?>([^<]*)</t></si>')
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPACE = " \t\r\n"


def shared_strings(stream: IO[bytes]) -> list[str]:
    """The table. Text that could be a number is a `Cell` that says so. Raises ExpatError, Unreadable, UnicodeError."""
    chunks = decoded(stream)
    first = next(chunks)
    prefix = prefix_of(first, "sst")
    table = _Table()
    rest = parser(table, prefix)
    simple = not prefix
    for piece in pieces(chain([first], chunks), f"<{prefix}si>"):
        # What looks like a string may be none in a comment or in CDATA, which may go on in the next piece.
        simple = simple and "<!" not in piece
        position = 0
        while simple and position < len(piece):
            if table.between:
                position = _take(piece, position, table.strings)
            following = piece.find("<si>", position + 1)
            end = following if following > 0 else len(piece)
            rest.Parse(piece[position:end])
            position = end
        rest.Parse(piece[position:])
    rest.Parse("", True)
    return table.strings


def _take(piece: str, position: int, strings: list[str]) -> int:
    """Takes the plain strings from the position on, and returns where they end."""
    while found := _PLAIN.match(piece, position):
        preserved, raw = found.groups()
        strings.append(text(plain_text(raw), bool(preserved)))
        position = found.end()
    return position


def text(plain: str, preserved: bool = True) -> str:
    """Text as Excel shows it. Space at its ends counts only where the XML says so; `_x000D_` is a character."""
    shown = plain if preserved else plain.strip(_SPACE)
    return values.string(_ESCAPE.sub(_character, shown) if "_x" in shown else shown)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return escape[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)  # no text can hold these


class Rich:
    """Collects the text of a string that may be in runs; how it is to be pronounced is left out."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._preserved: list[bool] = []
        self._collects = False
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "t" and not self._phonetic:
            self._collects = True
            self._runs.append("")
            self._preserved.append(attributes.get("xml:space") == "preserve")
        elif tag == "rPh":
            self._phonetic += 1

    def text(self, text: str) -> None:
        if self._collects:
            self._runs[-1] += text

    def end(self, tag: str) -> None:
        if tag == "t":
            self._collects = False
        elif tag == "rPh":
            self._phonetic -= 1

    def shown(self) -> str:
        """All of it, as Excel shows it: space between two runs counts, whatever the XML says."""
        runs = self._runs
        if runs and not self._preserved[0]:
            runs[0] = runs[0].lstrip(_SPACE)
        if runs and not self._preserved[-1]:
            runs[-1] = runs[-1].rstrip(_SPACE)
        return text("".join(runs))


class _Table:
    """Follows the elements of the table, and adds each string that ends."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.between = False  # inside of the table, and not in a string
        self._rich = Rich()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.between, self._rich = False, Rich()
        elif tag == "sst":
            self.between = True
        else:
            self._rich.start(tag, attributes)

    def text(self, text: str) -> None:
        self._rich.text(text)

    def end(self, tag: str) -> None:
        if tag == "si":
            self.strings.append(self._rich.shown())
            self.between = True
        elif tag == "sst":
            self.between = False
        else:
            self._rich.end(tag)
