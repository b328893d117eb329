"""The number formats of a workbook's styles: a cell names a style by its place in the list (ECMA-376 18.8.10)."""

from __future__ import annotations

from xml.etree import ElementTree

from lakehouse.convert.number_formats import NumberFormat, built_in, number_format


def formats(styles: ElementTree.Element) -> list[NumberFormat]:
    """The format of each style, in the order of the styles."""
    codes = {
        _number(defined.get("numFmtId")): defined.get("formatCode", "")
        for defined in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    numbers = [_number(style.get("numFmtId")) for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return [number_format(codes[number]) if number in codes else built_in(number) for number in numbers]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
