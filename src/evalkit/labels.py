"""A label in the languages of the pages, and a validity from one day to another: what declarations of places and programmes share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field, RootModel, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from evalkit.declaration import Declared
from evalkit.languages import CODE, DEFAULT, KEY
from evalkit.messages import worded

Text = Annotated[str, Field(min_length=1)]

_REQUIRED: ContextVar[tuple[str, ...]] = ContextVar("languages of labels", default=DEFAULT)


@contextmanager
def labels_in(languages: Sequence[str]) -> Iterator[None]:
    """Read declarations whose labels are in these languages, whatever others they have besides.

    Examples
    --------
    >>> with labels_in(["fi", "en"]):
    ...     Label(fi="tapaukset", en="cases", vi="vụ").of("fi")
    'tapaukset'
    """
    before = _REQUIRED.set(tuple(languages))
    try:
        yield
    finally:
        _REQUIRED.reset(before)


def label_languages() -> tuple[str, ...]:
    """Return the languages that a label must be in."""
    return _REQUIRED.get()


class Label(RootModel[dict[str, Text]]):
    """One wording by language, in every language of the pages at least.

    Examples
    --------
    >>> Label(vi="vụ", en="cases").en
    'cases'
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    @model_validator(mode="after")
    def _is_in_every_language(self) -> Self:
        missing = [language for language in label_languages() if language not in self.root]
        if missing:
            faults = [
                InitErrorDetails(type="missing", loc=(language,), input=self.root) for language in missing
            ]
            raise ValidationError.from_exception_data("Label", faults)
        for language in self.root:
            if not CODE.fullmatch(language):
                raise ValueError(
                    worded(
                        "{language} is no code of a language, such as vi or pt-BR", language=repr(language)
                    )
                )
        return self

    def __hash__(self) -> int:
        return hash(frozenset(self.root.items()))

    def of(self, language: str) -> str:
        """Return the text in a language; where there is none the English one, else the first."""
        return self.root.get(language) or self.root.get(KEY) or next(iter(self.root.values()))

    @property
    def vi(self) -> str:
        """The Vietnamese text."""
        return self.of("vi")

    @property
    def en(self) -> str:
        """The English text."""
        return self.of(KEY)


class Gloss(RootModel[dict[str, Text]]):
    """What words of another language mean, in any languages or none.

    Examples
    --------
    >>> Gloss({"en": "Ministry of Health"}).of("en"), Gloss({}).of("en")
    ('Ministry of Health', None)
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    def of(self, language: str) -> str | None:
        """Return the meaning in a language, where it is told."""
        return self.root.get(language)


class Dated(Declared):
    """Something in force from one day to another, both inclusive."""

    valid_from: date
    valid_to: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError(
                worded("valid_to lies before valid_from: a validity ends on or after the day it starts")
            )
        return self

    def covers(self, day: date) -> bool:
        """Tell whether the day lies inside the validity."""
        return self.valid_from <= day <= self.valid_to
