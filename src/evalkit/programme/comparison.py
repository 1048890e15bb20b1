"""A comparison declared before its results are seen: who has the measure since when, whom it is compared with, in which years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from evalkit.declaration import Declared, nearest
from evalkit.errors import DeclarationError, FactsError, together
from evalkit.labels import Label
from evalkit.messages import worded
from evalkit.places.registry import Registry

OTHERS: Final = "others"


class Comparison(Declared):
    """What is compared, and with whom.

    Attributes
    ----------
    measure : str
        What is counted.
    who, scheme : tuple of str, str
        Codes of the places with the measure, of one boundary set.
    since : date or dict
        When it began, for all or by place.
    compared_with : "others" or tuple of str
        All other places of the pages, or some by their codes.
    first_year, last_year : int
        The window.
    expected : {"fall", "rise", "none"}
    registered_on : date or None
        When the comparison was laid down. Where its results were known by then, or without a day, it is exploratory.

    Examples
    --------
    >>> words = {"id": "a", "label": {"vi": "Đường dây", "en": "Hotline"}, "measure": "cases_recorded", "scheme": "34", "source": "Act 1"}
    >>> told = words | {"who": ["01"], "since": "2018-07-01", "first_year": 2011, "last_year": 2022, "expected": "fall"}
    >>> one = Comparison.model_validate(told)
    >>> one.first_whole_year("01"), one.broken_year("01"), one.with_others(["01", "22"])
    (2019, 2018, ('22',))
    """

    id: str = Field(min_length=1)
    label: Label
    measure: str
    who: tuple[str, ...] = Field(min_length=1)
    scheme: str
    since: date | dict[str, date]
    compared_with: Literal["others"] | tuple[str, ...] = OTHERS
    first_year: int
    last_year: int
    expected: Literal["fall", "rise", "none"]
    registered_on: date | None = None
    source: str

    @model_validator(mode="after")
    def _groups_are_apart(self) -> Self:
        others = () if self.compared_with == OTHERS else tuple(self.compared_with)
        if again := _twice(self.who):
            raise ValueError(worded("{code} stands twice in who", code=repr(again[0])))
        if again := _twice(others):
            raise ValueError(worded("{code} stands twice in compared_with", code=repr(again[0])))
        if isinstance(self.since, dict) and set(self.since) != set(self.who):
            code = sorted(set(self.since) ^ set(self.who))[0]
            raise ValueError(
                worded(
                    "since gives a day to each place of who and to no other; {code} is in one alone",
                    code=repr(code),
                )
            )
        if self.compared_with == ():
            raise ValueError(worded("compared_with names places, or is 'others'"))
        both = [code for code in self.who if code in others]
        if both:
            raise ValueError(worded("{code} stands in who and in compared_with", code=repr(both[0])))
        return self

    @model_validator(mode="after")
    def _has_years_before_and_after(self) -> Self:
        seen = [
            self.first_year < self.began(code).year and self.first_whole_year(code) <= self.last_year
            for code in self.who
        ]
        if not any(seen):
            raise ValueError(
                worded(
                    "from first_year to last_year there is a year before the start, and a whole one after it"
                )
            )
        return self

    def began(self, code: str) -> date:
        """Return the day on which the measure began in one of the places."""
        return self.since[code] if isinstance(self.since, dict) else self.since

    def first_whole_year(self, code: str) -> int:
        """Return the first whole year with the measure."""
        day = self.began(code)
        return day.year if (day.month, day.day) == (1, 1) else day.year + 1

    def broken_year(self, code: str) -> int | None:
        """Return the year in the midst of which the measure began: neither before nor after."""
        year = self.began(code).year
        return None if self.first_whole_year(code) == year else year

    def with_others(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return whom it is compared with, of the places that there are."""
        if self.compared_with == OTHERS:
            return tuple(code for code in codes if code not in self.who)
        return tuple(self.compared_with)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield each place named, with the key that names it."""
        yield from (("who", code) for code in self.who)
        if self.compared_with != OTHERS:
            yield from (("compared_with", code) for code in self.compared_with)


def _twice(codes: Sequence[str]) -> list[str]:
    return [code for n, code in enumerate(codes) if code in codes[:n]]


def refuse_unknown_places(
    comparisons: tuple[Comparison, ...], registry: Registry, *, scheme: str, where: str
) -> None:
    """Refuse a comparison of places that the pages do not have.

    Parameters
    ----------
    comparisons : tuple of Comparison
    registry : Registry
    scheme : str
        The boundary set of the pages.
    where : str
        What is declared where, for the message.

    Raises
    ------
    DeclarationError
        With the nearest name for each place that is not known.
    """
    faults = []
    for one in comparisons:
        place = f"{where}, comparison {one.id!r}"
        if one.scheme != scheme:
            faults.append(
                DeclarationError(
                    where=f"{place}, key scheme",
                    rule=worded("a comparison is of places that the pages are about"),
                    do=worded("write scheme = {scheme}", scheme=repr(scheme)),
                )
            )
            continue
        known = {unit.code for unit in registry.units(scheme)}
        faults += [
            _unknown(code, registry, scheme, f"{place}, key {key}")
            for key, code in one.names()
            if code not in known
        ]
    if faults:
        raise together(faults)


def _unknown(code: str, registry: Registry, scheme: str, where: str) -> DeclarationError:
    """Return the refusal of a place: its code where a name was written, else the nearest."""
    try:
        do = worded("write its code, {code}", code=repr(registry.find(code, scheme).code))
    except FactsError:
        units = registry.units(scheme)
        do = nearest(code, [unit.code for unit in units] + [unit.name for unit in units])
    return DeclarationError(
        where=where, rule=worded("{code} is no code of a place of these pages", code=repr(code)), do=do
    )
