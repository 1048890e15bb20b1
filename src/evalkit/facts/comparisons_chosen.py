"""Comparisons of places with and without a measure that a researcher asks for: one that is declared, or one chosen on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from evalkit.declaration import nearest, rule_of
from evalkit.errors import FactsError
from evalkit.facts.areas import NationFacts
from evalkit.facts.named_places import match_place
from evalkit.labels import labels_in
from evalkit.messages import worded
from evalkit.programme.asked_name import asked_name
from evalkit.programme.comparison import OTHERS, Comparison

KEYS = ("measure", "who", "compared_with", "window")
CHOSEN = "own"


def declared_comparison(nation: NationFacts, name: str) -> Comparison:
    """Return a comparison of the programme by its id.

    Raises
    ------
    FactsError
        If there is none; the nearest are told.
    """
    known = {one.id: one for one in nation.programme.comparisons}
    if name not in known:
        do = worded("the programme declares no comparison; give measure, who and window")
        raise FactsError(
            where=f"effect({name!r})",
            rule=worded("the programme has no such comparison"),
            do=nearest(name, list(known)) if known else do,
        )
    return known[name]


def own_comparison(nation: NationFacts, given: Mapping[str, Any]) -> Comparison:
    """Return a comparison chosen on the spot, which is registered on no day.

    Parameters
    ----------
    nation : NationFacts
    given : mapping
        ``measure``, ``who`` (place to first year), ``compared_with`` ("others" by default), ``window`` (first and last year).

    Raises
    ------
    FactsError
        If a key is missing or not known, a measure or a place is not, or the parts do not fit together.
    """
    _refuse_keys(given)
    measures = nation.programme.measures
    rule = worded("the programme has no such measure")
    measure = asked_name(str(given["measure"]), measures, where="effect()", rule=rule)
    counted = measures[measure]
    if not (counted.additive and counted.whole and not counted.negative):
        rule = worded("a comparison takes a measure that counts and is added over places")
        raise _wrong(rule, worded("name another measure than {measure}", measure=repr(measure)))
    return _made(
        label=counted.label, measure=measure, scheme=nation.about.scheme, **_places_and_years(nation, given)
    )


def _places_and_years(nation: NationFacts, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return who has the measure since when, whom it is compared with, and the window."""
    others = given.get("compared_with", OTHERS)
    try:
        first, last = (_year(year) for year in given["window"])
        since = {code: date(_year(year), 1, 1) for code, year in _coded(given["who"], nation).items()}
        compared = others if _is_others(others) else tuple(_coded(dict.fromkeys(others), nation))
        years = {"first_year": first, "last_year": last}
    except (TypeError, ValueError):
        rule = worded("who gives each place its first year, window is a first and a last year")
        raise _wrong(rule, worded('write who={"22": 2018}, window=(2011, 2022)')) from None
    return {"who": tuple(since), "since": since, "compared_with": compared, **years}


def _made(**parts: Any) -> Comparison:
    try:
        with labels_in(()):  # it has the measure's, in the languages of the pages
            return Comparison(id=CHOSEN, expected="none", source=CHOSEN, **parts)
    except ValidationError as refused:
        fault = refused.errors(include_url=False)[0]
        raise _wrong(rule_of(fault), worded("correct the value")) from None


def _refuse_keys(given: Mapping[str, Any]) -> None:
    unknown = [name for name in given if name not in KEYS]
    if unknown:
        raise _wrong(worded("unknown key"), nearest(str(unknown[0]), list(KEYS)))
    missing = [name for name in KEYS if name not in given and name != "compared_with"]
    if missing:
        rule = worded("a comparison needs measure, who and window; {missing} is missing", missing=missing[0])
        raise _wrong(rule, worded('write who={"22": 2018}, window=(2011, 2022)'))


def _year(told: Any) -> int:
    """Return a whole year; half a year more is no year, and is not rounded."""
    year = int(told)
    if isinstance(told, float) and told != year:
        raise ValueError
    return year


def _is_others(others: Any) -> bool:
    """Tell whether all others are meant; a name alone is no list of places, letter by letter."""
    if isinstance(others, str) and others != OTHERS:
        rule = worded("compared_with names places, or is 'others'")
        raise _wrong(rule, worded("write compared_with=[{place}]", place=repr(others)))
    return bool(isinstance(others, str))


def _coded(told: Mapping[Any, Any], nation: NationFacts) -> dict[str, Any]:
    """Return a mapping of places by code; a place may be given by its code or its name, and once."""
    if not isinstance(told, Mapping):
        raise TypeError
    found: dict[str, Any] = {}
    for place, value in told.items():
        code = match_place(place, nation.places).code
        if code in found:
            rule = worded("a place stands once, by its code or by its name")
            raise _wrong(
                rule, worded("leave out {place}, which is {code}", place=repr(place), code=repr(code))
            )
        found[code] = value
    return found


def _wrong(rule: str, do: str) -> FactsError:
    return FactsError(where="effect()", rule=rule, do=do)
