"""The letters of languages beyond a to z, as their words need them: CLDR's exemplar characters, main and auxiliary
(https://cldr.unicode.org/translation/core-data/exemplars), the auxiliary ones cut down to those of foreign names on
products, such as café, Nestlé and jalapeño.
"""

from __future__ import annotations

_LETTERS = {
    "German": "äöüß éèêàáâçñîïôûóí",
    "French": "àâæçéèêëîïôœùûüÿ äöñáíó",
    "Spanish": "áéíñóúü çàèöêâ",
    "Catalan": "àçèéíïòóúü",
    "Portuguese": "áâãàçéêíóôõúü ñöè",
    "Italian": "àèéìíîòóùú çêâöüä",
    "Dutch": "éëïóöüèáäêç ñîôûâà",
    "Danish, Norwegian": "æøåéòôêü èáñçäö",
    "Swedish": "åäöéàü èêáñç",
    "Finnish": "åäöšž éèü",
    "Icelandic": "áðéíóúýþæö",
    "Polish": "ąćęłńóśźż éöüäčá",
    "Czech": "áčďéěíňóřšťúůýž öüäôľ",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű äčšž",
    "Croatian, Slovene": "čćđšž",
    "Romanian": "ăâîșțşţ",
    "Turkish": "âçğıîöşüû éä",
    "Estonian": "äõöüšž éč",
    "Latvian": "āčēģīķļņšūž éöüä",
    "Lithuanian": "ąčęėįšųūž éöüä",
    "Russian": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "Ukrainian": "абвгдежзийклмнопрстуфхцчшщьюяіїєґ",
    "Belarusian": "абвгдежзйклмнопрстуфхцчшыьэюяёіў",
    "Serbian": "абвгдежзиклмнопрстуфхцчшђјљњћџ",
    "Macedonian": "абвгдежзиклмнопрстуфхцчшѓѕјљњќџ",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىة",
}
ALPHABETS = tuple(frozenset(letters) - {" "} for letters in _LETTERS.values())

# What stands beside words in any language.
SYMBOLS = frozenset("“”„‘’‚«»‹›–—…•·°²³®™©§€£¥½¼¾±×÷µ¿¡ºª№\xa0")
# Of these, what may stand inside a word.
INNER = frozenset("’‘–—·")
