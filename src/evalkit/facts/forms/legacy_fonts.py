"""Vietnamese letters of two codings older than Unicode, TCVN3 (the .Vn fonts) and VNI (the VNI- fonts), by one table each."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

LegacyCoding = Literal["tcvn3", "vni"]

_TCVN3 = str.maketrans(
    "\u00b5\u00b8\u00b6\u00b7\u00b9\u00a8\u00bb\u00be\u00bc\u00bd\u00c6\u00a9\u00c7\u00ca\u00c8\u00c9\u00cb\u00ae\u00cc\u00d0\u00ce\u00cf\u00d1\u00aa\u00d2\u00d5\u00d3\u00d4\u00d6"
    "\u00d7\u00dd\u00d8\u00dc\u00de\u00df\u00e3\u00e1\u00e2\u00e4\u00ab\u00e5\u00e8\u00e6\u00e7\u00e9\u00ac\u00ea\u00ed\u00eb\u00ec\u00ee"
    "\u00ef\u00f3\u00f1\u00f2\u00f4\u00ad\u00f5\u00f8\u00f6\u00f7\u00f9\u00fa\u00fd\u00fb\u00fc\u00fe\u00a7\u00a1\u00a2\u00a3\u00a4\u00a5\u00a6",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĐĂÂÊÔƠƯ",
)
_VNI_ALONE = dict(zip("ôöñíìæóòîÔÖÑÍÌÆÓÒÎ", "ơưđíìỉĩịỵƠƯĐÍÌỈĨỊỴ", strict=True))
_VNI_MARKS = {  # the mark behind a letter, as the accents of Unicode
    "ù": "\u0301",
    "ø": "\u0300",
    "û": "\u0309",
    "õ": "\u0303",
    "ï": "\u0323",
    "â": "\u0302",
    "á": "\u0302\u0301",
    "à": "\u0302\u0300",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0323\u0302",
    "ê": "\u0306",
    "é": "\u0306\u0301",
    "è": "\u0306\u0300",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0323\u0306",
}
_VNI_PAIR = re.compile(
    rf"([aeouyôöAEOUYÔÖ])([{''.join(_VNI_MARKS)}{''.join(_VNI_MARKS).upper()}])|(.)", re.DOTALL
)


def modern(text: str, coding: LegacyCoding) -> str:
    """Return a text of an old coding in Unicode.

    Parameters
    ----------
    text : str
        The text as its bytes read in Latin-1, which is how files and workbooks hold it.
    coding : "tcvn3" or "vni"

    Examples
    --------
    >>> modern("Qu¶ng Ninh", "tcvn3"), modern("Quaûng Ninh", "vni")
    ('Quảng Ninh', 'Quảng Ninh')
    """
    if coding == "tcvn3":
        return text.translate(_TCVN3)
    return unicodedata.normalize("NFC", _VNI_PAIR.sub(_vni, text))


def coding_of_font(font: str) -> LegacyCoding | None:
    """Return the old coding that a font's name tells.

    Examples
    --------
    >>> coding_of_font(".VnTime"), coding_of_font("VNI-Times"), coding_of_font("Calibri")
    ('tcvn3', 'vni', None)
    """
    name = font.strip().lower()
    if name.startswith(".vn"):
        return "tcvn3"
    return "vni" if name.startswith(("vni-", "vni ")) else None


def _vni(found: re.Match[str]) -> str:
    letter, mark, alone = found.groups()
    if alone is not None:
        return _VNI_ALONE.get(alone, alone)
    return _VNI_ALONE.get(letter, letter) + _VNI_MARKS[mark.lower()]
