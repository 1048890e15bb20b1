"""Why the effect of a programme cannot be told: a sentence for each reason of the methods for panels; and what a gap that moves by itself leaves of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from evalkit.reporting import formats
from evalkit.reporting.blocks import Bilingual
from evalkit.reporting.wording import say

if TYPE_CHECKING:
    from evalkit.statistics.panel.effect import Effect

NO_EFFECT: Mapping[str, Callable[[], Bilingual]] = {
    "none_treated": lambda: say(
        "No place has the programme within these years; there is no effect to estimate."
    ),
    "all_treated": lambda: say("Every place has the programme; none is left to compare with."),
    "treated_from_start": lambda: say(
        "The places with the programme had it from the first year on; nothing shows how they were before."
    ),
    "no_before_or_since": lambda: say(
        "No place with the programme has figures both from before its start and since."
    ),
    "no_comparison": lambda: say(
        "The places without the programme have no figures that can be compared with."
    ),
    "no_comparison_cases": lambda: say(
        "The places without the programme have no case before the start, or none after it; their change cannot be told."
    ),
    "no_cases_before": lambda: say(
        "The places with the programme had no case before it; a change from zero is no ratio."
    ),
    "no_cases_after": lambda: say(
        "The places with the programme have had no case since its start; compare the counts, not a ratio."
    ),
    "too_few_treated": lambda: say(
        "Fewer than five places have the programme; so few can only be held against a mixture of other places."
    ),
    "too_few_compared": lambda: say(
        "Fewer than five places are without the programme; chance cannot be judged by so few."
    ),
    "too_few_cases": lambda: say(
        "The places that start together have fewer than 30 cases in all years; at least 30 are needed."
    ),
    "different_starts": lambda: say(
        "The places started in different years; before and after are not the same years for all."
    ),
    "too_many_hidden": lambda: say(
        "More than a fifth of the figures needed are confidential; these are the small ones, and the rest is no fair picture."
    ),
    "other_scheme": lambda: say("The places named are not those that these pages are about."),
    "no_match": lambda: say("No mixture of other places ran as this place did before the start."),
}

# what the methods for panels mean by codes that elsewhere speak of a trend
HERE: Mapping[str, Callable[[], Bilingual]] = {
    "too_few_years": lambda: say(
        "Fewer than five years were reported before the start; a mixture of other places cannot be matched to so few."
    ),
    "insufficient_events": lambda: say(
        "The places with the measure had fewer than two cases a year before the start; a mixture of other places cannot be matched to so few."
    ),
    "not_reported": lambda: say(
        "Of the places with the measure, or of the others, years needed were not reported."
    ),
}

LEFT_OUT: Mapping[str, Callable[[], Bilingual]] = {
    "treated_from_start": lambda: say("had the measure from the first year on"),
    "no_before_or_since": lambda: say("no figure from before its start, or none since"),
    "not_yet": lambda: say("takes the measure after these years only: counted among the places without it"),
    "no_cases": lambda: say("no case in any year"),
    "too_few_cases": lambda: say("fewer than 30 cases in the places that start together"),
    "years_missing": lambda: say("a year is not reported"),
    "cohort_of_one": lambda: say(
        "one place alone starts in this year: no interval of its own, but part of the whole"
    ),
    "no_figure": lambda: say("no figure that is shown"),
    "broken_year": lambda: say("the measure began within the year: neither before nor after"),
}


def moves_withstood(found: Effect) -> float | None:
    """Return how far the gap may have moved by itself, rounded down to a tenth; None of an effect that could be chance, or where no M is told."""
    honest = found.honest
    if honest is None or not found.is_clear or math.isinf(honest.breakdown):
        return None
    return math.floor(10 * honest.breakdown) / 10


def by_itself(found: Effect) -> tuple[Bilingual, ...]:
    """Say how far the gap between the places may have moved by itself before the effect is gone; nothing where that is not told."""
    times = moves_withstood(found)
    if times is None:
        return ()
    if times == 0:
        return (
            say(
                "Measured from the last year before the start alone, the difference does not hold: hardly any move of the gap between the places is needed to explain it (Rambachan and Roth 2023)."
            ),
        )
    text = say(
        "Measured from the last year before the start alone, the difference holds unless the gap between the places would have moved by itself, from year to year, by more than {times} times the largest move that the years before allow for (Rambachan and Roth 2023).",
        times=formats.number(times, 1),
    )
    if times >= 1:
        return (text,)
    return (
        text,
        say("That is less than once: moves that the years before cannot rule out could explain it."),
    )
