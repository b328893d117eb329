"""Which encoding text is in that is not UTF-8: only where it is certain.

A detector (chardet) proposes one by the language it sees. Of few words that is a guess, so a second witness must agree:
it reads the text in every encoding that programs of this world have written, and keeps the readings that make sense:
no control characters, all letters of one language's alphabet, no word of two scripts, no capital or sign inside a word
(`GrˆŒe`), Chinese, Japanese and Korean characters from the common ones. The proposal counts where it is the only
such reading; where others make sense too, only with enough different words.

Measured on 2,500 made files of product names, in 40 pairs of language and encoding, and on 1,700 texts of few words in
28 pairs that are rarer: no wrong answer; half the files of up to four lines are told, and four in five of the longer
ones. chardet alone is wrong in 1 of 13 files of up to ten lines, charset-normalizer in nearly 1 of 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lakehouse.convert.alphabets import ALPHABETS, INNER, SYMBOLS

# Where several readings make sense, the detector is believed from this many different words that are not ASCII on.
_WORDS = 15

# In the order in which one is named where several give the same text.
_WINDOWS = (1252, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)
_DOS = (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 865, 866, 869, 874, 1125)
_MAC = ("roman", "latin2", "cyrillic", "greek", "turkish", "romanian", "croatian", "iceland")
_ALPHABETIC = (
    *(f"cp{number}" for number in _WINDOWS),
    *(f"iso8859-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *("koi8-r", "koi8-u", "kz1048", "ptcp154"),
    *(f"mac-{name}" for name in _MAC),
    *(f"cp{number}" for number in _DOS),
)
_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(rf"(?<=[^\W\d_])((?:[^\w\s\x00-\x7f]|[{''.join(sorted(SYMBOLS))}])+)(?=[^\W\d_])")
_SCRIPTS = ((0x250, "Latin"), (0x400, "Greek"), (0x530, "Cyrillic"), (0x600, "Hebrew"), (0x700, "Arabic"))


def certain(sample: bytes) -> str:
    """Python's name of the encoding of `sample` (lines that are not UTF-8), or "" where it is not certain."""
    import chardet

    found = chardet.detect(sample)["encoding"]
    text = _decoded(sample, found) if found else None
    readings = _readings(sample)
    if text is None or text not in readings:
        return ""
    return readings[text] if len(readings) == 1 or _words(sample) >= _WORDS else ""


def _words(sample: bytes) -> int:
    return len({word for word in re.findall(rb"[^\s,;|\"]+", sample) if not word.isascii()})


def _readings(sample: bytes) -> dict[str, str]:
    """The different texts that the bytes can sensibly be, and the first encoding that gives each."""
    readings: dict[str, str] = {}
    for name in _ALPHABETIC:
        if (text := _decoded(sample, name)) and _written(text):
            readings.setdefault(text, name)
    for name, common in _COMMON.items():
        if (text := _decoded(sample, name)) and _usual(text, common):
            readings.setdefault(text, name)
    return readings


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any("\x7f" <= char < "\xa0" for char in set(text)) else text


def _written(text: str) -> bool:
    """Whether all of it is letters of one language and signs that stand where signs stand."""
    signs = {char for char in set(text) if char > "\x7f"}
    letters = {char for char in signs - SYMBOLS if char.isalpha()}
    lower = {small for char in letters for small in char.lower() if small.isalpha() and small > "\x7f"}
    return (
        bool(signs)
        and signs <= letters | SYMBOLS
        and any(lower <= alphabet for alphabet in ALPHABETS)
        and all(set(inner) <= INNER for inner in _INSIDE.findall(text))
        and all(_one_word(word) for word in set(_WORD.findall(text)) if not word.isascii())
    )


def _one_word(word: str) -> bool:
    capitals = word.islower() or word.isupper() or word[1:].islower() or word.lower() == word.upper()
    return capitals and len({_script(char) for char in word if char not in SYMBOLS}) == 1


def _script(char: str) -> str:
    return next((name for end, name in _SCRIPTS if ord(char) < end), "another")


def _usual(text: str, common: Callable[[str], bool]) -> bool:
    """Whether nine in ten of its characters that are not ASCII are common ones."""
    signs = [char for char in text if char > "\x7f" and not _is_wide_punctuation(char)]
    private = any("\ue000" <= char < "\uf900" for char in signs)
    return bool(signs) and not private and sum(map(common, signs)) >= 0.9 * len(signs)


def _is_wide_punctuation(char: str) -> bool:
    return ("\u3000" <= char <= "\u303f" and char != "々") or "\uff01" <= char <= "\uff5e"


def _rows(charset: str, *rows: tuple[int, int]) -> Callable[[str], bool]:
    """Whether a character is in these rows of a charset of two bytes, which has its common characters in front."""

    def common(char: str) -> bool:
        code = char.encode(charset, "ignore")
        return len(code) == 2 and any(first <= code[0] <= last for first, last in rows)

    return common


def _hangul(char: str) -> bool:
    return "가" <= char <= "힣"


# GB 2312 and JIS X 0208 level 1, kana, Big5's frequently used characters, Hangul syllables.
_JAPANESE = _rows("euc-jp", (0xA4, 0xA5), (0xB0, 0xCF))
_COMMON: dict[str, Callable[[str], bool]] = {
    "cp932": lambda char: char in "ー々" or _JAPANESE(char),
    "euc-jp": lambda char: char in "ー々" or _JAPANESE(char),
    "gb18030": _rows("gb2312", (0xB0, 0xD7)),
    "big5": _rows("big5", (0xA4, 0xC6)),
    "cp949": _hangul,
    "johab": _hangul,
}
