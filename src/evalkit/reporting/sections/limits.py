"""Limits as a page writes them: one that cannot be given is said in words, one beyond telling as a bound."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.kind_words import decimals_of_percent
from evalkit.reporting.wording import say

BEYOND_TELLING = 10_000.0
SMALL_BASE = 5
Write = Callable[[float], Bilingual]


def limits_written(lower: float, upper: float, *, write: Write) -> Bilingual:
    """Write the limits of an interval; a missing or infinite one is a legal result and is said in words.

    Parameters
    ----------
    lower, upper : float
        Missing or infinite where no limit can be given.
    write : callable
        Writes a finite limit.

    Examples
    --------
    >>> limits_written(-66.4, 1.2, write=formats.signed_percent).en
    '−66.4% to +1.2%'
    >>> limits_written(5.3, math.inf, write=formats.signed_percent).en
    '+5.3% upwards, no upper limit can be given'
    >>> limits_written(-math.inf, math.nan, write=formats.number).en
    'no limits can be given'
    """
    has_lower, has_upper = math.isfinite(lower), math.isfinite(upper)
    if has_lower and has_upper:
        return say("{low} to {high}", low=write(lower), high=write(upper))
    if has_lower:
        return say("{low} upwards, no upper limit can be given", low=write(lower))
    if has_upper:
        return say("up to {high}, no lower limit can be given", high=write(upper))
    return say("no limits can be given")


def parted_by_rounding(lower: float, upper: float, value: float, *, write: Write) -> bool:
    """Tell whether an interval that leaves a value out is written with that very value as one of its limits.

    Examples
    --------
    >>> from functools import partial
    >>> write = partial(formats.number, decimals=2)
    >>> parted_by_rounding(0.04, 0.2571, 0.2604, write=write)
    True
    >>> parted_by_rounding(0.04, 0.2618, 0.2604, write=write), parted_by_rounding(0.04, 0.24, 0.2604, write=write)
    (False, False)
    """
    if math.isnan(lower) or lower <= value <= upper:
        return False
    return write(value) in [write(one) for one in (lower, upper) if math.isfinite(one)]


def rounding_note() -> Bilingual:
    """Say why an interval may end on the very number that it is said to leave out."""
    return say(
        "Verdicts follow unrounded numbers: a limit printed equal to the value compared with does not quite reach it."
    )


def change_written(value: float, *, base: float = math.inf) -> Bilingual:
    """Write a change in percent; one above 10,000% as a bound, for its digits would tell nothing.

    Parameters
    ----------
    value : float
        In percent.
    base : float
        The count it starts from. Under 1,000 no decimal is carried, but where it keeps a value from standing as no change or as all.

    Examples
    --------
    >>> change_written(-41.0).en, change_written(3.2e8).en
    ('−41.0%', 'more than +10,000%')
    >>> [change_written(value, base=39).en for value in (-41.03, 1.2, -0.3, -99.8)]
    ['−41%', '+1%', '−0.3%', '−99.8%']
    """
    if math.isfinite(value) and value > BEYOND_TELLING:
        return say("more than {bound}", bound=formats.signed_percent(BEYOND_TELLING, 0))
    return formats.signed_percent(value, decimals_of_percent(value, base, but=(0, -100)))


def change_limits(lower: float, upper: float, *, base: float = math.inf) -> Bilingual:
    """Write the limits of a change in percent.

    Examples
    --------
    >>> change_limits(-100.0, 4.2e6).en, change_limits(-66.4, 1.2, base=39).en
    ('−100.0% to more than +10,000%', '−66% to +1%')
    """
    return limits_written(lower, upper, write=partial(change_written, base=base))
