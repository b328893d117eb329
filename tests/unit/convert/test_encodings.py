"""Which encoding text is in: what is certain is read and noted, what is not is refused, and nothing is guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.convert.helpers import CONTRACTS, PRODUCTS

from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert import delimited
from lakehouse.convert.detect import certain
from lakehouse.convert.source import CHUNK
from lakehouse.errors import UploadRefused

HEADER = "product_id,department,product_name\n"
NAMES = {
    "German": "Bücher,Größe 1\nKäse,Müsli mit Nüssen\nGetränke,Öl und Essig\n",
    "Russian": "Книги,Русские сказки\nИгрушки,Шапка тёплая детская\nПродукты,Хлеб и молоко\nЧай,Сахар\n",
    "Polish": "Książki,Żółta łódź\nŻywność,Śliwki świeże\nNabiał,Śmietana gęsta\n",
    "Czech": "Knihy,Příliš žluťoučký kůň\nPečivo,Rohlík čerstvý\nNápoje,Šťáva z jablek\n",
    "Japanese": "本,日本の地図\n飲み物,紅茶とお茶\nおもちゃ,電車\n",
    "Chinese": "书,儿童图书\n食品,新鲜牛奶\n玩具,北京小汽车\n",
    "Greek": "Βιβλία,Παραμύθια για παιδιά\nΤρόφιμα,Ελληνικός καφές\n",
    "French": "Épicerie,Pâtes fraîches\nBœuf,Rôti français\nThé,Élégant service à thé\n",
}


def test_iso_2022_jp_is_ascii_by_its_bytes_and_read_as_what_it_is(tmp_path):
    lines, notes = read(tmp_path, text_of(NAMES["Japanese"]).encode("iso2022_jp"))
    assert lines == text_of(NAMES["Japanese"]).splitlines()
    assert notes == [("encoding", "read as ISO-2022-JP")]


def text_of(names):
    return HEADER + "".join(f"{number},{line}\n" for number, line in enumerate(names.splitlines(), start=1))


def read(folder, data, reading=NONE, contracts=CONTRACTS):
    path = folder / "products.csv"
    path.write_bytes(data)
    [grid] = delimited.read(path, path.name, "csv", contracts.values(), reading)
    return [",".join(cells) for _, cells in grid.rows()], [(note.kind, note.message) for note in grid.notes]


@pytest.mark.parametrize(
    ("language", "encoding", "called"),
    [
        ("German", "cp1252", "Windows-1252"),
        ("Russian", "cp1251", "Windows-1251"),
        ("Russian", "koi8-r", "KOI8-R"),
        ("Polish", "cp1250", "Windows-1250"),
        ("Czech", "cp1250", "Windows-1250"),
        ("Japanese", "cp932", "Shift-JIS"),
        ("Chinese", "gbk", "GB18030"),
        ("Greek", "cp1253", "Windows-1253"),
    ],
)
def test_what_is_certain_is_read_and_noted(tmp_path, language, encoding, called):
    text = text_of(NAMES[language])
    lines, notes = read(tmp_path, text.encode(encoding))
    assert lines == text.splitlines()
    assert notes == [("encoding", f"read as {called}")]


@pytest.mark.parametrize(
    ("text", "encoding"), [("część", "cp1250"), ("España", "cp1252"), ("Книги", "cp1251"), ("BÃ,", "cp1252")]
)
def test_what_could_be_two_texts_is_refused_and_the_setting_named(tmp_path, text, encoding):
    data = f"{HEADER}1,2,{text}\n".encode(encoding)
    with pytest.raises(UploadRefused, match="cannot be told for certain") as refused:
        read(tmp_path, data)
    assert "ingest --read encoding=" in refused.value.hint
    assert read(tmp_path, data, Reading(encoding=encoding))[0][1] == f"1,2,{text}"


_PAIRS = {
    "cp1252": ("German", "French"), "iso8859-1": ("German",), "mac-roman": ("German", "French"), "cp850": ("German",),
    "cp1250": ("Polish", "Czech", "German"), "iso8859-2": ("Polish", "Czech"), "cp852": ("Polish", "Czech"),
    "mac-latin2": ("Polish", "Czech"), "cp1251": ("Russian",), "koi8-r": ("Russian",), "cp866": ("Russian",),
    "iso8859-5": ("Russian",), "mac-cyrillic": ("Russian",), "cp1253": ("Greek",), "iso8859-7": ("Greek",),
    "cp932": ("Japanese",), "euc-jp": ("Japanese",), "gbk": ("Chinese",),
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "languages"), _PAIRS.items())
def test_no_word_of_any_language_is_read_in_another_encoding(encoding, languages):
    known = 0
    for language in languages:
        for text in [*NAMES[language].replace(",", " ").split(), *NAMES[language].splitlines(), NAMES[language]]:
            try:
                data = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            found = "" if text.isascii() else certain(data)
            assert not found or data.decode(found) == text
            known += bool(found)
    assert known or encoding == "cp850"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("language", ["German", "Russian", "Chinese"])
def test_utf_16_without_a_mark(tmp_path, encoding, language):
    text = text_of(NAMES[language])
    lines, notes = read(tmp_path, text.encode(encoding))
    assert lines == text.splitlines()
    assert notes == [("encoding", f"read as {encoding.upper()}")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf_8_that_is_damaged_in_one_place_names_the_line(tmp_path, end):
    lines = [f"{number},Bücher,Größe {number}" for number in range(2, 900)]
    data = bytearray(end.join([HEADER.strip(), *lines]).encode())
    at = data.index("811,Bücher".encode()) + 4
    data[at : at + 1] = b"\xe9"
    with pytest.raises(UploadRefused, match=r"products\.csv: line 811: byte 0xE9 is not UTF-8"):
        read(tmp_path, bytes(data))


def test_the_line_of_damage_far_into_a_file(tmp_path):
    lines = [f"{number},Bücher,Größe" for number in range(2, 100_000)]
    data = "\r\n".join([HEADER.strip(), *lines]).encode() + b"\r\n1,\xc3,x"
    with pytest.raises(UploadRefused, match="line 100000: byte 0xC3 is not UTF-8"):
        read(tmp_path, data)


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_a_line_end_where_the_file_is_read_in_two_parts_counts_once(tmp_path, shift):
    lines = HEADER.strip().encode() + b"\r\n" + "1,Bücher,Größe\r\n".encode()
    padding = b"x" * (CHUNK - len(lines) - 1 + shift)  # its line end is CR | LF where shift is 0
    with pytest.raises(UploadRefused, match="line 5: byte 0xFF is not UTF-8"):
        read(tmp_path, lines + padding + b"\r\n" + b"2,a,b\r\n3,\xff,c\r\n")


def test_a_letter_that_comes_late_counts(tmp_path):
    text = text_of("".join(f"Bücher,Größe {number}\n" for number in range(10_000)) + "Épicerie,Crème brûlée\n")
    lines, notes = read(tmp_path, text.encode("cp1252"))
    assert lines == text.splitlines()
    assert notes == [("encoding", "read as Windows-1252")]


def test_two_encodings_in_one_file_are_refused(tmp_path):
    data = text_of(NAMES["German"]).encode() + "9,Bücher,Größe\n".encode("cp1252")
    with pytest.raises(UploadRefused, match="line 5: byte 0xFC is not UTF-8"):
        read(tmp_path, data)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(UploadRefused, match="not text: it has zero bytes"):
        read(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe")


def test_a_mark_that_the_file_does_not_keep_is_refused(tmp_path):
    with pytest.raises(UploadRefused, match="line 2: byte 0xFF is not UTF-8"):
        read(tmp_path, b"\xef\xbb\xbf" + HEADER.encode() + b"1,\xff,x\n")
    with pytest.raises(UploadRefused, match="not UTF-16"):
        read(tmp_path, (HEADER + "1,2,3\n").encode("utf-16")[:-1])


# Settings


def test_a_setting_wins_over_what_looks_certain(tmp_path):
    lines, notes = read(tmp_path, f"{HEADER}1,2,Bücher\n".encode("cp1252"), Reading(encoding="cp1251"))
    assert lines[1] == "1,2,Bьcher"
    assert notes == []


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        ("cp12345", "no encoding is called 'cp12345'"),
        ("base64", "no encoding is called 'base64'"),
        ("utf-8", "line 2: byte 0xFC is not UTF-8"),
        ("ascii", "line 2: byte 0xFC is not ASCII"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path, encoding, reason):
    with pytest.raises(UploadRefused, match=reason):
        read(tmp_path, f"{HEADER}1,2,Bücher\n".encode("cp1252"), Reading(encoding=encoding))


def test_a_setting_against_the_files_own_mark_is_refused(tmp_path):
    with pytest.raises(UploadRefused, match="byte order mark of UTF-8, but is to be read as cp1251"):
        read(tmp_path, text_of(NAMES["Russian"]).encode("utf-8-sig"), Reading(encoding="cp1251"))


def test_the_setting_of_the_contract_that_the_header_belongs_to(tmp_path):
    products = replace(
        PRODUCTS,
        columns=(replace(PRODUCTS.columns[0], aliases=("код",)), *PRODUCTS.columns[1:]),
        reading=Reading(encoding="cp866", delimiter="^"),
    )
    other = replace(CONTRACTS["orders"], reading=Reading(encoding="koi8-r"))
    text = "код^department\n1^Книги\n"
    path = tmp_path / "products.csv"
    path.write_bytes(text.encode("cp866"))
    [grid] = delimited.read(path, path.name, "csv", [other, products], NONE)
    assert [cells for _, cells in grid.rows()] == [["код", "department"], ["1", "Книги"]]


def test_the_setting_of_another_contract_says_nothing(tmp_path):
    other = replace(CONTRACTS["orders"], reading=Reading(encoding="cp866"))
    text = text_of(NAMES["Russian"])
    lines, _ = read(tmp_path, text.encode("cp1251"), contracts=CONTRACTS | {"orders": other})
    assert lines == text.splitlines()
