"""One wording in every language of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from pydantic_core import PydanticCustomError, core_schema

from evalkit.languages import CODE, DEFAULT, KEY, written


class Bilingual(tuple[str, ...]):
    """One wording in the languages of the pages: in Vietnamese and English, or in those it is given by name.

    Two texts without a name are the Vietnamese and the English one. A language that a wording lacks has its English text, or
    its first where it has no English one.

    Examples
    --------
    >>> Bilingual("số vụ", "cases").of("vi"), Bilingual("–", "–").of("fi")
    ('số vụ', '–')
    >>> Bilingual(fi="tapaukset", en="cases").of("fi")
    'tapaukset'
    """

    languages: tuple[str, ...] = DEFAULT

    def __new__(cls, vi: str | None = None, en: str | None = None, /, **texts: str) -> Self:
        """Take two texts, or one or more by language."""
        if vi is not None and en is not None and not texts:
            return super().__new__(cls, (vi, en))
        if not texts or vi is not None or en is not None:
            raise TypeError("a wording is two texts, in Vietnamese and in English, or texts by language")
        made = super().__new__(cls, texts.values())
        if tuple(texts) != DEFAULT:
            made.languages = tuple(texts)
        return made

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Take a wording, or what it is in JSON: texts by the codes of languages."""
        return core_schema.no_info_plain_validator_function(
            cls._checked,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.texts),
        )

    @classmethod
    def _checked(cls, given: Any) -> Bilingual:
        if isinstance(given, Bilingual):
            texts: Any = given
        else:
            texts = (
                given.values() if isinstance(given, dict) and given and all(map(_is_code, given)) else (None,)
            )
        if not all(isinstance(text, str) for text in texts):
            raise PydanticCustomError("wording", "Input should be a wording: texts by language")
        return given if isinstance(given, Bilingual) else cls(**given)

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, str]]:
        """Give the texts by language."""
        return (), self.texts

    def __repr__(self) -> str:
        return f"Bilingual({', '.join(f'{language}={text!r}' for language, text in self.texts.items())})"

    @property
    def texts(self) -> dict[str, str]:
        """The texts by language."""
        return dict(zip(self.languages, self, strict=True))

    @property
    def vi(self) -> str:
        """The Vietnamese text."""
        return self.of("vi")

    @property
    def en(self) -> str:
        """The English text, which is there on pages in other languages too."""
        return self.of(KEY)

    def of(self, language: str) -> str:
        """Return the wording in one language."""
        if language in self.languages:
            return self[self.languages.index(language)]
        return self[self.languages.index(KEY)] if KEY in self.languages else self[0]


def each(write: Callable[..., str], *wordings: Bilingual) -> Bilingual:
    """Return the wording that a function makes of others, language by language.

    Parameters
    ----------
    write : callable
        Takes one text of each wording and returns one.
    *wordings : Bilingual

    Examples
    --------
    >>> each("{} {}".format, Bilingual("1,5", "1.5"), Bilingual("vụ", "cases"))
    Bilingual(vi='1,5 vụ', en='1.5 cases')
    """
    return Bilingual(**{language: write(*(one.of(language) for one in wordings)) for language in written()})


def by_language(write: Callable[[str], str]) -> Bilingual:
    """Return what a function writes in each language.

    Examples
    --------
    >>> by_language(str.upper)
    Bilingual(vi='VI', en='EN')
    """
    return Bilingual(**{language: write(language) for language in written()})


def same(text: str) -> Bilingual:
    """Return a text that is the same in every language: a year, a code."""
    return by_language(lambda _: text)


def _is_code(key: Any) -> bool:
    return isinstance(key, str) and CODE.fullmatch(key) is not None
