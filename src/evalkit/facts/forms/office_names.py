"""Labels that name an office of a province in the column of places: "Công an tỉnh Sơn La"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalkit.facts.forms.figures import Held
from evalkit.facts.forms.person_names import FAMILY_NAMES
from evalkit.facts.forms.plain_words import plain_words
from evalkit.messages import worded

_OFFICE = re.compile(
    r"(?:cong an|ca|tand|toa(?: an)?|vien kiem sat|vks|vksnd|so|ubnd|uy ban|bo doi|bdbp|bo chi huy|bch|ban|hoi|cuc|chi cuc|thanh tra|trung tam|doan|mttq|mat tran|co quan|canh sat|police|court|department)\b"
)
_PARTS = re.compile(
    r"\b(?:huyen|quan|thi xa|thi tran|xa|phuong|pho|tp|cum|vung|khu vuc|tram|don|lien tinh|cac|cac tinh|district)\W*$"
)
_MOST_WORDS = 16
_LONGEST_QUOTED = 60


def ends_of_office(text: str) -> Iterator[tuple[str, str]]:
    """Yield how the name of an office may be parted into the office and the place it is of, the longest place first.

    Examples
    --------
    >>> list(ends_of_office("TAND tỉnh Sơn La"))
    [('TAND', 'tỉnh Sơn La'), ('TAND tỉnh', 'Sơn La'), ('TAND tỉnh Sơn', 'La')]
    >>> list(ends_of_office("Sơn La"))
    []
    """
    words = text.split()
    if not _OFFICE.match(plain_words(text)) or len(words) > _MOST_WORDS:
        return
    for place in range(1, len(words)):
        office = " ".join(words[:place])
        if not _PARTS.search(plain_words(office)):
            yield office, " ".join(words[place:])


def held_office(text: str, office: str, name: str, code: str) -> Held:
    """Return that a label names an office, with the place it is of and what to write in the mapping.

    Examples
    --------
    >>> str(held_office("TAND tỉnh Sơn La", "TAND", "Sơn La", "14").do)
    'if they are the figures of Sơn La, write "TAND tỉnh Sơn La" = "14" in place; else leave the row by skip'
    """
    named = any(word.casefold() in FAMILY_NAMES and word[:1].isupper() for word in office.split()[1:])
    label = "..." if named or len(text) > _LONGEST_QUOTED else " ".join(text.split())
    return Held(
        worded("the label names an office, and its place is {name} ({code})", name=name, code=code),
        worded(
            'if they are the figures of {name}, write "{label}" = "{code}" in place; else leave the row by skip',
            name=name,
            label=label,
            code=code,
        ),
        in_mapping=True,
    )
