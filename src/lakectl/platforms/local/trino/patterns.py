"""Regular expressions as Java and Trino read them, for those that DuckDB's RE2 does not: called from DuckDB.

`\\d`, `\\w`, `\\s` and `\\b` mean ASCII, `.` stops at a line's end, and `$` matches before a last line's end.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

# What RE2 does not know, or reads otherwise: lookaround, back references, possessive and atomic groups, nested classes.
_BEYOND = re.compile(r"\(\?[=!>]|\(\?<[=!]|\\[1-9]|\\k<|[*+?}]\+|&&|\\[hHRXGZ]|\\p\{(?!L|N|P|S|Z|M|C)|\(\?<\w+>")
_UNSURE_GROUPS = re.compile(r"\)[?*{]|\|")


def is_plain(pattern: str) -> bool:
    """True if RE2 reads the pattern as Java does."""
    return _BEYOND.search(pattern) is None and not re.search(r"\[[^\]\\]*\[(?!:)", pattern)


# POSIX classes are those of Unicode, other than \w and \d.
_CLASSES = {
    "[:alpha:]": r"\p{L}",
    "[:digit:]": r"\p{Nd}",
    "[:upper:]": r"\p{Lu}",
    "[:lower:]": r"\p{Ll}",
    "[:alnum:]": r"\p{L}\p{Nd}",
}


def for_re2(pattern: str) -> str:
    """A plain pattern as RE2 gets it."""
    for name, class_ in _CLASSES.items():
        pattern = pattern.replace(name, class_)
    return pattern


def groups_are_sure(pattern: str) -> bool:
    """True if a match fills every group of the pattern."""
    return _UNSURE_GROUPS.search(pattern) is None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(_java(pattern), re.ASCII)
    except re.error as error:
        raise ValueError(f"§The pattern {pattern} cannot be read: {error}§") from None


def _java(pattern: str) -> str:
    pattern = re.sub(r"\(\?<(\w+)>", r"(?P<\1>", pattern)
    return pattern.replace("\\Z", "(?=\n?\\z)").replace("\\z", "\\Z")


def can_read(pattern: str) -> bool:
    """True if Python reads the pattern as Java does."""
    if re.search(r"\\[pPhHRXG]|\[:\w+:\]|&&", pattern):
        return False
    try:
        _compiled(pattern)
    except ValueError:
        return False
    return True


def fault(pattern: str) -> str | None:
    """What is wrong with a pattern in which there is nothing that Python reads otherwise."""
    if re.search(r"\\[pPhHRXGzZ]|\[:\w+:\]|&&|\(\?", pattern):
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


def like(text: str, pattern: str) -> bool:
    return _compiled(pattern).search(text) is not None


def extract(text: str, pattern: str, group: int) -> str | None:
    compiled = _compiled(pattern)
    _check(compiled, group)
    match = compiled.search(text)
    return match.group(group) if match else None


def extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    compiled = _compiled(pattern)
    _check(compiled, group)
    return [match.group(group) for match in compiled.finditer(text)]


def _check(compiled: re.Pattern[str], group: int) -> None:
    if not 0 <= group <= compiled.groups:
        raise ValueError(f"§Pattern has {compiled.groups} groups. Cannot access group {group}§")


def groups(text: str, pattern: str) -> list[list[str | None]]:
    """The groups of every match."""
    return [list(match.groups()) for match in _compiled(pattern).finditer(text)]


def replace(text: str, pattern: str, replacement: str) -> str:
    parts = _parts(replacement)
    return str(_compiled(pattern).sub(lambda match: "".join(_filled(part, match) for part in parts), text))


def _filled(part: str | int | tuple[str], match: Any) -> str:
    if isinstance(part, str):
        return part
    try:
        return match.group(part[0] if isinstance(part, tuple) else part) or ""
    except IndexError:
        raise ValueError(f"§Illegal replacement sequence: unknown group {part}§") from None


def _parts(replacement: str) -> list[str | int | tuple[str]]:
    """Java's replacement: `$1` is a group, a backslash keeps what follows it."""
    found: list[str | int | tuple[str]] = []
    for match in re.finditer(r"\\(.)|\$(\d)|\$\{(\w+)\}|([^\\$]+)|([\\$])", replacement, re.DOTALL):
        if match[5]:
            raise ValueError(f"§Illegal replacement sequence: {replacement}§")
        found.append(int(match[2]) if match[2] else (match[3],) if match[3] else match[1] or match[4])
    return found


def re2_replacement(replacement: str) -> str | None:
    """The replacement in RE2's form, or None for one that Java refuses or that has no such form."""
    try:
        parts = _parts(replacement)
    except ValueError:
        return None
    if any(isinstance(part, tuple) for part in parts):
        return None
    return "".join(f"\\{part}" if isinstance(part, int) else str(part).replace("\\", "\\\\") for part in parts)


def split(text: str, pattern: str) -> list[str]:
    pieces, start = [], 0
    for match in _compiled(pattern).finditer(text):
        pieces.append(text[start : match.start()])
        start = match.end()
    return [*pieces, text[start:]]


def count(text: str, pattern: str) -> int:
    return sum(1 for _ in _compiled(pattern).finditer(text))


def position(text: str, pattern: str, start: int, occurrence: int) -> int:
    found = [match.start() + 1 for match in _compiled(pattern).finditer(text, start - 1)]
    return found[occurrence - 1] if occurrence <= len(found) else -1
