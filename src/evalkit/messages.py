"""What the command line tells, in its user's language: English stands in the code, Vietnamese in locale/vi.

A message is made whole, with named gaps, by :func:`worded`. It is its English text to programs and tests, and remembers its
template, so that the printing end can show it in Vietnamese. Whatever is cut from it or glued to it is plain English text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Self

ENGLISH, VIETNAMESE = "en", "vi"
CATALOGUE = "locale/vi/LC_MESSAGES/messages.po"
_VARIABLES = ("EVALKIT_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # gettext's own order after ours
_GAP = re.compile(r"\{(\w+)\}")
_LANGUAGE = [ENGLISH]


class Worded(str):
    """A message as English text that remembers its template and what fills the gaps."""

    __slots__ = ("gaps", "template")
    template: str
    gaps: dict[str, str]

    def __new__(cls, template: str, gaps: Mapping[str, str]) -> Self:
        """Make the English text."""
        made = super().__new__(cls, _filled(template, gaps))
        made.template, made.gaps = template, dict(gaps)
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.template, self.gaps)

    def shown(self) -> str:
        """Return the message in Vietnamese; a template that is not in the catalogue stays as it is."""
        gaps = {name: shown(text) for name, text in self.gaps.items()}
        return _filled(catalogue().get(self.template, self.template), gaps)


class Place(Worded):
    """Where a thing stands, as plain text: file, row, column, line or key."""

    __slots__ = ()

    def shown(self) -> str:
        """Return the place with its words in Vietnamese."""
        text = _PLACE_WORDS.sub(lambda found: shown(_WORDS[_WORDS.index(found[0])]), self.gaps["where"])
        text = _ROWS.sub(lambda found: shown(worded("{number} rows", number=found[1])), text)
        return _MORE.sub(lambda found: shown(worded("and {number} more", number=found[1])), text)


class Name(Worded):
    """A name with a Vietnamese form of its own, which was declared and stands in no catalogue."""

    __slots__ = ()

    def shown(self) -> str:
        """Return the Vietnamese name."""
        return self.gaps[VIETNAMESE]


def named(english: str, vietnamese: str) -> str:
    """Return a declared name that is shown in the user's language.

    Examples
    --------
    >>> with told_in("vi"):
    ...     shown(named("Viet Nam", "Việt Nam"))
    'Việt Nam'
    """
    return Name(f"{{{ENGLISH}}}", {ENGLISH: english, VIETNAMESE: vietnamese})


def worded(template: str, **gaps: object) -> str:
    """Return a message: its English text, which remembers its template.

    Parameters
    ----------
    template : str
        The English sentence, a literal; ``{name}`` marks what is filled in.
    **gaps : object
        What to fill in; another message keeps its own template.

    Examples
    --------
    >>> rule = worded("the parts by {name} add up to their total, and do not here", name="sex")
    >>> rule
    'the parts by sex add up to their total, and do not here'
    >>> with told_in("vi"):
    ...     shown(rule)
    'các phần theo sex cộng lại phải bằng tổng số'
    """
    return Worded(
        template, {name: text if isinstance(text, str) else str(text) for name, text in gaps.items()}
    )


def listed(parts: list[str]) -> str:
    """Return messages beside each other, parted by semicolons; nothing for none.

    Examples
    --------
    >>> listed([worded("remove one"), "22"])
    'remove one; 22'
    """
    return _joined(parts, "; ")


def beside(parts: list[str]) -> str:
    """Return names beside each other, parted by commas; nothing for none.

    Examples
    --------
    >>> beside([worded("cases"), "2023"])
    'cases, 2023'
    """
    return _joined(parts, ", ")


def _joined(parts: list[str], mark: str) -> str:
    gaps = {f"part{number}": part for number, part in enumerate(parts)}
    return Worded(mark.join(f"{{{name}}}" for name in gaps), gaps)


def placed(where: str) -> str:
    """Return a place that is shown with its words (row, column, line, key) in the user's language.

    Examples
    --------
    >>> with told_in("vi"):
    ...     shown(placed("facts.csv, row 2, column value (beside row 3)"))
    'facts.csv, dòng 2, cột value (cùng với dòng 3)'
    """
    return where if isinstance(where, Worded) else Place("{where}", {"where": where})


def shown(text: str) -> str:
    """Return a message in the user's language; plain text, such as a name, as it is."""
    return text.shown() if isinstance(text, Worded) and _LANGUAGE[0] == VIETNAMESE else str(text)


def spoken() -> str:
    """Return the language messages are shown in.

    Examples
    --------
    >>> with told_in("vi"):
    ...     spoken()
    'vi'
    """
    return _LANGUAGE[0]


def language_of(environment: Mapping[str, str], option: str = "") -> str:
    """Return the language of who reads the terminal: what is asked for, else what the environment says.

    Parameters
    ----------
    environment : mapping
        The first of EVALKIT_LANG, LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set decides.
    option : str, optional
        What was asked for on the command line.

    Examples
    --------
    >>> language_of({"LANG": "vi_VN.UTF-8"}), language_of({"LANG": "vi_VN.UTF-8", "LC_ALL": "C"}), language_of({})
    ('vi', 'en', 'en')
    """
    asked = option or next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return VIETNAMESE if re.match(r"vi(?![a-z])", asked.lower()) else ENGLISH


def speak(language: str) -> None:
    """Show messages in a language from now on: ``"vi"``, or English for any other; what a notebook's kernel does when it begins."""
    _LANGUAGE[0] = language


@contextmanager
def told_in(language: str) -> Iterator[None]:
    """Show messages in a language for a while: ``"vi"``, or English for any other."""
    before = _LANGUAGE[0]
    _LANGUAGE[0] = language
    try:
        yield
    finally:
        _LANGUAGE[0] = before


@cache
def catalogue() -> dict[str, str]:
    """Return the Vietnamese of every message by its English template."""
    from evalkit.catalogue_file import sentences_of  # noqa: PLC0415  babel is loaded where Vietnamese is shown

    with resources.files("evalkit").joinpath(CATALOGUE).open("rb") as stream:
        return sentences_of(stream, VIETNAMESE)


def _filled(template: str, gaps: Mapping[str, str]) -> str:
    """Fill in once: what is filled in is never read as a template itself."""
    return _GAP.sub(lambda found: gaps[found[1]], template)


_WORDS = (
    worded("first row"),
    worded("beside row"),
    worded("beside rows"),
    worded("row"),
    worded("line"),
    worded("column"),
    worded("at"),
    worded("key"),
    worded("province"),
    worded("scheme"),
    worded("programme"),
    worded("parameter"),
)
_PLACE_WORDS = re.compile(rf"(?:(?<=, )|(?<=; )|(?<=\()|^)(?:{'|'.join(_WORDS)})(?= )")
_ROWS = re.compile(r"(?<=, )([0-9 ]+) rows(?=, )")
_MORE = re.compile(r"\band ([0-9]+) more(?=[;)]|$)")
