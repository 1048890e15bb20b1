"""The measures: which counts all that another counts, and at which breakdown."""

from __future__ import annotations

from typing import NamedTuple

from evalkit.programme.models import Programme

At = tuple[tuple[str, str], ...]


class PartOf(NamedTuple):
    """All that ``part`` counts is counted by ``base``, too: at any breakdown, or where they are taken at one each, there.

    ``indicator`` is the share that says so; empty where the measures do.
    """

    part: str
    base: str
    at: At = ()
    base_at: At = ()
    indicator: str = ""


def parts_of_measures(programme: Programme) -> tuple[PartOf, ...]:
    """Return which measures are part of which: declared, by an indicator that is a share, or by way of a third.

    Parameters
    ----------
    programme : Programme

    Examples
    --------
    >>> from evalkit.programme.load import load_programme
    >>> pairs = {(one.part, one.base) for one in parts_of_measures(load_programme("vn-trafficking"))}
    >>> ("victims_supported", "victims_offered_support") in pairs, ("victims_supported", "victims_identified") in pairs
    (True, True)
    """
    whole: dict[tuple[str, str], str] = {
        (name, base): "" for name, measure in programme.measures.items() for base in measure.part_of
    }
    for name, one in programme.indicators.items():
        if one.is_share and one.denominator is not None and one.part == one.base_part:
            whole.setdefault((one.numerator, one.denominator), name)
    while further := {(part, base) for part, by in whole for one, base in whole if one == by} - set(whole):
        whole |= dict.fromkeys(further, "")
    links = [
        PartOf(part, base, indicator=name) for (part, base), name in sorted(whole.items()) if part != base
    ]
    return (*links, *_at_a_breakdown(programme, whole))


def _at_a_breakdown(programme: Programme, whole: dict[tuple[str, str], str]) -> list[PartOf]:
    """Return the shares of which numerator and denominator are taken at breakdowns that differ."""
    return [
        PartOf(one.numerator, one.denominator, _items(one.part), _items(one.base_part), name)
        for name, one in programme.indicators.items()
        if one.is_share
        and one.denominator is not None
        and one.part != one.base_part
        and not (
            set(one.base_part.items()) <= set(one.part.items())
            and (one.numerator == one.denominator or (one.numerator, one.denominator) in whole)
        )
    ]


def _items(part: dict[str, str]) -> At:
    return tuple(sorted(part.items()))
