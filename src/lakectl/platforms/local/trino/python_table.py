"""The Python functions by name: each with the types that DuckDB gives it and takes from it.

This file is loaded by queries that need one of them, since it loads much itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import zlib
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlsplit

from lakectl.platforms.local.trino import json_values, patterns
from lakectl.platforms.local.trino.hashes import xxhash64


def _strpos(text: str, part: str, instance: int) -> int:
    if instance == 0:
        raise ValueError("§'instance' must not be zero§")
    if not part:
        return 1
    places = [place for place in range(len(text)) if text.startswith(part, place)]
    if abs(instance) > len(places):
        return 0
    return places[instance - 1 if instance > 0 else instance] + 1


_NOT_IN_URLS = re.compile(r'[\s"<>\\^`{|}]')


def _url_part(part: str) -> Callable[[str], str | None]:
    def read(url: str) -> str | None:
        try:
            if _NOT_IN_URLS.search(url):
                return None
            split = urlsplit(url)
            return {
                "host": split.hostname or "",
                "path": split.path,
                "protocol": split.scheme,
                "query": split.query,
                "fragment": split.fragment,
            }[part]
        except ValueError:
            return None

    return read


def _url_port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def _url_parameter(url: str, name: str) -> str | None:
    try:
        found = parse_qs(urlsplit(url).query, keep_blank_values=True).get(name)
    except ValueError:
        return None
    return found[0] if found else None


def _short_number(value: int) -> str:
    """format_number: three digits and a letter."""
    number, unit = Decimal(value), 0
    while abs(number) >= 1000 and unit < 6:
        number, unit = number / 1000, unit + 1
    digits = 2 if abs(number) < 10 else 1 if abs(number) < 100 else 0
    shown = f"{number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown + ["", "K", "M", "B", "T", "Q", "Qi"][unit]


def _seconds_text(seconds: float) -> str:
    total = round(seconds)
    parts = []
    for size, name in ((604800, "week"), (86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        count, total = divmod(total, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "0 seconds"


_UNITS = {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def _duration(text: str) -> int:
    """parse_duration, in milliseconds."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"§duration is not a valid data duration string: {text}§")
    return round(float(match[1]) * _UNITS[match[2]])


def _from_base(text: str, base: int) -> int:
    try:
        return int(text, base)
    except ValueError:
        raise ValueError(f"§Not a valid base-{base} number: {text}§") from None


def _ip_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(f"§Cannot cast value to IPADDRESS: {text}§") from None


def _soundex(text: str) -> str:
    codes = {
        letter: code
        for code, letters in zip("123456", ("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), strict=True)
        for letter in letters
    }
    letters = [letter for letter in text.lower() if letter.isalpha()]
    if not letters:
        return ""
    shown, last = letters[0].upper(), codes.get(letters[0], "")
    for letter in letters[1:]:
        code = codes.get(letter, "")
        if code and code != last:
            shown += code
        if letter not in "hw":
            last = code
    return (shown + "000")[:4]


def _json_array_contains(text: str, wanted: Any) -> bool | None:
    found = json_values.loaded(text)
    if not isinstance(found, list):
        return None
    return any(type(item) is type(wanted) and item == wanted for item in found)


PLAIN: dict[str, tuple[Callable[..., Any], list[str], str]] = {
    "json_parse": (json_values.parsed, ["VARCHAR"], "VARCHAR"),
    "json_extract": (json_values.extract, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "json_extract_scalar": (json_values.extract_scalar, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "json_array_length": (json_values.array_length, ["VARCHAR"], "BIGINT"),
    "json_array_get": (json_values.array_get, ["VARCHAR", "BIGINT"], "VARCHAR"),
    "json_size": (json_values.size, ["VARCHAR", "VARCHAR"], "BIGINT"),
    "is_json_scalar": (json_values.is_scalar, ["VARCHAR"], "BOOLEAN"),
    "json_array_contains_text": (_json_array_contains, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "json_array_contains_number": (_json_array_contains, ["VARCHAR", "BIGINT"], "BOOLEAN"),
    "json_value": (json_values.value_at, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "json_query": (json_values.query_at, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "json_exists": (json_values.exists_at, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "regexp_like": (patterns.like, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
    "regexp_extract": (patterns.extract, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR"),
    "regexp_extract_all": (patterns.extract_all, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR[]"),
    "regexp_replace": (patterns.replace, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    "regexp_groups": (patterns.groups, ["VARCHAR", "VARCHAR"], "VARCHAR[][]"),
    "regexp_split": (patterns.split, ["VARCHAR", "VARCHAR"], "VARCHAR[]"),
    "regexp_count": (patterns.count, ["VARCHAR", "VARCHAR"], "BIGINT"),
    "regexp_position": (patterns.position, ["VARCHAR", "VARCHAR", "BIGINT", "BIGINT"], "INTEGER"),
    "strpos": (_strpos, ["VARCHAR", "VARCHAR", "BIGINT"], "BIGINT"),
    "url_host": (_url_part("host"), ["VARCHAR"], "VARCHAR"),
    "url_path": (_url_part("path"), ["VARCHAR"], "VARCHAR"),
    "url_protocol": (_url_part("protocol"), ["VARCHAR"], "VARCHAR"),
    "url_query": (_url_part("query"), ["VARCHAR"], "VARCHAR"),
    "url_fragment": (_url_part("fragment"), ["VARCHAR"], "VARCHAR"),
    "url_port": (_url_port, ["VARCHAR"], "BIGINT"),
    "url_parameter": (_url_parameter, ["VARCHAR", "VARCHAR"], "VARCHAR"),
    "url_encode": (lambda text: quote_plus(text, safe="*-._"), ["VARCHAR"], "VARCHAR"),
    "url_decode": (unquote_plus, ["VARCHAR"], "VARCHAR"),
    "format_number": (_short_number, ["BIGINT"], "VARCHAR"),
    "human_readable_seconds": (_seconds_text, ["DOUBLE"], "VARCHAR"),
    "parse_duration": (_duration, ["VARCHAR"], "BIGINT"),
    "from_base": (_from_base, ["VARCHAR", "BIGINT"], "BIGINT"),
    "sha512": (lambda data: hashlib.sha512(data).digest(), ["BLOB"], "BLOB"),
    "crc32": (zlib.crc32, ["BLOB"], "BIGINT"),
    "xxhash64": (xxhash64, ["BLOB"], "BLOB"),
    "ipaddress": (_ip_address, ["VARCHAR"], "VARCHAR"),
    "soundex": (_soundex, ["VARCHAR"], "VARCHAR"),
}
