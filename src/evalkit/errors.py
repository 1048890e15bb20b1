"""The five ways evalkit refuses, each with its exit code, and the shape every message has.

A message says where the trouble is, which rule was broken and what to do. It never prints a protected value: name the
file, row, column or province, not the figure.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

from evalkit.messages import placed, shown, worded

Made = TypeVar("Made")


class EvalkitError(Exception):
    """A refusal that is shown to the user without a traceback.

    Parameters
    ----------
    where : str
        File, row, column, key or province: the place to look at.
    rule : str
        The rule that was broken, as a sentence.
    do : str
        What to do about it.

    Examples
    --------
    >>> print(FactsError(where="facts.csv, row 3", rule="a count is never negative", do="correct the value"))
    FactsError [exit 3]
      where  facts.csv, row 3
      rule   a count is never negative
      do     correct the value
    """

    exit_code = 1

    def __init__(self, *, where: str, rule: str, do: str) -> None:
        super().__init__(where, rule, do)
        self.where, self.rule, self.do = where, rule, do
        self.also: tuple[EvalkitError, ...] = ()

    def __str__(self) -> str:
        return str(self._message())

    def shown(self) -> str:
        """Return the message in the user's language."""
        return shown(self._message())

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook; asked again, with ``%tb``, the traceback."""
        if getattr(self, "_told", False):
            return traceback.format_exception(self)
        self._told = True
        lines = [
            worded("where  {where}", where=placed(self.where)),
            worded("rule   {rule}", rule=self.rule),
            worded("do     {do}", do=self.do),
            worded("%tb shows where in the code this was found"),
        ]
        return [shown(_called(self)), *(f"  {shown(line)}" for line in lines)]

    def _message(self) -> str:
        return worded(
            "{kind} [exit {code}]\n  where  {where}\n  rule   {rule}\n  do     {do}",
            kind=_called(self),
            code=self.exit_code,
            where=placed(self.where),
            rule=self.rule,
            do=and_more(self.do, len(self.also)),
        )

    @property
    def every(self) -> tuple[EvalkitError, ...]:
        """The refusal and those found together with it."""
        return (self, *self.also)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process: keyword-only fields need a hand."""
        return _rebuild, (type(self), self.where, self.rule, self.do, self.also)


def _called(refusal: EvalkitError) -> str:
    """Return what kind of refusal it is: the name of its class, with a word for it in other languages."""
    kinds = {
        "SettingsError": worded("SettingsError"),
        "DeclarationError": worded("DeclarationError"),
        "FactsError": worded("FactsError"),
        "DisclosureError": worded("DisclosureError"),
        "BatchError": worded("BatchError"),
    }
    named = (kinds[kind.__name__] for kind in type(refusal).__mro__ if kind.__name__ in kinds)
    return next(named, type(refusal).__name__)


def and_more(do: str, number: int) -> str:
    """Return a remedy, and how many more refusals there are where there are some.

    Examples
    --------
    >>> and_more("correct the value", 2)
    'correct the value (and 2 more: `evalkit check` lists them all)'
    """
    if not number:
        return do
    return worded("{do} (and {number} more: `evalkit check` lists them all)", do=do, number=number)


def _rebuild(
    kind: type[EvalkitError], where: str, rule: str, do: str, also: tuple[EvalkitError, ...]
) -> EvalkitError:
    refusal = kind(where=where, rule=rule, do=do)
    refusal.also = also
    return refusal


def together(refusals: Iterable[EvalkitError]) -> EvalkitError:
    """Return the first of several refusals, which names the others in ``also``.

    Examples
    --------
    >>> refusals = [FactsError(where=f"row {n}", rule="a rule", do="correct it") for n in (2, 3)]
    >>> [one.where for one in together(refusals).every]
    ['row 2', 'row 3']
    """
    gathered = Refusals()
    for refusal in refusals:
        gathered.add(refusal)
    first, *others = gathered.found
    first.also = tuple(others)
    return first


class Refusals:
    """Refusals gathered while the rest is still looked at, so that all are told in one go.

    Examples
    --------
    >>> refusals = Refusals()
    >>> refusals.of(int, "7")
    7
    >>> refusals.refuse()
    """

    def __init__(self) -> None:
        self.found: list[EvalkitError] = []

    def of(self, make: Callable[..., Made], *arguments: object, **named: object) -> Made | None:
        """Return what a function makes; keep its refusal and return None where it refuses."""
        try:
            return make(*arguments, **named)
        except EvalkitError as refusal:
            self.add(refusal)
            return None

    def add(self, refusal: EvalkitError) -> None:
        """Keep a refusal and those found together with it, each by itself."""
        for one in refusal.every:
            one.also = ()
            self.found.append(one)

    def refuse(self) -> None:
        """Raise what was gathered, if anything was; a refused disclosure comes first."""
        if self.found:
            raise self.all() from None

    def all(self) -> EvalkitError:
        """Return what was gathered as one refusal; there must be some."""
        return together(sorted(self.found, key=lambda one: not isinstance(one, DisclosureError)))


class SettingsError(EvalkitError):
    """evalkit.toml or an option is wrong."""

    exit_code = 3


class DeclarationError(EvalkitError):
    """Our own declarations (programme, registry) are wrong."""

    exit_code = 3


class FactsError(EvalkitError):
    """The reported figures are wrong or cannot be read."""

    exit_code = 3


class NoSuchNameError(FactsError, AttributeError):
    """What is asked of a result, a place or a bundle is none of its names: also an AttributeError, as Python expects."""


class NoSuchKeyError(FactsError, KeyError):
    """What is looked up by name is not there: also a KeyError, as Python expects."""


class DisclosureError(EvalkitError):
    """Going on would show what may not be seen. Always fatal."""

    exit_code = 4


class BatchError(EvalkitError):
    """Some pages failed or lack lines; what was made is published, and what failed or is lacking is listed."""

    exit_code = 5
