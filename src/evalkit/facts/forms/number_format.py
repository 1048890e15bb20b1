"""What a cell's number format makes of the number it holds: another number, nothing at all, or a number with words."""

from __future__ import annotations

import re

_ASIDE = re.compile(
    r"\[[^\]]*\]|_.|\*."
)  # colours, conditions and currencies; a blank as wide as a sign; a sign that fills
_WORDS = re.compile(r'"([^"]*)"|\\(.)')
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")


def scales_figure(shape: str) -> bool:
    """Tell whether a format shows a number as another: times a hundred as a percentage, or in thousands.

    Examples
    --------
    >>> scales_figure("0.0%"), scales_figure("#,##0,"), scales_figure("#,##0")
    (True, True, False)
    """
    bare = _WORDS.sub("", _ASIDE.sub("", shape))
    return "%" in bare or _THOUSANDS.search(bare) is not None


def hides_figure(shape: str, *, zero: bool = False) -> bool:
    """Tell whether a format shows nothing where a number stands.

    Examples
    --------
    >>> hides_figure(";;;"), hides_figure("0;-0;;@"), hides_figure("0;-0;;@", zero=True)
    (True, False, True)
    """
    parts = _ASIDE.sub("", shape).split(";")
    part = parts[2] if zero and len(parts) > 2 else parts[0]
    return not part.strip()


def words_of(shape: str) -> str:
    """Return the words that a format shows beside a number, without signs and blanks.

    Examples
    --------
    >>> words_of('0" nghìn vụ"'), words_of('#,##0 "-"')
    ('nghìn vụ', '')
    """
    first = _ASIDE.sub("", shape).split(";")[0]
    words = "".join(found[1] or found[2] or "" for found in _WORDS.finditer(first)).strip()
    return words if any(letter.isalpha() for letter in words) else ""
