"""Places of which only former units have figures: their pages give no sum, and a run says so before it makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evalkit.facts.bundle import Bundle
from evalkit.facts.named_places import Part, Place
from evalkit.messages import listed, worded
from evalkit.table import TOLD

MOST_NAMED = 5


def told_in_part(bundle: Bundle, codes: Iterable[str]) -> list[str]:
    """Return a warning for each place that has no figure while a unit it was formed from has, at most five by name.

    Parameters
    ----------
    bundle : Bundle
        Protected facts of all places.
    codes : iterable of str
        The places whose pages are to be made.
    """
    wanted = set(codes)
    found = list(_found(bundle, [one for one in bundle.places if one.code in wanted]))
    more = len(found) - MOST_NAMED
    return [*found[:MOST_NAMED], *([worded("and {number} more", number=more)] if more > 0 else [])]


def _found(bundle: Bundle, places: Iterable[Place]) -> Iterator[str]:
    told = bundle.facts[bundle.facts["status"].isin(TOLD)]
    told = told[told["measure"] != bundle.programme.population]
    known = set(zip(told["province_code"], told["scheme"], strict=True))
    for place in places:
        there = [one for one in place.components if (one.code, one.scheme) in known]
        if len(place.components) > 1 and there and not bundle.has_figures(place):
            yield _warning(place, there)


def _warning(place: Place, there: list[Part]) -> str:
    missing = [one.full_name for one in place.components if one not in there]
    names = {
        "code": place.code,
        "place": place.name,
        "told": listed([one.full_name for one in there]),
        "scheme": there[0].scheme,
    }
    if missing:
        return worded(
            "warning: {code} {place} has figures of a part only, {told}; none of {missing}; its page gives no sum (pages of the former units: --scheme {scheme})",
            missing=listed(missing),
            **names,
        )
    return worded(
        "warning: {code} {place} has figures of its former units only, {told}, of no item all of them; its page gives no sum (pages of the former units: --scheme {scheme})",
        **names,
    )
