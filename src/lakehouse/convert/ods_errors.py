"""Error values of an .ods workbook, found in its XML.

LibreOffice marks a cell that holds an error with a type of its own and shows the error's name in the cell's paragraph;
its value is empty. Rows and cells may stand for several equal ones. Streams, like `excel_errors`.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from xml.parsers import expat

from lakehouse.convert.excel_errors import Errors, has_mark

_CONTENT = "content.xml"


def sheet_errors(archive: zipfile.ZipFile, sheet: str) -> Errors:
    """The error values of the sheet of that name. Raises KeyError or expat.ExpatError for a damaged workbook."""
    with archive.open(_CONTENT) as xml:
        if not has_mark(xml, (b'"error"', b"'error'")):
            return {}
    handler = _Cells(sheet)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    with archive.open(_CONTENT) as xml:
        parser.ParseFile(xml)
    return dict(handler.errors)


class _Cells:
    """Follows the cells of one sheet; `_rows` and `_columns` say which the current ones stand for."""

    def __init__(self, sheet: str) -> None:
        self.errors: defaultdict[int, dict[int, str]] = defaultdict(dict)
        self._sheet = sheet
        self._inside = False
        self._rows = range(1, 1)
        self._columns = range(0)
        self._error: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        plain = {name.rpartition(" ")[2]: value for name, value in attributes.items() if "value-type" not in name}
        name = tag.rpartition(" ")[2]
        if name == "table":
            self._inside, self._rows = plain.get("name") == self._sheet, range(1, 1)
        elif not self._inside:
            return
        elif name == "table-row":
            self._rows = range(self._rows.stop, self._rows.stop + int(plain.get("number-rows-repeated", 1)))
            self._columns = range(0)
        elif name in ("table-cell", "covered-table-cell"):
            stop = self._columns.stop
            self._columns = range(stop, stop + int(plain.get("number-columns-repeated", 1)))
            is_error = any(n.endswith(" value-type") and value == "error" for n, value in attributes.items())
            self._error = "" if is_error else None

    def text(self, text: str) -> None:
        if self._error is not None:
            self._error += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "table":
            self._inside = False
        elif name == "table-cell" and self._error is not None:
            for row in self._rows:
                self.errors[row].update(dict.fromkeys(self._columns, self._error.strip() or "#ERROR!"))
            self._error = None
